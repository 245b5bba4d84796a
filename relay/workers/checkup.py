"""One visit of the doctor: brings together what the checks may look at, and runs them.

The checks know neither the store nor SMTP; here they are handed both.
What happens next: cli/doctor.py prints the findings, workers/doctor.py watches them.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from relay.delivery.https import FETCH_FAILURES, Request, fetch
from relay.delivery.rehearsal import Rehearsal, rehearse
from relay.delivery.settings import UpstreamSettings
from relay.domains.doctor import CHECKS, examine
from relay.domains.estate import Estate
from relay.domains.finding import Finding
from relay.domains.lookup import Dns
from relay.domains.settings import endpoint
from relay.domains.visit import Check, Condition, Visit
from relay.store import feedback
from relay.store.backlog import oldest
from relay.store.feedback import Sender, Sessions

_ADDRESS = "bounces"
_LATELY = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Practice:
    """What visits are made of: the estate, the upstreams to rehearse with, the clock."""

    estate: Callable[[], Estate]
    upstreams: Sequence[UpstreamSettings]
    now: Callable[[], datetime]

    async def visit(self, condition: Condition, checks: Sequence[Check] = CHECKS) -> list[Finding]:
        """Run every check; keys may have been rotated since the last time."""
        estate = self.estate()
        visit = Visit(
            estate=estate,
            dns=resolver(estate),
            now=self.now(),
            condition=condition,
            rehearse=partial(self._rehearse, estate),
            fetch=_fetched,
        )
        return await examine(visit, checks)

    async def _rehearse(self, estate: Estate) -> list[Rehearsal]:
        sender = f"{_ADDRESS}@{estate.bounce_domain}"
        rehearsals = (
            rehearse(each, estate.hostname, sender, estate.postmaster) for each in self.upstreams
        )
        return await asyncio.gather(*rehearsals)


def resolver(estate: Estate) -> Dns:
    """Return a resolver for one visit."""
    wishes = estate.wishes
    servers = [endpoint(each) for each in wishes.resolver]
    return Dns(servers, wishes.timeout.total_seconds())


def free_space(path: Path | None) -> tuple[int, int] | None:
    """Return (free, total) bytes where a SQLite store lies, None if the store is elsewhere."""
    if path is None:
        return None
    usage = shutil.disk_usage(path.parent)
    return usage.free, usage.total


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The store's word: how long mail has waited, urgent mail, and what was reported lately."""

    oldest: datetime | None
    oldest_urgent: datetime | None
    senders: Sequence[Sender]
    sessions: Sequence[Sessions]


def word(connection: Connection, now: datetime) -> Word:
    """Return what the store says of itself."""
    waiting, urgent = oldest(connection)
    return Word(
        oldest=waiting,
        oldest_urgent=urgent,
        senders=feedback.senders(connection, now - _LATELY),
        sessions=feedback.sessions(connection, now - _LATELY),
    )


def condition(
    free: tuple[int, int] | None, least: int, said: Word, sqlite: Path | None
) -> Condition:
    """Return the state of machine and store."""
    return Condition(
        free=free[0] if free else None,
        least=least,
        sqlite=sqlite3.sqlite_version_info if sqlite is not None else None,
        oldest=said.oldest,
        oldest_urgent=said.oldest_urgent,
        senders=said.senders,
        sessions=said.sessions,
    )


async def _fetched(url: str) -> str:
    try:
        answer = await asyncio.to_thread(fetch, Request(url=url))
    except FETCH_FAILURES as error:
        raise ValueError(str(error) or type(error).__name__) from error
    if answer.status != 200:
        raise ValueError(f"HTTP status {answer.status}")
    return answer.body.decode("utf-8", "replace")
