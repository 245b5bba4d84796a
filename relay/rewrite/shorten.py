"""A long text without its middle: beginning, end and every line of evidence stay.

What is left out is said in its place, with how to see it; the relay keeps the original (P5). Each
plain text is measured by itself. HTML and attachments stay as they are, because half a table or
half a log file is worth less than none. A text that says already what was left out stays as it is.
What happens next: preface.py puts our words around it.
"""

from collections.abc import Iterable, Iterator, Sequence

from relay.mail.headers import clean
from relay.mail.message import Part
from relay.mail.terminal import visible_lines
from relay.rewrite.edits import BodyLimit

_LONGEST_KEPT = 2000
_FEW = 2  # a hole of fewer lines than its note would be is none


def shortened(part: Part, text: str, limit: BodyLimit | None) -> str:
    """Return the text of `part` within `limit`, but for evidence and the notes on what is gone."""
    if limit is None or part.content_type != "text/plain" or part.disposition == "attachment":
        return text
    if not _is_long(text, limit) or limit.whole in text:
        return text
    lines = text.removesuffix("\n").split("\n")
    kept = _kept(lines, _evidence_at(text, lines, limit.evidence), limit)
    return "\n".join(_with_notes(lines, kept, limit.whole)) + "\n"


def _is_long(text: str, limit: BodyLimit) -> bool:
    if limit.most_lines is not None and text.removesuffix("\n").count("\n") >= limit.most_lines:
        return True
    return limit.most_bytes is not None and len(text.encode("utf-8", "replace")) > limit.most_bytes


def _evidence_at(text: str, lines: Sequence[str], evidence: Iterable[str]) -> set[int]:
    """Return the positions of the first and the last line that shows each piece of evidence."""
    found, hidden = set[int](), list[str]()
    for each in evidence:
        proof = each.partition("\N{HORIZONTAL ELLIPSIS}")[0].partition(" ... ")[0].strip()
        first = text.find(proof)
        if first >= 0:
            found |= {text.count("\n", 0, at) for at in (first, text.rfind(proof))}
        else:
            hidden.append(_plain(proof))
    if hidden:  # by colours, or by progress that was drawn over it
        shown = [_plain(" ".join(visible_lines(line))) for line in lines]
        for proof in hidden:
            at = [number for number, line in enumerate(shown) if proof in line]
            found |= {*at[:1], *at[-1:]}
    return found & set(range(len(lines)))


def _kept(lines: Sequence[str], evidence: set[int], limit: BodyLimit) -> list[int]:
    """Return the positions of the lines that stay: the evidence, then both ends inwards."""
    kept = set(evidence)
    room = len(lines) if limit.most_lines is None else limit.most_lines - len(kept)
    size = _size(lines) if limit.most_bytes is None else limit.most_bytes
    size -= _size(lines[at] for at in kept)
    for at in _inwards(len(lines)):
        if at in kept:
            continue
        room, size = room - 1, size - _size((lines[at],))
        if room < 0 or size < 0:
            break
        kept.add(at)
    return sorted(kept)


def _plain(line: str) -> str:
    return " ".join(clean(line).split())


def _size(lines: Iterable[str]) -> int:
    return sum(len(line[:_LONGEST_KEPT].encode("utf-8", "replace")) + 1 for line in lines)


def _inwards(many: int) -> Iterator[int]:
    """Yield positions from both ends: last, first, last but one, second."""
    for step in range((many + 1) // 2):
        yield many - 1 - step
        if step != many - 1 - step:
            yield step


def _with_notes(lines: Sequence[str], kept: Sequence[int], whole: str) -> Iterator[str]:
    """Yield the lines that stay, and a note in each hole."""
    before, told = -1, False
    for at in (*kept, len(lines)):
        gone = lines[before + 1 : at]
        if len(gone) < _FEW and all(len(line) <= _LONGEST_KEPT for line in gone):
            yield from gone
        elif gone:
            yield _note(gone, "" if told else f"; the whole text: {whole}")
            told = True
        if at < len(lines):
            line = lines[at]
            yield line if len(line) <= _LONGEST_KEPT else f"{line[:_LONGEST_KEPT]} [... cut off]"
        before = at
    if not told:
        yield f"[... long lines are cut off; the whole text: {whole} ...]"


def _note(gone: Sequence[str], how: str) -> str:
    size = sum(len(line.encode("utf-8", "replace")) + 1 for line in gone)
    shown = f"{size:,} bytes" if size < 10_000 else f"{size // 1000:,} kB"
    lines = "1 line" if len(gone) == 1 else f"{len(gone):,} lines"
    return f"[... {lines} ({shown}) are left out here{how} ...]"
