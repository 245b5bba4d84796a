"""A digest as plain text: at most 78 columns, readable in a terminal and by a screen reader.

Foreign text always stands behind an indent or a word of ours, so it cannot pass for a section.
What happens next: compose.py puts it beside the page.
"""

from collections.abc import Iterable, Iterator

from relay.pipeline.digest.columns import cut, named, width, wrapped
from relay.pipeline.digest.entries import Entry
from relay.pipeline.digest.sheet import Section, Sheet

WIDTH = 78
_INDENT = " " * 9


def text(sheet: Sheet) -> str:
    """Return the digest as lines."""
    return "\n".join((*_lines(sheet), ""))


def _lines(sheet: Sheet) -> Iterator[str]:
    yield from wrapped(f"{sheet.name}, {sheet.date}", WIDTH)
    yield from wrapped(sheet.sentence, WIDTH)
    for section in sheet.sections:
        yield from ("", section.title.upper(), "")
        yield from _urgent(section) if section.urgent else _brief(section.entries)
        if section.more:
            yield f"and {section.more} more"
    yield from ("", "-- ")
    for note in sheet.notes:
        yield from wrapped(note, WIDTH)
    yield from sheet.colophon  # a link that is wrapped is none


def _urgent(section: Section) -> Iterator[str]:
    for number, entry in enumerate(section.entries):
        if number:
            yield ""
        yield f"{entry.word:<8} {named(entry.host, entry.job, WIDTH - 9)}"
        yield from _indented(_INDENT, entry.what)
        for proof in entry.proofs:
            yield from _quoted(f"{_INDENT}{proof.place:>9} | ", proof.text)
        yield from _pieces(entry)
        show = f"; relay show {entry.original}" if entry.original else ""
        yield from _indented(_INDENT, entry.when + show)


def _indented(indent: str, text: str) -> Iterator[str]:
    return (indent + line for line in wrapped(text, WIDTH - len(indent)))


def _quoted(head: str, text: str) -> Iterator[str]:
    for line in wrapped(text, WIDTH - len(head)):
        yield head + line
        head = " " * (len(head) - 2) + "| "


def _pieces(entry: Entry) -> Iterator[str]:
    for piece in entry.pieces:
        said = f"{piece.name}: {piece.what}" if piece.what else piece.name
        yield from _quoted(f"{_INDENT}{piece.word:>9} - ", said)
    if entry.more_pieces:
        yield f"{_INDENT}and {entry.more_pieces} more parts"


def _brief(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield a line for each entry, times and IDs below each other."""
    entries = tuple(entries)
    longest = max((len(entry.brief) for entry in entries), default=0)
    for entry in entries:
        head = f"{entry.brief:>{longest}}  " + (f"{entry.original}  " if entry.original else "")
        times = f" ({entry.count} times)" if entry.count > 1 else ""
        room = WIDTH - width(head) - len(times)
        said = named(entry.host, entry.job, room) + times
        left = WIDTH - width(head) - width(said) - 2
        more = cut(entry.what, left) if entry.what and left > 12 else ""
        yield head + said + (f": {more}" if more else "")
