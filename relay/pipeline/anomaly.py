"""A success that is unlike the job's own history: it moved nothing, much less, or took for ever.

Only figures that the tool printed count, against those of the job's own last successes; below five
of them nothing is said. What is found makes the success a warning, with the figures as evidence
(P2: severity is only ever raised).
What happens next: conclude.py treats the report as a warning.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from relay.pipeline.fingerprint import fingerprint
from relay.pipeline.job import Figures, JobState
from relay.pipeline.stages import Prepared
from relay.pipeline.titles import without_tag
from relay.policy.decision import Reason, Route
from relay.policy.words import tagged
from relay.reports.report import Fact, Report, Verdict
from relay.rewrite.edits import Touch
from relay.rewrite.thread import in_thread

_FEWEST = 5
_SHRUNK = 0.1
_SLOW = 10.0
_SHORT = 60.0  # seconds; what takes less may well take ten times as long
_MOVED = ("files_transferred", "bytes_transferred", "bytes_added")
_SIZES = ("bytes_total", "files_total")


@dataclass(frozen=True, slots=True)
class Anomaly:
    """A figure that is unlike the others, in words."""

    name: str
    text: str


def anomalies(history: Sequence[Figures], facts: Mapping[str, Fact]) -> tuple[Anomaly, ...]:
    """Return what in `facts` is unlike `history`, the figures of the last successes."""
    found = (
        *(_judged(name, history, facts, _nothing) for name in _MOVED),
        *(_judged(name, history, facts, _shrunk) for name in _SIZES),
        _judged("seconds", history, facts, _slow),
    )
    return tuple(each for each in found if each is not None)


Judge = Callable[[str, list[float], float], str | None]


def _judged(
    name: str, history: Sequence[Figures], facts: Mapping[str, Fact], judge: Judge
) -> Anomaly | None:
    value = facts.get(name)
    known = [figures[name] for figures in history if name in figures]
    if not isinstance(value, int | float) or isinstance(value, bool) or len(known) < _FEWEST:
        return None
    text = judge(name.replace("_", " "), known, float(value))
    return None if text is None else Anomaly(name, text)


def _nothing(name: str, known: list[float], value: float) -> str | None:
    if value == 0 and min(known) > 0:
        return f"{name} is 0, and never was in {len(known)} runs (usually {_figure(median(known))})"
    return None


def _shrunk(name: str, known: list[float], value: float) -> str | None:
    usual = median(known)
    if usual > 0 and value < usual * _SHRUNK and value < min(known):
        return f"{name} fell to {_figure(value)} from {_figure(usual)}"
    return None


def _slow(_name: str, known: list[float], value: float) -> str | None:
    usual = median(known)
    if value > max(usual * _SLOW, _SHORT) and value > max(known):
        return f"it took {_figure(value)} s, usually {_figure(usual)} s"
    return None


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def with_anomalies(prepared: Prepared, history: JobState | None) -> Prepared:
    """Return a success as the warning that it is in the light of the job's history."""
    report = prepared.report
    if history is None or report.verdict is not Verdict.SUCCESS:
        return prepared
    found = anomalies(history.figures, report.facts)
    return _warned(prepared, report, found) if found else prepared


def _warned(prepared: Prepared, report: Report, found: tuple[Anomaly, ...]) -> Prepared:
    what = f"{report.what}, but {found[0].text}"
    news = (*report.news, *(f"anomaly {each.name}" for each in found))
    warning = replace(report, verdict=Verdict.WARNING, what=what, news=news)
    reasons = tuple(Reason(rule="history", text=each.text) for each in found)
    decision = replace(
        prepared.decision,
        route=Route.NOW if prepared.decision.route is not Route.HOLD else Route.HOLD,
        reasons=(*reasons, *prepared.decision.reasons),
    )
    title = tagged(f"{without_tag(prepared.subject)}, but {found[0].text}", Verdict.WARNING)
    whole = prepared.decision.edits.touch is Touch.FULL
    return replace(
        prepared,
        report=warning,
        decision=decision,
        subject=title,
        content=in_thread(prepared.content, "", title) if whole else prepared.content,
        fingerprint=fingerprint(warning),
    )
