"""A job's unbroken run of non-success, and whether one more report is news.

The first bad report opens an incident and goes out at once; a report whose fingerprint was told
before in the same incident is a repeat, which is counted and comes back with a reminder; any other
fingerprint is news again; a success ends it. A milder mail within minutes of a job that runs
seldom (the script's "done" after cron's mail about its errors) is another mail of the same run.
What happens next: job.py keeps the incident with the job, conclude.py acts on the news.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from relay.reports.finding import SEVERITY
from relay.reports.report import Verdict

_MOST_TOLD = 50
_MOST_RECIPIENTS = 200
SAME_RUN = timedelta(minutes=5)


class News(StrEnum):
    """What one report is to its job; each member reads as the reason."""

    STEADY = "it went well, as before"
    OPENED = "it went wrong, which is news"
    CHANGED = "it goes wrong in another way, which is news"
    REPEATED = "it goes wrong as has been told already"
    SAME_RUN = "it is another mail of the run that has been told already"
    RECOVERED = "it goes well again"
    RETURNED = "it has come again, after it was missed"


NEWS = frozenset({News.OPENED, News.CHANGED, News.RECOVERED, News.RETURNED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """`id` is the message that opened it; `told` the fingerprints that were news, newest last.

    `thread` is the Message-ID of the first mail about it, `told_at` when the last one was decided,
    `untold` how many reports were only counted since then, `reminders` how many reminders went out
    since the last news. `worst` is the most serious verdict in it. `known` are the fingerprints
    that each recipient was mailed about: what waits in a digest, or was silenced, nobody knows yet.
    """

    id: str
    opened_at: datetime
    last_at: datetime
    told_at: datetime
    worst: Verdict
    told: tuple[str, ...]
    thread: str
    what: str
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    count: int = 1
    untold: int = 0
    reminders: int = 0

    @property
    def recipients(self) -> tuple[str, ...]:
        """Everybody who knows of it."""
        return tuple(self.known)


def judge(
    incident: Incident | None, verdict: Verdict, fingerprint: str, at: datetime, *, slow: bool
) -> News:
    """Say what a report is; `slow` tells that the job's runs are far apart."""
    if incident is None:
        return News.STEADY if verdict is Verdict.SUCCESS else News.OPENED
    milder = SEVERITY[verdict] < SEVERITY[incident.worst]
    if slow and milder and abs(at - incident.last_at) <= SAME_RUN:  # clocks are set back, too
        return News.SAME_RUN
    if verdict is Verdict.SUCCESS:
        return News.RECOVERED
    return News.REPEATED if fingerprint in incident.told else News.CHANGED


def told(incident: Incident, verdict: Verdict, fingerprint: str, at: datetime) -> Incident:
    """Return the incident after news about it."""
    return replace(
        incident,
        last_at=at,
        told_at=at,
        worst=max(incident.worst, verdict, key=SEVERITY.__getitem__),
        told=_appended(incident.told, fingerprint),
        count=incident.count + 1,
        untold=0,
        reminders=0,
    )


def counted(incident: Incident, at: datetime) -> Incident:
    """Return the incident after a report that was only counted, but for who did not know yet."""
    return replace(incident, last_at=at, count=incident.count + 1, untold=incident.untold + 1)


def mailed(incident: Incident, fingerprint: str, recipients: Iterable[str]) -> Incident:
    """Return the incident after `recipients` were sent a mail about `fingerprint`."""
    known = dict(incident.known)
    for each in recipients:
        known[each] = _appended(known.get(each, ()), fingerprint)
    return replace(incident, known=dict(list(known.items())[-_MOST_RECIPIENTS:]))


def _appended(known: tuple[str, ...], fingerprint: str) -> tuple[str, ...]:
    return (*(each for each in known if each != fingerprint), fingerprint)[-_MOST_TOLD:]


def reminded(incident: Incident, at: datetime) -> Incident:
    """Return the incident after a reminder went out."""
    return replace(incident, told_at=at, untold=0, reminders=incident.reminders + 1)


def remind_at(incident: Incident, schedule: Sequence[timedelta], now: datetime) -> datetime:
    """Return when what is counted is told; the last interval of `schedule` repeats for ever."""
    step = min(incident.reminders, len(schedule) - 1)
    told_at = min(incident.told_at, now)  # the clock may have been set back since
    return max(told_at + schedule[step], now)
