"""How long a peer may keep us waiting: one lazy timer for a whole connection.

Setting a new deadline is an assignment. The timer looks at it when it would have been due, and
goes back to sleep if there is time left; so a command costs no timer, and no time limit can end a
connection while it is on hold, during a commit.
"""

import asyncio
import math
from collections.abc import Callable

_PATIENCE = 0.1  # seconds between two looks while on hold


class Deadline:
    """Calls `expired` when the deadline has passed; no deadline lies beyond `session` seconds."""

    __slots__ = ("_at", "_expired", "_last", "_loop", "_on_hold", "_seconds", "_timer")

    def __init__(self, command: float, session: float, expired: Callable[[], None]) -> None:
        self._loop = asyncio.get_running_loop()
        self._seconds = command
        self._last = self._loop.time() + session
        self._expired = expired
        self._on_hold = False
        self.renew()
        self._timer = self._loop.call_at(self._at, self._look)

    def renew(self, until: float = math.inf) -> None:
        """Allow the time of a command from now on, but not beyond `until` by the loop's clock."""
        self._at = min(self._loop.time() + self._seconds, until, self._last)

    def hold(self) -> None:
        """Never expire until `release`."""
        self._on_hold = True

    def release(self) -> None:
        """Go on, with the time of a command from now."""
        self._on_hold = False
        self.renew()

    def cancel(self) -> None:
        """Never expire."""
        self._timer.cancel()

    def _look(self) -> None:
        now = self._loop.time()
        if now >= self._at and not self._on_hold:
            self._expired()
        else:
            self._timer = self._loop.call_at(max(self._at, now + _PATIENCE), self._look)
