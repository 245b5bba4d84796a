"""Two replays of the same mail side by side: what another policy would change, and for whom.

What must not go unseen comes by itself: each failure, and each unknown, which is treated as one,
that the other policy would tell later to somebody, or to fewer people. A message counts as bad if
either policy takes it for bad, so that a policy cannot hide one by calling it mild.
What happens next: cli/backtest.py shows it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from relay.pipeline.addressing import URGENT, priority
from relay.pipeline.replay import Replay, Told, Way
from relay.reports.finding import SEVERITY
from relay.reports.report import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What becomes different for one message.

    `later` says by how much the worst-off of those who are told either way would wait longer, and
    `sooner` by how much the best-off would wait less. `loses` and `gains` are recipients. `ways`
    are how it is told, now and then, where that differs; `retitled` the two subjects.
    """

    message_id: str
    accepted_at: datetime
    host: str
    job: str
    verdict: Verdict
    subject: str
    repeat: bool
    later: timedelta
    sooner: timedelta
    loses: tuple[str, ...]
    gains: tuple[str, ...]
    ways: tuple[str, str] | None
    retitled: tuple[str, str] | None
    told_now: int
    told_then: int

    @property
    def bad(self) -> bool:
        """Whether it is a failure, or as urgent as one."""
        return priority(self.verdict) == URGENT

    @property
    def worse(self) -> bool:
        """Whether a failure would be told later or to fewer people."""
        return self.bad and (bool(self.later) or self.told_then < self.told_now)

    @property
    def merged(self) -> bool:
        """Whether it had a mail of its own, and would be told in a common one."""
        return self.ways is not None and Way.MAIL in self.ways[0] and Way.MAIL not in self.ways[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All differences, oldest message first, and the mails that each recipient gets, now and then.

    `worst_now` and `worst_then` are how long the news of a failure waits at most.
    """

    messages: int
    mails: Mapping[str, tuple[int, int]]
    changes: tuple[Change, ...]
    worst_now: timedelta
    worst_then: timedelta

    @property
    def worse(self) -> tuple[Change, ...]:
        """The failures that would be told later or to fewer people; first news before repeats."""
        found = (change for change in self.changes if change.worse)
        return tuple(sorted(found, key=lambda change: (change.repeat, change.accepted_at)))


def compare(now: Replay, then: Replay) -> Comparison:
    """Say what changes from one replay to another of the same messages."""
    readers = sorted({*now.mails, *then.mails})
    return Comparison(
        messages=len(now.told),
        mails={each: (now.mails.get(each, 0), then.mails.get(each, 0)) for each in readers},
        changes=tuple(_changes(now, then)),
        worst_now=_longest(now),
        worst_then=_longest(then),
    )


def _changes(now: Replay, then: Replay) -> Iterator[Change]:
    for message_id, before in now.told.items():
        change = _change(before, then.told[message_id])
        if any((change.later, change.sooner, change.loses, change.gains)) or (
            change.ways or change.retitled
        ):
            yield change


def _change(now: Told, then: Told) -> Change:
    common = [recipient for recipient in now.copies if recipient in then.copies]
    waits = [then.copies[each].at - now.copies[each].at for each in common]
    zero = timedelta()
    return Change(
        message_id=now.message_id,
        accepted_at=now.accepted_at,
        host=now.host,
        job=now.job,
        verdict=max(now.verdict, then.verdict, key=SEVERITY.__getitem__),
        subject=now.subject,
        repeat=now.repeat and then.repeat,
        later=max([*waits, _first(then, now) or zero, zero]),
        sooner=-min([*waits, zero]),
        loses=tuple(each for each in now.copies if each not in then.copies),
        gains=tuple(each for each in then.copies if each not in now.copies),
        ways=None if _ways(now) == _ways(then) else (_ways(now), _ways(then)),
        retitled=None if now.subject == then.subject else (now.subject, then.subject),
        told_now=len(now.copies),
        told_then=len(then.copies),
    )


def _first(then: Told, now: Told) -> timedelta | None:
    """Return how much later anybody at all is told, None where nobody is."""
    if not then.copies or not now.copies:
        return None
    first = [min(copy.at for copy in told.copies.values()) for told in (then, now)]
    return first[0] - first[1]


def _ways(told: Told) -> str:
    """Say in what it is told: `a digest`, `a mail of its own and a reminder`."""
    words = sorted(
        {
            f"{copy.way}" if copy.listed else f"{copy.way}, as a number"
            for copy in told.copies.values()
        }
    )
    return " and ".join(words) or "held"


def _longest(run: Replay) -> timedelta:
    """Return how long the first news of a failure waits at most, for its first reader."""
    waits = (
        min(copy.at for copy in told.copies.values()) - told.accepted_at
        for told in run.told.values()
        if priority(told.verdict) == URGENT and not told.repeat and told.copies
    )
    return max(waits, default=timedelta())
