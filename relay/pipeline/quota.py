"""How much an upstream takes, and how much of it is kept for what cannot wait.

One in five of what may be sent in a minute or in a day is only for failures, unknowns and notices,
so that a morning of successes does not leave a failure in the afternoon without a place (P3).
What happens next: store/outbox.py claims no more than there is room for, press.py presses what
waits for room into fewer mails.
"""

from dataclasses import dataclass

_KEPT = 5  # one in so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """How many mails an upstream takes; None is as many as come."""

    per_minute: int | None = None
    per_day: int | None = None

    @property
    def limited(self) -> bool:
        """Whether there is any limit to keep."""
        return self.per_minute is not None or self.per_day is not None


UNLIMITED = Quota()


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How many mails were tried at an upstream in the last minute and in the last day."""

    minute: int
    day: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How many mails may be tried now, and how many of them if none is urgent."""

    urgent: int
    ordinary: int


def room(quota: Quota, used: Used, most: int) -> Room:
    """Return what may be sent now, no more than `most`."""
    limits = ((quota.per_minute, used.minute), (quota.per_day, used.day))
    known = [(limit, count) for limit, count in limits if limit is not None]
    return Room(
        urgent=max(0, min([most, *(limit - count for limit, count in known)])),
        ordinary=max(0, min([most, *(_unkept(limit) - count for limit, count in known)])),
    )


def _unkept(limit: int) -> int:
    """Return how much of a limit anybody may use: all of a limit of one."""
    return limit - limit // _KEPT
