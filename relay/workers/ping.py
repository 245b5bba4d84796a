"""Every so often, while the store answers: the ping by which others notice that we live."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import text

from relay import journal
from relay.alerts.ping import ping
from relay.store.store import Store


@dataclass(slots=True, kw_only=True)
class Pinger:
    """The step; `closed` says why no mail is taken, and then there is no ping either."""

    store: Store
    url: str
    every: timedelta
    closed: Callable[[], str | None]
    now: Callable[[], datetime]
    _next: datetime | None = None
    _failed: str | None = None

    async def step(self) -> bool:
        """Ping, if it is time to and all is well."""
        now = self.now()
        if self._next is not None and now < self._next:
            return False
        self._next = now + self.every
        if self.closed() is not None:
            return False
        await self.store.read(lambda connection: connection.execute(text("SELECT 1")).scalar())
        why = await ping(self.url)
        if why is not None and why != self._failed:
            journal.ping_failed(why)
        self._failed = why
        return False
