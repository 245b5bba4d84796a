"""What all of a digest comes to: counts in the order of concern, and one sentence.

Counts are reports, not jobs, so that they add up to what the digest carries. An open incident is
counted unless this digest reports its job as badly as the incident is: a quiet day in the middle of
an outage must not look like a good one (P2).
What happens next: subject.py makes the counts a tag, sheet.py puts both above the rest.
"""

from dataclasses import dataclass

from relay.pipeline.digest.about import About
from relay.pipeline.digest.rows import Table
from relay.reports.finding import SEVERITY
from relay.reports.report import Verdict

WORDS = {
    Verdict.FAILURE: "FAILED",
    Verdict.UNKNOWN: "UNKNOWN",
    Verdict.WARNING: "WARNING",
    Verdict.SUCCESS: "OK",
    Verdict.NONE: "OTHER",
}
MISSING = "MISSING"
OPEN = "OPEN"


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """So many of what `word` says."""

    number: int
    word: str


def tally(found: Table, about: About) -> tuple[Count, ...]:
    """Return the counts that are not zero, what matters most in front."""
    counts = {WORDS[verdict]: number for verdict, number in found.counts.items()}
    counts[MISSING] = len(about.missing)
    counts[OPEN] = _open(found, about)
    order = ("FAILED", "UNKNOWN", MISSING, OPEN, "WARNING", "OK", "OTHER")
    return tuple(Count(number=counts[word], word=word) for word in order if counts.get(word))


def _open(found: Table, about: About) -> int:
    """Count the incidents that the verdicts of this digest's reports do not tell of."""
    told = (found.worst.get((each.host, each.job), Verdict.NONE) for each in about.incidents)
    pairs = zip(about.incidents, told, strict=True)
    return sum(SEVERITY[verdict] < SEVERITY[incident.verdict] for incident, verdict in pairs)


def sentence(found: Table, about: About) -> str:
    """Say it all in one sentence."""
    clauses = [_reports(found), _missing(len(about.missing)), _incidents(len(about.incidents))]
    if found.total and found.counts.get(Verdict.SUCCESS) == found.total:
        calm = not (about.missing or about.incidents)
        good = _good(found.total)
        clauses[0] = f"{good}, nothing is missing and no incident is open" if calm else good
    return "; ".join(filter(None, clauses)) + "."


def _good(total: int) -> str:
    return "The one report is good" if total == 1 else f"All {total} reports are good"


def _reports(found: Table) -> str:
    wordings = (
        (Verdict.FAILURE, "failed", "failed"),
        (Verdict.UNKNOWN, "is unclear", "are unclear"),
        (Verdict.WARNING, "has a warning", "have warnings"),
        (Verdict.SUCCESS, "is good", "are good"),
        (Verdict.NONE, "is other mail", "are other mail"),
    )
    said = [
        f"{number} {one if number == 1 else many}"
        for verdict, one, many in wordings
        if (number := found.counts.get(verdict, 0))
    ]
    if not said:
        return "No report came"
    total = f"Of {found.total} reports, " if found.total > 1 else "Of one report, "
    return total + (f"{', '.join(said[:-1])} and {said[-1]}" if said[1:] else said[0])


def _missing(number: int) -> str:
    if number < 2:
        return "1 expected report did not come" if number else ""
    return f"{number} expected reports did not come"


def _incidents(number: int) -> str:
    if number < 2:
        return "1 incident is open" if number else ""
    return f"{number} incidents are open"
