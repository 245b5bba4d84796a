"""When to try a deferred mail again: twice as long each time, up to a limit, then never.

`jitter` is a random number in [0, 1) that the caller draws; it spreads each wait by a fifth either
way, so that mails deferred together do not come back together. The last try falls on the very
moment at which patience ends. What happens next: conclude.py makes None a bounce.
"""

from datetime import datetime, timedelta

_MOST_DOUBLINGS = 40  # a day has fewer than 2 ** 40 of any first wait worth setting
_SPREAD = 0.2


def next_attempt(
    tries: int,
    first_at: datetime,
    now: datetime,
    jitter: float,
    first: timedelta,
    longest: timedelta,
    give_up: timedelta,
) -> datetime | None:
    """Return when to try again after `tries` tries, None if it has been tried for `give_up`.

    Waits start at `first` and double up to `longest`, before the spread. RFC 5321 s4.5.4.1 asks
    for at least four to five days of trying.
    """
    last_at = first_at + give_up
    if now >= last_at:
        return None
    doublings = min(max(tries, 1) - 1, _MOST_DOUBLINGS)
    wait = min(first.total_seconds() * 2**doublings, longest.total_seconds())
    spread = 1 - _SPREAD + 2 * _SPREAD * jitter
    return min(now + timedelta(seconds=wait * spread), last_at)
