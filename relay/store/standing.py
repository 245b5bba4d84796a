"""How things stand, in one read: what was accepted and became of it, what waits, what is not well.

The account is that of the last day: `relay ledger check` makes it for all time, which takes as
long as there is mail. Everything else is about now.
What happens next: web/operator/pulse.py reads it once for everybody who watches.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select

from relay.pipeline.addressing import URGENT
from relay.pipeline.job import JobState
from relay.store import jobs
from relay.store.backlog import Depth, depths
from relay.store.balance import FATES, accounted, fate_of
from relay.store.pending import Pending, pending
from relay.store.schema import jobs as job_table
from relay.store.schema import messages, outgoing, upstreams

SPAN = timedelta(days=1)
_MOST_SHOWN = 12
_OLDEST_URGENT = select(func.min(outgoing.c.since)).where(
    outgoing.c.state == "queued", outgoing.c.priority == URGENT
)
_HELD_MAILS = (
    select(func.count())
    .select_from(outgoing)
    .where(outgoing.c.finished_at.is_(None), outgoing.c.state == "held")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Recipients accepted within SPAN before `at`, and where each of them was then."""

    at: datetime
    accepted: int
    fates: dict[str, int]

    @property
    def holds(self) -> bool:
        """Whether the sum is right, and nothing is lost."""
        return self.accepted == sum(self.fates.values()) and not self.fates["lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """An upstream that refuses everybody, since when, and its words."""

    name: str
    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All of it at one moment.

    `unread` and `held` count messages not yet understood, or set aside, `held_mails` mails.

    Of what is not well, and of what leaves next, the first few are given, and how many there are.
    """

    at: datetime
    account: Account
    depths: list[Depth]
    refusing: list[Refusing]
    unread: int
    held: int
    held_mails: int
    oldest_urgent: datetime | None
    last_accepted: datetime | None
    failing: list[JobState]
    failing_count: int
    missing: list[JobState]
    missing_count: int
    next: list[Pending]
    next_count: int


def standing(connection: Connection, now: datetime, counted: Account) -> Standing:
    """Return how things stand, given the account."""
    waits = pending(connection)
    unread = _states(connection)
    bad, bad_count = _bad(connection, job_table.c.incident.is_not(None))
    missing, missing_count = _bad(connection, job_table.c.missing_at.is_not(None))
    return Standing(
        at=now,
        account=counted,
        depths=sorted(depths(connection), key=lambda each: each.upstream),
        refusing=refusing(connection),
        unread=unread.get("queued", 0),
        held=unread.get("held", 0),
        held_mails=connection.execute(_HELD_MAILS).scalar() or 0,
        oldest_urgent=connection.execute(_OLDEST_URGENT).scalar(),
        last_accepted=connection.execute(select(func.max(messages.c.accepted_at))).scalar(),
        failing=bad,
        failing_count=bad_count,
        missing=missing,
        missing_count=missing_count,
        next=waits[:_MOST_SHOWN],
        next_count=len(waits),
    )


def refusing(connection: Connection) -> list[Refusing]:
    """Return the upstreams that refuse everybody at the moment."""
    query = select(upstreams).order_by(upstreams.c.name)
    return [_refusing(row) for row in connection.execute(query)]


def account(connection: Connection, since: datetime, now: datetime) -> Account:
    """Count the recipients accepted since then by their fates."""
    fate = fate_of().label("fate")
    recent = messages.c.accepted_at > since
    query = select(fate, func.count()).select_from(accounted()).where(recent).group_by(fate)
    found = {row[0]: int(row[1]) for row in connection.execute(query)}
    total = select(func.coalesce(func.sum(messages.c.recipient_count), 0)).where(recent)
    return Account(
        at=now,
        accepted=int(connection.execute(total).scalar() or 0),
        fates={name: found.get(name, 0) for name in FATES},
    )


def _states(connection: Connection) -> dict[str, int]:
    query = (
        select(messages.c.state, func.count())
        .where(messages.c.state.in_(("queued", "held")))
        .group_by(messages.c.state)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def _bad(connection: Connection, condition: ColumnElement[bool]) -> tuple[list[JobState], int]:
    """Return the first jobs of which this is so, and how many there are."""
    count = select(func.count()).select_from(job_table).where(condition)
    many = connection.execute(count).scalar() or 0
    return (jobs.which(connection, condition, _MOST_SHOWN) if many else []), many


def _refusing(row: Row[Any]) -> Refusing:
    return Refusing(name=row.name, since=row.held_since, until=row.held_until, reason=row.reason)
