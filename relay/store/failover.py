"""Upstreams that are held because they refuse everybody, and those that stand in for them.

After some time another one claims their mail. It keeps its identity: ID, bytes, envelope and
Message-ID. From then on it is the other's, and stays there; attempts name who made them, the ledger
has a line. What an upstream may have taken, because the reply was lost, waits longer: it may be
delivered already.
What happens next: claims.py registers the attempts.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, exists, insert, or_, select, update

from relay.pipeline.ids import upstream_key
from relay.pipeline.stages import Event
from relay.store.schema import attempts, outgoing, upstreams
from relay.store.writer import Transaction

_UNCERTAIN_WAIT = timedelta(hours=1)

_maybe_delivered = exists().where(
    attempts.c.outgoing_id == outgoing.c.id,
    or_(attempts.c.outcome.is_(None), attempts.c.uncertain),
)


def held_since(connection: Connection, names: Iterable[str]) -> dict[str, datetime]:
    """Return since when each of `names` has been held, for those that are."""
    query = select(upstreams.c.name, upstreams.c.held_since).where(upstreams.c.name.in_(names))
    return {row.name: row.held_since for row in connection.execute(query)}


def hold(tx: Transaction, name: str, until: datetime, reason: str) -> None:
    """Send nothing to an upstream until then; the first claim after that is a probe."""
    values = {"held_until": until, "reason": reason}
    changed = tx.execute(
        update(upstreams)
        .where(upstreams.c.name == name)
        .values(failures=upstreams.c.failures + 1, **values)
    )
    if changed.rowcount == 0:
        first = {"name": name, "failures": 1, "held_since": tx.now}
        tx.execute(insert(upstreams), {**first, **values})
        data = {"upstream": name, "reason": reason}
        tx.record(Event(kind="upstream-held", message_id=upstream_key(name), data=data))


def movable(since: datetime, now: datetime) -> tuple[Any, ...]:
    """Return what must be true of a mail whose upstream has been held `since` then."""
    return () if now - since >= _UNCERTAIN_WAIT else (~_maybe_delivered,)


def move(tx: Transaction, rows: list[Row[Any]], to: str, why: str | None = None) -> None:
    """Make claimed mails those of the upstream `to`; without `why`, their own refuses all."""
    tx.execute(
        update(outgoing).where(outgoing.c.id.in_([row.id for row in rows])).values(upstream=to)
    )
    for row in rows:
        data = {"outgoing": row.id, "from": row.upstream, "to": to, "why": why}
        tx.record(Event(kind="moved", message_id=row.message_id, data=data))
