"""How things stand, with an account that is counted no more often than it can be.

Counting where each recipient of the last day is takes a second where 100,000 mails wait. What is
cheap is counted each time; what is not is used again for a while that grows with its cost, and
counted anew in the background. The page says of when the account is.
What happens next: overview.py shows it, pulse.py sends it to who watches.
"""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import Connection

from relay import journal
from relay.store.standing import SPAN, Account, Standing, account, standing
from relay.store.store import Store

T = TypeVar("T")
_CHEAP = 0.05  # seconds
_SHARE = 20  # counting takes a twentieth of the time, at most
_OLDEST = 60.0


class Survey:
    """Reads the store, and remembers an account that took longer than `cheap` seconds."""

    def __init__(self, store: Store, now: Callable[[], datetime], cheap: float = _CHEAP) -> None:
        self._cheap = cheap
        self._store = store
        self._now = now
        self._last: Account | None = None
        self._counted, self._cost = 0.0, 0.0
        self._counting: asyncio.Task[None] | None = None

    async def read(self, also: Callable[[Connection], T]) -> tuple[Standing, T]:
        """Return how things stand, and the answer to one more question of the same moment."""
        known, now = await self._account(), self._now()
        return await self._store.read(lambda c: (standing(c, now, known), also(c)))

    async def _account(self) -> Account:
        age = time.perf_counter() - self._counted
        if (
            self._last is None
            or self._cost < self._cheap
            or age > max(_OLDEST, self._cost * _SHARE)
        ):
            await self._count()
        elif age > self._cost * _SHARE and (self._counting is None or self._counting.done()):
            self._counting = asyncio.create_task(self._recount())
        if self._last is None:
            raise RuntimeError("an account that was counted is there")
        return self._last

    async def _recount(self) -> None:
        try:
            await self._count()
        except Exception as error:  # noqa: BLE001 - the next one may work; the old one is shown
            journal.worker_failed("survey", error)

    async def _count(self) -> None:
        now, began = self._now(), time.perf_counter()
        self._last = await self._store.read(lambda c: account(c, now - SPAN, now))
        self._counted = time.perf_counter()
        self._cost = self._counted - began
