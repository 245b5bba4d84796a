"""What the relay knows of one job: its last verdicts, its rhythm, its figures, its incident.

A job is what one host runs again and again; its state is read and written in the transaction that
concludes each of its reports, so two reports of one job never see the same state.
What happens next: conclude.py decides with it, store/jobs.py keeps it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from relay.pipeline.incident import SAME_RUN, Incident, News, counted, judge, mailed, told
from relay.reports.report import Report, Verdict

MOST_ARRIVALS = 150
MOST_IN_BURST = 30
BURST_WINDOW = timedelta(minutes=10)
_MOST_FIGURES = 20
_STRIP = 30
_SLOW = timedelta(minutes=30)
_FEW = 3
_LETTERS = {
    Verdict.SUCCESS: "s",
    Verdict.WARNING: "w",
    Verdict.FAILURE: "f",
    Verdict.UNKNOWN: "u",
    Verdict.NONE: "-",
}

Figures = Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobState:
    """One job of one host.

    `strip` is a letter for each of its last verdicts, oldest first. `arrivals` are the times of
    its last reports, `figures` those of its last successes, `recipients` who got its last report,
    which was `last_message`.

    `declared` is what a rule says on when it reports, or the operator, if `by_hand`; the operator's
    word stays until it is taken back. `expected_at`, `late_after` and `rhythm`
    (in words) are what was foreseen when its last report had come at `foreseen_at`; since
    `missing_at` it is known to be missing, which was told `missing_told` times.
    """

    host: str
    job: str
    first_seen: datetime
    last_seen: datetime
    verdict: Verdict
    fingerprint: str
    runs: int = 0
    strip: str = ""
    incident: Incident | None = None
    arrivals: tuple[datetime, ...] = ()
    figures: tuple[Figures, ...] = ()
    recipients: tuple[str, ...] = ()
    last_message: str = ""
    declared: str | None = None
    by_hand: bool = False
    foreseen_at: datetime | None = None
    expected_at: datetime | None = None
    late_after: datetime | None = None
    rhythm: str = ""
    missing_at: datetime | None = None
    missing_told: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A report as the job's history sees it. `thread` is the Message-ID of the mail about it."""

    message_id: str
    report: Report
    fingerprint: str
    at: datetime
    thread: str
    recipients: tuple[str, ...]
    declared: str | None = None


def has_job(report: Report) -> bool:
    """Whether `report` belongs to a job's history at all."""
    return report.automated and report.verdict is not Verdict.NONE and bool(report.job)


def advance(state: JobState | None, report: Told) -> tuple[JobState, News]:
    """Return the job's state after `report`, and what the report is to it."""
    before = state or _new(report)
    verdict, at = report.report.verdict, max(report.at, before.last_seen)
    news = judge(before.incident, verdict, report.fingerprint, report.at, slow=is_slow(before))
    after = replace(
        before,
        last_seen=at,
        verdict=verdict,
        fingerprint=report.fingerprint,
        runs=before.runs + 1,
        strip=(before.strip + _LETTERS[verdict])[-_STRIP:],
        incident=_incident(before.incident, news, report),
        arrivals=_arrivals(before, at),
        figures=_figures(before, report.report),
        recipients=report.recipients or before.recipients,
        last_message=report.message_id,
        declared=before.declared if before.by_hand else report.declared,
        late_after=None,
        missing_at=None,
        missing_told=0,
    )
    if news is News.STEADY and before.missing_at is not None:
        news = News.RETURNED
    return after, news


def _new(report: Told) -> JobState:
    return JobState(
        host=report.report.host or "",
        job=report.report.job or "",
        first_seen=report.at,
        last_seen=report.at,
        verdict=report.report.verdict,
        fingerprint=report.fingerprint,
    )


def _arrivals(before: JobState, at: datetime) -> tuple[datetime, ...]:
    """Add an arrival, unless it is another mail of the same run or one of a flood.

    A rhythm is learned from these, and neither of them has one.
    """
    slow = len(before.arrivals) > 1 and is_slow(before)
    same_run = slow and at - before.last_seen <= SAME_RUN
    if same_run or recently(before, at, BURST_WINDOW) >= MOST_IN_BURST:
        return before.arrivals
    return (*before.arrivals, at)[-MOST_ARRIVALS:]


def recently(state: JobState, now: datetime, window: timedelta) -> int:
    """Count the reports within `window` before `now`, no further than MOST_IN_BURST."""
    return sum(1 for each in state.arrivals[-MOST_IN_BURST:] if each > now - window)


def is_slow(state: JobState) -> bool:
    """Whether the job's runs are so far apart that two mails within minutes are of one run."""
    recent = state.arrivals[-_FEW:]
    gaps = [later - earlier for earlier, later in pairwise(recent)]
    return not gaps or max(gaps) >= _SLOW


def informed(state: JobState, recipients: Iterable[str]) -> JobState:
    """Return the state after `recipients` were sent a mail of its last report."""
    if state.incident is None:
        return state
    return replace(state, incident=mailed(state.incident, state.fingerprint, recipients))


def _incident(before: Incident | None, news: News, report: Told) -> Incident | None:
    if news is News.OPENED or before is None:
        return _opened(report) if news is News.OPENED else None
    if news is News.CHANGED:
        return told(before, report.report.verdict, report.fingerprint, report.at)
    return None if news is News.RECOVERED else counted(before, report.at)


def _opened(report: Told) -> Incident:
    return Incident(
        id=report.message_id,
        opened_at=report.at,
        last_at=report.at,
        told_at=report.at,
        worst=report.report.verdict,
        told=(report.fingerprint,),
        thread=report.thread,
        what=report.report.what,
    )


def _figures(before: JobState, report: Report) -> tuple[Figures, ...]:
    if report.verdict is not Verdict.SUCCESS:
        return before.figures
    figures = {
        name: float(value)
        for name, value in report.facts.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return (*before.figures, figures)[-_MOST_FIGURES:]


def medians(figures: Sequence[Figures]) -> dict[str, float]:
    """Return what is usual of each figure, over the runs that have it."""
    names = sorted({name for run in figures for name in run})
    return {name: median(run[name] for run in figures if name in run) for name in names}
