"""Claims by compare-and-set, with a lease and a fencing token.

A claim raises the row's `fence`; every later write names the fence it was claimed with. A worker
that died leaves a lease that runs out; one that was only slow finds its fence gone, its write
changes no row, and its result is discarded because somebody else owns the work by then. The same
statements run on SQLite and PostgreSQL.

A clock may be set back: a row that nobody owns has no lease at all, rather than one that ended at a
time that is now in the future; a message, and a mail that was never tried, are always due.
"""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Row,
    Table,
    Update,
    bindparam,
    false,
    literal_column,
    or_,
    select,
    true,
    update,
)

from relay.store.schema import batches, messages, outgoing
from relay.store.writer import Transaction

_NO_LEASE = datetime(1970, 1, 1, tzinfo=UTC)
# In the words of the partial indexes: with a bound value SQLite would read the whole table.
_WORK: dict[Table, ColumnElement[bool]] = {
    messages: messages.c.state == literal_column("'queued'"),
    outgoing: outgoing.c.state == literal_column("'queued'"),
    batches: batches.c.state != literal_column("'closed'"),
}
# The same for rows that are found by their ID: not the column itself, or the planner would rather
# read a partial index from end to end.
_STILL_WORK: dict[Table, ColumnElement[bool]] = {
    messages: messages.c.state + "" == "queued",
    outgoing: outgoing.c.state + "" == "queued",
    batches: batches.c.state + "" != "closed",
}
_ALWAYS_DUE: dict[Table, ColumnElement[bool]] = {
    messages: true(),
    outgoing: outgoing.c.tries == 0,
    batches: false(),
}


def claim(
    tx: Transaction,
    table: Table,
    order: tuple[Column[Any], ...],
    limit: int,
    lease: timedelta,
    *where: ColumnElement[bool],
) -> list[Row[Any]]:
    """Claim up to `limit` due rows of `table` that nobody owns; return them in `order`."""
    free = (
        or_(table.c.due_at <= tx.now, _ALWAYS_DUE[table]),
        table.c.lease_until <= tx.now,
        *where,
    )
    chosen = select(table.c.id).where(_WORK[table], *free).order_by(*order).limit(limit)
    statement = (
        update(table)
        # Again, because another node may have been quicker.
        .where(table.c.id.in_(chosen), _STILL_WORK[table], *free)
        .values(fence=table.c.fence + 1, owner=tx.node, lease_until=tx.now + lease)
        .returning(*table.c)
    )
    # RETURNING has no order of its own.
    return sorted(tx.execute(statement), key=lambda row: [getattr(row, c.name) for c in order])


def write_owned(tx: Transaction, table: Table, key: str, fence: int, **values: Any) -> bool:
    """Write `values` to a row that we own and give it back, once; False if it is not ours."""
    row = {"of_id": key, "of_fence": fence, **values}
    return tx.execute(_give_back(table), row).rowcount == 1


@cache
def _give_back(table: Table) -> Update:
    """Return the statement; the other columns are set by its parameters."""
    owned = (table.c.id == bindparam("of_id"), table.c.fence == bindparam("of_fence"))
    free = {"owner": None, "lease_until": _NO_LEASE, "fence": table.c.fence + 1}
    return update(table).where(*owned).values(free)


def renew(tx: Transaction, table: Table, owned: dict[str, int], lease: timedelta) -> None:
    """Lengthen the leases of rows that we still own; `owned` maps ID to fence."""
    for key, fence in owned.items():
        tx.execute(
            update(table)
            .where(table.c.id == key, table.c.fence == fence)
            .values(lease_until=tx.now + lease)
        )


def return_all(tx: Transaction) -> None:
    """Give back every lease of this node: at its start nothing of it can be running."""
    for table in (messages, batches, outgoing):
        return_leases(tx, table)


def return_leases(tx: Transaction, table: Table) -> None:
    """Give back the leases of this node on rows of `table`, because nobody works on them."""
    tx.execute(
        update(table)
        .where(table.c.owner == tx.node)
        .values(owner=None, lease_until=_NO_LEASE, fence=table.c.fence + 1)
    )
