"""Who is connected, and which commits are under way: the state that all sessions share.

It limits connections, overall and for each address, and lets the server end them in order: a
session between two messages is told to go, one in a message may finish, and a commit that has
begun is always waited for, whether its client is still there or not.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Coroutine
from typing import Protocol

from relay.ingest.replies import FULL_ADDRESS, FULL_HOUSE
from relay.ingest.settings import LimitSettings


class Guest(Protocol):
    """A session, as far as its end is concerned."""

    address: str

    def finish(self) -> None:
        """Leave as soon as no message is under way."""

    def abandon(self) -> None:
        """Leave now."""


class Guests:
    """The open sessions and the commits under way."""

    def __init__(self) -> None:
        self._sessions: set[Guest] = set()
        self._by_address: Counter[str] = Counter()
        self._commits: set[asyncio.Task[bool]] = set()
        self._alone = asyncio.Event()

    def objection(self, address: str, limits: LimitSettings) -> bytes | None:
        """Return the reply to one connection too many, None if there is room."""
        if len(self._sessions) >= limits.connections:
            return FULL_HOUSE
        if self._by_address[address] >= limits.connections_per_address:
            return FULL_ADDRESS
        return None

    def arrived(self, guest: Guest) -> None:
        """Count a session in."""
        self._sessions.add(guest)
        self._by_address[guest.address] += 1
        self._alone.clear()

    def left(self, guest: Guest) -> None:
        """Count a session out."""
        self._sessions.discard(guest)
        self._by_address[guest.address] -= 1
        if not self._by_address[guest.address]:
            del self._by_address[guest.address]
        self._look_around()

    def commit(self, work: Coroutine[None, None, bool]) -> asyncio.Task[bool]:
        """Run a commit that outlives its session."""
        task = asyncio.get_running_loop().create_task(work)
        self._commits.add(task)
        task.add_done_callback(self._committed)
        return task

    def _committed(self, task: asyncio.Task[bool]) -> None:
        self._commits.discard(task)
        self._look_around()

    def _look_around(self) -> None:
        if not self._sessions and not self._commits:
            self._alone.set()

    async def drain(self, seconds: float) -> None:
        """Send everybody home, and wait no longer than that for messages under way."""
        self._look_around()
        for guest in list(self._sessions):
            guest.finish()
        await self._emptied(seconds)
        for guest in list(self._sessions):
            guest.abandon()
        await self._emptied(1)

    async def _emptied(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._alone.wait()
