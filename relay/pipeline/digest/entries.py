"""What a digest lists, entry by entry: worded, cleaned and bounded.

Everything foreign passes `shown` here, so neither text.py nor a template meets a control character
or a name of ten kilobytes.
What happens next: sheet.py puts entries into sections.
"""

from dataclasses import dataclass

from relay.pipeline.digest.about import About, Expected, Missing, OpenIncident
from relay.pipeline.digest.columns import cut_middle, shown
from relay.pipeline.digest.moments import moment, span
from relay.pipeline.digest.rows import Row
from relay.pipeline.digest.summary import MISSING, WORDS
from relay.pipeline.titles import duration
from relay.reports.report import Part

_MOST_PARTS = 6
_HOST, _JOB, _WHAT, _EVIDENCE, _ID = 60, 120, 200, 200, 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A line that proves the verdict, and where it stands."""

    place: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One of the jobs that a report is about."""

    word: str
    name: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing to read: a job's reports, an incident, a report that is missing or comes next.

    `when` says how often and when; `brief` is one moment. `more_pieces` are not shown.
    """

    word: str
    host: str
    job: str
    what: str
    when: str
    brief: str
    count: int = 1
    original: str = ""
    proofs: tuple[Proof, ...] = ()
    pieces: tuple[Piece, ...] = ()
    more_pieces: int = 0


def of_row(row: Row, about: About, *, proved: bool) -> Entry:
    """Return a job's reports; evidence and parts only where it is to be `proved`."""
    parts = row.parts if proved else ()
    return Entry(
        word=WORDS[row.verdict],
        host=shown(row.host, _HOST),
        job=_job(row.job),
        what=shown(row.what, _WHAT),
        when=_when(row, about),
        brief=moment(row.last_at, about),
        count=row.count,
        original=shown(row.original, _ID),
        proofs=tuple(_proof(line, text) for line, text in row.evidence) if proved else (),
        pieces=tuple(_piece(part) for part in parts[:_MOST_PARTS]),
        more_pieces=max(len(parts) - _MOST_PARTS, 0),
    )


def _job(job: str) -> str:
    return cut_middle(shown(job, _JOB * 20), _JOB)


def _when(row: Row, about: About) -> str:
    times = span(row.first_at, row.last_at, about)
    if row.count == 1:
        return times
    often = f"{row.count} times" if row.bad == row.count else f"{row.bad} of {row.count} reports"
    return f"{often}, {times}"


def _proof(line: int, text: str) -> Proof:
    return Proof(place=f"line {line}" if line else "subject", text=shown(text, _EVIDENCE))


def _piece(part: Part) -> Piece:
    name, what = shown(part.name, _HOST), shown(part.what, _WHAT // 2)
    return Piece(word=WORDS[part.verdict], name=name, what=what)


def of_incident(incident: OpenIncident, about: About) -> Entry:
    """Return an open incident."""
    lasted = duration(about.at - incident.since)
    times = "once" if incident.count == 1 else f"{incident.count} times"
    since = moment(incident.since, about)
    return Entry(
        word=WORDS[incident.verdict],
        host=shown(incident.host, _HOST),
        job=_job(incident.job),
        what=shown(incident.what, _WHAT),
        when=f"{times} since {since}, open for {lasted}",
        brief=since,
        count=incident.count,
    )


def of_missing(missing: Missing, about: About) -> Entry:
    """Return a report that did not come."""
    due = moment(missing.expected_at, about)
    seen = f"last seen {moment(missing.last_seen, about)}" if missing.last_seen else "never seen"
    return Entry(
        word=MISSING,
        host=shown(missing.host, _HOST),
        job=_job(missing.job),
        what=f"expected by {due}",
        when=seen,
        brief=due,
    )


def of_expected(expected: Expected, about: About) -> Entry:
    """Return a report that comes next."""
    at = moment(expected.at, about)
    host, job = shown(expected.host, _HOST), _job(expected.job)
    return Entry(word="", host=host, job=job, what="", when=at, brief=at)
