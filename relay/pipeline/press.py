"""What already waits to be sent, and may, is pressed into fewer mails: pure decisions.

A host's storm that is already in the queue becomes a summary for each recipient; and where an
upstream takes less than waits for it, whatever may wait becomes one mail for each recipient.
Failures, unknowns and people's mail are never among it, and of a storm's mails news leaves too.
What happens next: store/press.py takes the mails back into batches, workers/digest.py closes these.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby

from relay.pipeline.batch import BatchKey, BatchKind, Waiting
from relay.pipeline.history import Pace
from relay.pipeline.quota import Quota, Used, room


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """Mails of one host that wait to be sent to one recipient, and may wait longer.

    `news` are those that tell a job's reader something new: a first warning, the end of one.
    """

    upstream: str
    recipient: str
    host: str
    mails: int
    news: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """Which mails go into which batch: those of `host`, or of all; `news` too or not."""

    waiting: Waiting
    host: str | None

    @property
    def news(self) -> bool:
        """Whether news goes along."""
        return self.host is None


def press(
    crowds: Iterable[Crowd],
    pace: Pace,
    quotas: Mapping[str, Quota],
    used: Mapping[str, Used],
    now: datetime,
) -> tuple[Press, ...]:
    """Return what to press of what waits; `used` is known for each upstream that has a quota."""
    found: list[Press] = []
    for upstream, group in groupby(sorted(crowds, key=_order), lambda each: each.upstream):
        waiting = tuple(group)
        quota = quotas.get(upstream, Quota())
        if quota.limited and _overfull(waiting, quota, used[upstream]):
            limits = replace(quota, per_day=quota.day_at(used[upstream].age))
            found += _of_all(waiting, upstream, limits, pace, now)
        else:
            found += [_of_host(each, pace, now) for each in waiting if _stormy(each, pace)]
    return tuple(found)


def _order(crowd: Crowd) -> tuple[str, str, str]:
    return (crowd.upstream, crowd.recipient, crowd.host)


def _stormy(crowd: Crowd, pace: Pace) -> bool:
    return crowd.mails - crowd.news > pace.most


def _overfull(crowds: tuple[Crowd, ...], quota: Quota, used: Used) -> bool:
    """Whether more waits than the upstream takes in a minute, or for the rest of the day."""
    waiting = sum(each.mails for each in crowds)
    fresh = room(quota, replace(used, minute=0), waiting)
    return fresh.ordinary < waiting


def _of_all(
    crowds: tuple[Crowd, ...], upstream: str, quota: Quota, pace: Pace, now: datetime
) -> list[Press]:
    limits = (("a minute", quota.per_minute), ("a day", quota.per_day))
    takes = " and ".join(f"{limit} mails {span}" for span, limit in limits if limit is not None)
    found = []
    for recipient, group in groupby(crowds, lambda each: each.recipient):
        if sum(each.mails for each in group) > 1:
            key = BatchKey(kind=BatchKind.BACKLOG, recipient=recipient, name=upstream)
            schedule = f"in one mail, because {upstream} takes {takes} and more was waiting"
            found.append(Press(waiting=_waiting(key, upstream, schedule, pace, now), host=None))
    return found


def _of_host(crowd: Crowd, pace: Pace, now: datetime) -> Press:
    key = BatchKey(kind=BatchKind.STORM, recipient=crowd.recipient, name=crowd.host)
    schedule = f"with the summary of what {crowd.host} sends beyond its pace"
    return Press(waiting=_waiting(key, crowd.upstream, schedule, pace, now), host=crowd.host)


def _waiting(key: BatchKey, upstream: str, schedule: str, pace: Pace, now: datetime) -> Waiting:
    return Waiting(
        batch=key, addresses=(), due_at=now + pace.window, schedule=schedule, upstream=upstream
    )
