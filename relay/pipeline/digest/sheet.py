"""A digest as both its texts show it: sections in the order of concern, and the notes below.

What there is no room for is counted, never left out silently.
What happens next: text.py and page.py, the two ways to show a sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from relay.pipeline.batch import Batch
from relay.pipeline.digest.about import About, Missing, OpenIncident
from relay.pipeline.digest.columns import shown
from relay.pipeline.digest.entries import Entry, of_expected, of_incident, of_missing, of_row
from relay.pipeline.digest.moments import exact, weekday
from relay.pipeline.digest.rows import Row, Table, table
from relay.pipeline.digest.summary import Count, sentence, tally
from relay.reports.finding import SEVERITY
from relay.reports.report import Verdict

_MOST_ROWS = 300
_MOST_PROVED = 60
_MOST_OTHERS = 50
_MOST_EXPECTED = 12
_NAME, _LINE = 60, 200
_BAD = (Verdict.FAILURE, Verdict.UNKNOWN, Verdict.WARNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries under a title, and how many `more` there are; `urgent` ones are shown in full."""

    title: str
    entries: tuple[Entry, ...]
    urgent: bool
    more: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """All of a digest."""

    name: str
    date: str
    counts: tuple[Count, ...]
    sentence: str
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    colophon: tuple[str, ...]


def sheet(batch: Batch, about: About) -> Sheet:
    """Arrange the batch and all that is shown with it."""
    found = table(batch.items)
    return Sheet(
        name=shown(batch.key.name, _NAME),
        date=weekday(about.at, about.zone),
        counts=tally(found, about),
        sentence=sentence(found, about),
        sections=tuple(section for section in _sections(found, about) if _holds(section)),
        notes=_notes(batch, found, about),
        colophon=tuple(about.colophon),
    )


def _holds(section: Section) -> bool:
    return bool(section.entries or section.more)


def _sections(found: Table, about: About) -> tuple[Section, ...]:
    bad = [row for row in found.rows if row.verdict in _BAD]
    good = [row for row in found.rows if row.verdict is Verdict.SUCCESS]
    other = [row for row in found.rows if row.verdict is Verdict.NONE]
    room = max(_MOST_ROWS - len(bad), 0)
    return (
        _section("Open incidents", [of_incident(each, about) for each in _worst_first(about)]),
        _section("Missing reports", [of_missing(each, about) for each in _oldest_first(about)]),
        _rows("Needs a look", bad, about, _MOST_ROWS),
        _rows("Went well", good, about, room, urgent=False),
        _rows("Other mail", other, about, max(room - len(good), 0), urgent=False),
        _expected(about),
    )


def _worst_first(about: About) -> list[OpenIncident]:
    return sorted(about.incidents, key=lambda each: (-SEVERITY[each.verdict], each.since))


def _oldest_first(about: About) -> list[Missing]:
    return sorted(about.missing, key=lambda each: (each.expected_at, each.host, each.job))


def _section(title: str, entries: Sequence[Entry]) -> Section:
    shown_ones = tuple(entries[:_MOST_OTHERS])
    more = len(entries) - len(shown_ones)
    return Section(title=title, entries=shown_ones, urgent=True, more=more)


def _rows(
    title: str, rows: Sequence[Row], about: About, room: int, *, urgent: bool = True
) -> Section:
    entries = tuple(
        of_row(row, about, proved=urgent and number < _MOST_PROVED)
        for number, row in enumerate(rows[:room])
    )
    return Section(title=title, entries=entries, urgent=urgent, more=len(rows) - len(entries))


def _expected(about: About) -> Section:
    soon = sorted(about.expected, key=lambda each: (each.at, each.host, each.job))
    entries = tuple(of_expected(each, about) for each in soon[:_MOST_EXPECTED])
    more = len(soon) - len(entries)
    return Section(title="Expected next", entries=entries, urgent=False, more=more)


def _notes(batch: Batch, found: Table, about: About) -> tuple[str, ...]:
    """Say what is only counted, how to see more, why this came, and when the next one does."""
    notes = [_unlisted(found), _originals(about)]
    notes.append(f"Why now: {shown(about.why_now, _LINE)}")
    schedule = shown(batch.schedule, _NAME)
    at = exact(about.next_at, about.zone) if about.next_at else "when there are new reports"
    notes.append(f"The next one comes: {at}" + (f" ({schedule})." if schedule else "."))
    notes.append(f"Times are those of {shown(about.zone, _NAME)}.")
    return tuple(filter(None, notes))


def _unlisted(found: Table) -> str:
    number = sum(found.unlisted.values())
    if not number:
        return ""
    are = "is" if number == 1 else "are"
    return f"{number} of the reports {are} counted above and not listed, as the policy has it."


def _originals(about: About) -> str:
    attached = len(about.originals)
    text = "Each report is kept as it came: relay list finds it, relay show ID prints it."
    return f"{text} Attached: {attached}." if attached else text
