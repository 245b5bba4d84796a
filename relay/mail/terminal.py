"""What a terminal would show of a program's output, as lines (ECMA-48, and old printers).

Escape sequences go; backspaces erase, so that overstruck manual-page bold and underline read
normally; of a progress display drawn over itself with bare carriage returns the last state of each
run stays, while any different text between or right behind the states (an error message) stays as
well. The same displays are folded where a server made line ends of the carriage returns. Linear,
line by line.
What happens next: text.py numbers the lines.
"""

import re
from collections.abc import Iterable, Iterator

LONGEST_LINE = 8000
_KEPT_TAIL = 2000
_LONGEST_STRUCK = 1 << 18

_ESCAPE = re.compile(
    "\x1b\\[[0-?]*+[ -/]*+[@-~]?"  # CSI
    "|\x1b\\][^\x07\x1b\n]*+(?:\x07|\x1b\\\\)?"  # OSC: window titles, links
    "|\x1b[PX^_][^\x1b\n]*+(?:\x1b\\\\)?"  # strings
    "|\x1b[ -/]*+[0-~]?"  # anything else
    "|\x9b[0-?]*+[ -/]*+[@-~]?"
)
_BACKSPACES = re.compile("(\x08+)")
_NUMBERS = re.compile(r"[\d.,:]++")
_INVISIBLE: dict[int, str] = dict.fromkeys((*range(9), *range(10, 0x20), *range(0x7F, 0xA0)), "")
_INVISIBLE |= {0xFEFF: "", 0x2028: " ", 0x2029: " "}

# rsync --progress: `     32,768 100%   31.25MB/s    0:00:00`; nothing but figures.
_GLUED = re.compile(
    r"(?<=B/s)(\s++\d++:\d\d:\d\d(?:\s++\(xfe?r#\d++, [it][ro]-ch(?:ec)?k=\d++/\d++\))?+)"
    r"\s*+(?=[^\s\d(])"
)
_RSYNC_PROGRESS = re.compile(r"\s*+[\d.,]++[KMGTP]?\s++\d{1,3}%\s++[\d.,]++[kMGTP]?B/s\s")


def visible_lines(text: str) -> Iterator[str]:
    """Yield the lines of `text` as a reader sees them, without line ends."""
    return _without_old_states(_visible(line) for line in text.split("\n"))


def _visible(line: str) -> list[str]:
    """Resolve one line: usually one text, several where bare carriage returns stand in it."""
    line = line.rstrip("\r")
    if line.isprintable():
        return [_shortened(part.rstrip()) for part in _parts(line)]
    if "\x1b" in line or "\x9b" in line:
        line = _ESCAPE.sub("", line)
    states = line.split("\r") if "\r" in line else [line]
    apart = [part for state in states for part in _parts(state)]
    return [_shortened(_struck(part).translate(_INVISIBLE).rstrip()) for part in _last(apart)]


def _parts(state: str) -> list[str]:
    """Part what another stream wrote behind a progress display: rsync's errors wait for nothing."""
    return _GLUED.sub(r"\1\n", state).split("\n") if "B/s" in state else [state]


def _last(states: list[str]) -> list[str]:
    """Keep of equal-looking neighbours, numbers aside, the last; blank ones go."""
    if len(states) == 1:
        return states
    kept = [state for state in states if state.strip()]
    shapes = [" ".join(_NUMBERS.sub("0", state[:LONGEST_LINE]).split()) for state in kept]
    shapes.append("")
    return [state for number, state in enumerate(kept) if shapes[number] != shapes[number + 1]]


def _struck(line: str) -> str:
    """Let each backspace erase the character before it."""
    if "\x08" not in line or len(line) > _LONGEST_STRUCK:
        return line
    pieces: list[tuple[str, int]] = []  # a text, and how much of it is left
    for piece in _BACKSPACES.split(line):
        if not piece.startswith("\x08"):
            pieces.append((piece, len(piece)))
            continue
        erase = len(piece)
        while erase and pieces:
            text, left = pieces.pop()
            if left > erase:
                pieces.append((text, left - erase))
            erase -= min(erase, left)
    return "".join(text[:left] for text, left in pieces)


def _without_old_states(lines: Iterable[list[str]]) -> Iterator[str]:
    """Drop each rsync progress line that the next line replaces."""
    held: str | None = None
    for states in lines:
        for line in states:
            progress = "%" in line and _RSYNC_PROGRESS.match(line + " ") is not None
            if held is not None and not progress:
                yield held
            held = line if progress else None
            if not progress:
                yield line
    if held is not None:
        yield held


def _shortened(line: str) -> str:
    if len(line) <= LONGEST_LINE:
        return line
    return line[: LONGEST_LINE - _KEPT_TAIL] + " ... " + line[-_KEPT_TAIL:]
