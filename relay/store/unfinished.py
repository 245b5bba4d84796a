"""What has not reached its end, a page at a time: the queue for a page that must stay quick.

The key of a page is where the last one ended, in the order of an index, so that the thousandth page
of 100,000 mails costs what the first does.
What happens next: web/operator/queue.py shows it; cli/queue.py lists the most urgent (backlog.py).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from relay.store.schema import messages, outgoing

Key = tuple[str, str, datetime, str]
"""Upstream, state, time and ID of the last mail of the page before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unsent:
    """A mail that waits to be sent, or is held."""

    id: str
    message_id: str
    upstream: str
    state: str
    since: datetime
    recipient: str
    host: str
    subject: str | None
    verdict: str | None
    due_at: datetime
    tries: int
    reason: str | None

    @property
    def key(self) -> Key:
        """Where the next page begins."""
        return (self.upstream, self.state, self.since, self.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unread:
    """A message that is still to be understood, or was set aside before it left."""

    id: str
    state: str
    accepted_at: datetime
    host: str
    subject: str | None
    verdict: str | None
    crashes: int
    reason: str | None


def unsent(
    connection: Connection, limit: int, after: Key | None, upstream: str | None
) -> list[Unsent]:
    """Return mails by upstream, those that are held first, then the oldest first."""
    columns = (outgoing.c.upstream, outgoing.c.state, outgoing.c.since, outgoing.c.id)
    query = (
        select(outgoing, messages.c.subject, messages.c.verdict)
        .join(messages, messages.c.id == outgoing.c.message_id)
        .where(outgoing.c.finished_at.is_(None))
        .order_by(*columns)
        .limit(limit)
    )
    if upstream is not None:
        query = query.where(outgoing.c.upstream == upstream)
    if after is not None:
        query = query.where(tuple_(*columns) > after)
    return [_unsent(row) for row in connection.execute(query)]


def _unsent(row: Row[Any]) -> Unsent:
    return Unsent(
        id=row.id,
        message_id=row.message_id,
        upstream=row.upstream,
        state=row.state,
        since=row.since,
        recipient=row.recipient,
        host=row.host,
        subject=row.subject,
        verdict=row.verdict,
        due_at=row.due_at,
        tries=row.tries,
        reason=row.reason,
    )


def unread(connection: Connection, limit: int, after: tuple[datetime, str] | None) -> list[Unread]:
    """Return messages that are not concluded, the oldest first."""
    columns = (messages.c.accepted_at, messages.c.id)
    query = (
        select(messages)
        .where(messages.c.state.in_(("queued", "held")))
        .order_by(*columns)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(*columns) > after)
    return [
        Unread(
            id=row.id,
            state=row.state,
            accepted_at=row.accepted_at,
            host=row.report_host or row.host,
            subject=row.subject,
            verdict=row.verdict,
            crashes=row.crashes,
            reason=row.reason,
        )
        for row in connection.execute(query)
    ]
