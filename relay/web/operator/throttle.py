"""How often somebody may fail to log in: a few times, then not for a while.

Failures are counted for each address, so that one guesser gets nowhere, and for each name, whether
it exists or not, so that many guessers do not either. Counts start anew after a while, and what is
remembered stays small. Who got in from an address before is not kept out by others' failures.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from relay.web.visitors import counted_as

WINDOW = timedelta(minutes=15)
MOST_OF_ADDRESS = 10
MOST_OF_NAME = 20
_MOST_KEPT = 20_000


class Throttle:
    """Counts failures by address and by name."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._failures: dict[tuple[str, str], tuple[datetime, int]] = {}
        self._known: set[tuple[str, str]] = set()

    def waits(self, address: str, name: str) -> int:
        """Return for how many seconds nobody may try, 0 if they may."""
        now = self._now()
        until = [
            since + WINDOW
            for key, most in self._keys(address, name)
            for since, count in [self._failures.get(key, (now, 0))]
            if count >= most and since + WINDOW > now
        ]
        if not until and len(self._failures) >= _MOST_KEPT:
            self._forget(now)
            if len(self._failures) >= _MOST_KEPT:
                return int(WINDOW.total_seconds())
        return max((ceil((each - now).total_seconds()) for each in until), default=0)

    def failed(self, address: str, name: str) -> None:
        """Count a failure."""
        now = self._now()
        for key, _ in self._keys(address, name):
            since, count = self._failures.get(key, (now, 0))
            fresh = since + WINDOW <= now
            self._failures[key] = (now, 1) if fresh else (since, count + 1)

    def succeeded(self, address: str, name: str) -> None:
        """Forget the failures of who got in at last: mistyping is no guessing."""
        for key, _ in self._keys(address, name):
            self._failures.pop(key, None)
        if len(self._known) < _MOST_KEPT:
            self._known.add((counted_as(address), name))

    def _keys(self, address: str, name: str) -> tuple[tuple[tuple[str, str], int], ...]:
        who = counted_as(address)
        of_address = (("address", who), MOST_OF_ADDRESS)
        if (who, name) in self._known:
            return (of_address,)
        return (of_address, (("name", name[:64]), MOST_OF_NAME))

    def _forget(self, now: datetime) -> None:
        over = [key for key, (since, _) in self._failures.items() if since + WINDOW <= now]
        for key in over:
            del self._failures[key]
