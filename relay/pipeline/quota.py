"""How much an upstream takes, and how much of it is kept for what cannot wait.

One in five of what may be sent in a minute or in a day is only for failures, unknowns and notices,
so that a morning of successes does not leave a failure in the afternoon without a place (P3). An
address that is new to receivers begins with few mails a day, and doubles them from time to time.
What happens next: store/outbox.py claims no more than there is room for, press.py presses what
waits for room into fewer mails.
"""

from dataclasses import dataclass
from datetime import timedelta

_KEPT = 5  # one in so many
_MOST_DOUBLINGS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmUp:
    """So many mails on the first day, twice as many after each `double_every`."""

    start: int
    double_every: timedelta

    def per_day(self, age: timedelta) -> int:
        """Return how many a day, `age` after the first mail."""
        doublings = int(age / self.double_every)
        return self.start << min(max(doublings, 0), _MOST_DOUBLINGS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many mails an upstream takes; None is as many as come."""

    per_minute: int | None = None
    per_day: int | None = None
    warm_up: WarmUp | None = None

    @property
    def limited(self) -> bool:
        """Whether there is any limit to keep."""
        return any(each is not None for each in (self.per_minute, self.per_day, self.warm_up))

    def day_at(self, age: timedelta) -> int | None:
        """Return how many a day, `age` after the first mail."""
        warm = None if self.warm_up is None else self.warm_up.per_day(age)
        return min((each for each in (self.per_day, warm) if each is not None), default=None)


UNLIMITED = Quota()


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How many mails were tried at an upstream in the last minute and in the last day.

    `age` is how long ago the very first one was.
    """

    minute: int
    day: int
    age: timedelta = timedelta()


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many mails may be tried now, and how many of them if none is urgent."""

    urgent: int
    ordinary: int


def room(quota: Quota, used: Used, most: int) -> Room:
    """Return what may be sent now, no more than `most`."""
    limits = ((quota.per_minute, used.minute), (quota.day_at(used.age), used.day))
    known = [(limit, count) for limit, count in limits if limit is not None]
    return Room(
        urgent=max(0, min([most, *(limit - count for limit, count in known)])),
        ordinary=max(0, min([most, *(_unkept(limit) - count for limit, count in known)])),
    )


def _unkept(limit: int) -> int:
    """Return how much of a limit anybody may use: all of a limit of one."""
    return limit - limit // _KEPT
