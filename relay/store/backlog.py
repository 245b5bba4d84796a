"""What has not reached its end: the queue as an operator looks at it, and how deep it is.

What happens next: cli/queue.py and the web show it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, case, func, select

from relay.pipeline.addressing import URGENT
from relay.store.schema import messages, outgoing, upstreams


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of the queue."""

    id: str
    stage: str
    state: str
    recipient: str | None
    host: str
    subject: str | None
    accepted_at: datetime
    due_at: datetime
    tries: int
    reason: str | None


def waiting(connection: Connection, limit: int) -> list[Waiting]:
    """Return what has not reached its end: messages to understand, then mails to send."""
    unread = (
        select(messages)
        .where(messages.c.state.in_(("queued", "held")))
        .order_by(messages.c.accepted_at)
        .limit(limit)
    )
    unsent = (
        select(
            outgoing,
            messages.c.host,
            messages.c.subject,
            messages.c.accepted_at,
            upstreams.c.held_until,
            upstreams.c.reason.label("upstream_reason"),
        )
        .join(messages, messages.c.id == outgoing.c.message_id)
        .outerjoin(upstreams, upstreams.c.name == outgoing.c.upstream)
        .where(outgoing.c.state.in_(("queued", "held")))
        .order_by(outgoing.c.priority, outgoing.c.due_at)
        .limit(limit)
    )
    read = [_waiting_message(row) for row in connection.execute(unread)]
    return read + [_waiting_mail(row) for row in connection.execute(unsent)]


def _waiting_message(row: Row[Any]) -> Waiting:
    return Waiting(
        id=row.id,
        stage="prepare",
        state=row.state,
        recipient=None,
        host=row.host,
        subject=row.subject,
        accepted_at=row.accepted_at,
        due_at=row.due_at,
        tries=row.crashes,
        reason=row.reason,
    )


def _waiting_mail(row: Row[Any]) -> Waiting:
    return Waiting(
        id=row.id,
        stage="deliver",
        state=row.state,
        recipient=row.recipient,
        host=row.host,
        subject=row.subject,
        accepted_at=row.accepted_at,
        due_at=max(row.due_at, row.held_until or row.due_at),
        tries=row.tries,
        reason=row.reason if row.held_until is None else _upstream_waits(row),
    )


def _upstream_waits(row: Row[Any]) -> str:
    return f"upstream {row.upstream} is held, one probe at a time: {row.upstream_reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much waits for one upstream, and since when the oldest does."""

    upstream: str
    waiting: int
    oldest: datetime | None


def depths(connection: Connection) -> list[Depth]:
    """Return the depth and age of the queue of each upstream that has one."""
    query = (
        select(
            outgoing.c.upstream,
            func.count().label("waiting"),
            func.min(outgoing.c.since).label("oldest"),
        )
        .where(outgoing.c.finished_at.is_(None), outgoing.c.state == "queued")  # as an index has it
        .group_by(outgoing.c.upstream)
    )
    return [Depth(**row) for row in connection.execute(query).mappings()]


def oldest(connection: Connection) -> tuple[datetime | None, datetime | None]:
    """Return since when the oldest mail waits, and the oldest one that must not."""
    query = (
        select(func.min(outgoing.c.since).label("oldest"))
        .where(outgoing.c.state == "queued")
        .add_columns(func.min(case((outgoing.c.priority == URGENT, outgoing.c.since))))
    )
    any_mail, urgent = connection.execute(query).one()
    return any_mail, urgent
