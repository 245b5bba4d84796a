"""In which order mails leave an upstream's queue: urgent first, hosts by turns, new before old.

A new mail gets a turn, one after its host's last one, but none before those that are being served
(start-time fair queueing). So a host that has 50,000 mails waiting and one that has a single one
are served alike, and a host that was quiet has saved nothing up. A mail that was tried leaves the
lane of the new for that of the old, where it waits for its time: a pile of retries delays no new
mail, and every so often the old go first, so that they do not wait for ever.

Each look-up is by a partial index that holds nothing else, so a claim costs the same with 100,000
mails waiting. What happens next: claims.py registers the
attempts.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, bindparam, func, literal_column, select

from relay.pipeline.addressing import ORDINARY, URGENT
from relay.store.lease import claim
from relay.store.schema import outgoing
from relay.store.writer import Transaction

# In the words of the partial indexes.
_QUEUED = outgoing.c.state == literal_column("'queued'")
_NEW = outgoing.c.tries == literal_column("0")
_OLD = outgoing.c.tries > literal_column("0")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """What to claim from: the mails of `upstream`, of these priorities, and `where` all is true."""

    upstream: str
    lease: timedelta
    old_first: bool = False
    priorities: tuple[int, ...] = (URGENT, ORDINARY)
    where: tuple[ColumnElement[bool], ...] = ()


def take(tx: Transaction, lanes: Lanes, limit: int) -> list[Row[Any]]:
    """Claim up to `limit` mails in their order."""
    rows: list[Row[Any]] = []
    for priority in lanes.priorities:
        for old in (lanes.old_first, not lanes.old_first):
            if len(rows) < limit:
                rows += _take(tx, lanes, priority, old, limit - len(rows))
    return rows


def _take(tx: Transaction, lanes: Lanes, priority: int, old: bool, limit: int) -> list[Row[Any]]:
    lane = (_OLD, outgoing.c.due_at <= tx.now) if old else (_NEW,)
    where = (
        outgoing.c.upstream == lanes.upstream,
        outgoing.c.priority == priority,
        *lane,
        *lanes.where,
    )
    order = (outgoing.c.due_at,) if old else (outgoing.c.turn,)
    return claim(tx, outgoing, order, limit, lanes.lease, *where)


_LANE = (
    _QUEUED,
    _NEW,
    outgoing.c.upstream == bindparam("of_upstream"),
    outgoing.c.priority == bindparam("of_priority"),
)
_SERVED = select(func.min(outgoing.c.turn)).where(*_LANE)
_OWN = select(func.max(outgoing.c.turn)).where(*_LANE, outgoing.c.host == bindparam("of_host"))
_TURNS = select(_SERVED.scalar_subquery().label("served"), _OWN.scalar_subquery().label("own"))


def next_turn(tx: Transaction, upstream: str, priority: int, host: str) -> int:
    """Return the turn of the next new mail of `host`."""
    lane = {"of_upstream": upstream, "of_priority": priority, "of_host": host}
    row = tx.execute(_TURNS, lane).one()
    return max(row.served or 0, 0 if row.own is None else row.own + 1)
