"""Foreign text made fit to be shown: harmless, on one line, and no wider than there is room.

Widths are columns of a terminal, where an East Asian character takes two; a character that takes
none counts as one all the same, so that a text is never longer than it is wide.
What happens next: sheet.py takes everything in by `shown`, text.py lays it out.
"""

from collections.abc import Iterator
from unicodedata import category, east_asian_width

from relay.mail.headers import clean

_DOTS = "\N{HORIZONTAL ELLIPSIS}"
_LONGEST = 2000
_JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"  # scripts and emoji need them


def shown(text: str, room: int) -> str:
    """Return `text` on one line without anything that could act, at most `room` columns wide."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST // 2] + _DOTS + text[-_LONGEST // 2 :]
    return cut(" ".join(_visible(clean(text)).split()), room)


def _visible(text: str) -> str:
    """Replace characters that only steer how others are shown: marks of direction, tags."""
    if text.isascii():
        return text
    return "".join(
        "\N{REPLACEMENT CHARACTER}" if category(each) == "Cf" and each not in _JOINERS else each
        for each in text
    )


def width(text: str) -> int:
    """Return how many columns `text` takes."""
    if text.isascii():
        return len(text)
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    return 2 if east_asian_width(character) in "WF" else 1


def cut(text: str, room: int) -> str:
    """Return `text`, or as much of its beginning as fits."""
    return text if width(text) <= room else _head(text, room - 1).rstrip() + _DOTS


def cut_middle(text: str, room: int) -> str:
    """Return `text`, or both of its ends: they tell which path it is."""
    if width(text) <= room:
        return text
    head = _head(text, (room - 1) // 2)
    tail = _head(text[::-1], room - 1 - width(head))[::-1]
    return head + _DOTS + tail


def _head(text: str, room: int) -> str:
    for number, character in enumerate(text):
        room -= _columns(character)
        if room < 0:
            return text[:number]
    return text


def named(host: str, job: str, room: int) -> str:
    """Return `host job` so that something remains of both."""
    host = cut(host, max(room - 1 - width(job), room * 2 // 5))
    return f"{host} {cut_middle(job, room - 1 - width(host))}".strip()


def wrapped(text: str, room: int) -> Iterator[str]:
    """Yield lines of at most `room` columns; a word that is longer is broken."""
    line = ""
    for word in text.split():
        if line and width(line) + 1 + width(word) > room:
            yield line
            line = ""
        line = f"{line} {word}".lstrip()
        while width(line) > room:
            head = _head(line, room)
            yield head
            line = line[len(head) :].lstrip()
    if line:
        yield line
