"""The originals that are still kept, in the order in which they were accepted.

They are read page by page, each in a short transaction of its own, so that reading weeks of mail
does not keep a running relay from tidying up its log of changes. What came back to our return
addresses is no host's mail: no policy had a say in it.
What happens next: pipeline/replay.py sends them through a policy once more.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sqlalchemy import Connection, func, select, tuple_

from relay.mail.received import Received
from relay.store.queue import received_of, recipients_of
from relay.store.schema import messages, originals
from relay.store.store import ask

_PAGE = 200
_SENT_BY_HOSTS = ~messages.c.origin.contains('"returned": true')


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """How many messages were accepted, and of how many the bytes are still there."""

    accepted: int
    kept: int


def count(connection: Connection, since: datetime) -> Kept:
    """Count the messages accepted since then."""
    query = (
        select(func.count(), func.count(originals.c.message_id))
        .select_from(messages.outerjoin(originals, originals.c.message_id == messages.c.id))
        .where(messages.c.accepted_at >= since, _SENT_BY_HOSTS)
    )
    accepted, kept = connection.execute(query).one()
    return Kept(accepted=accepted, kept=kept)


def each(url: str, since: datetime) -> Iterator[Received]:
    """Yield the messages accepted since then whose bytes are still there, oldest first."""
    after = (since, "")
    while page := ask(url, partial(_page, after=after)):
        yield from page
        after = (page[-1].at, page[-1].id)


def _page(connection: Connection, after: tuple[datetime, str]) -> list[Received]:
    key = tuple_(messages.c.accepted_at, messages.c.id)
    query = (
        select(messages, originals.c.raw)
        .join(originals, originals.c.message_id == messages.c.id)
        .where(key > after, _SENT_BY_HOSTS)
        .order_by(messages.c.accepted_at, messages.c.id)
        .limit(_PAGE)
    )
    rows = connection.execute(query).all()
    addressed = recipients_of(connection, [row.id for row in rows])
    return [received_of(row, row.raw, addressed[row.id]) for row in rows]
