"""Housekeeping: bytes past retention go, and too full a disk closes the door early.

Accepting must stop while there is still room to record what happens to mail already accepted, so
the reserve is a limit of its own and not the disk's end.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from relay import journal
from relay.store.retention import purge
from relay.store.store import Store


@dataclass(slots=True, kw_only=True)
class Sweep:
    """The step that deletes bytes past retention."""

    store: Store
    retention: timedelta

    async def step(self) -> bool:
        """Purge one batch; say whether there was any."""
        count = await self.store.write(lambda tx: purge(tx, self.retention))
        if count:
            journal.purged(count)
        return bool(count)


@dataclass(slots=True, kw_only=True)
class DiskGate:
    """Says why no mail can be taken, from the last look at the disk."""

    free_space: Callable[[], tuple[int, int] | None]
    least_bytes: int
    least_percent: float
    closed: str | None = None

    def reason(self) -> str | None:
        """Return why mail cannot be taken, None if it can."""
        return self.closed

    async def step(self) -> bool:
        """Look at the disk."""
        was, self.closed = self.closed, self._look()
        if self.closed and not was:
            journal.not_accepting(self.closed)
        if was and not self.closed:
            journal.accepting()
        return False

    def _look(self) -> str | None:
        space = self.free_space()
        if space is None:
            return None
        free, total = space
        least = max(self.least_bytes, int(total * self.least_percent / 100))
        return f"{free} bytes free, {least} needed" if free < least else None
