"""Tables for other programs: messages, attempts and the ledger, row by row, whatever their number.

Bytes of mails are no part of it: `relay show` has those.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, select

from relay.store.schema import attempts, ledger, messages
from relay.store.traces import Record

Take = Callable[[Record], None]
_LEFT_OUT = {"owner", "lease_until", "fence", "signature"}
_TABLES: dict[str, tuple[Table, Column[Any]]] = {
    "messages": (messages, messages.c.accepted_at),
    "attempts": (attempts, attempts.c.started_at),
    "ledger": (ledger, ledger.c.at),
}
NAMES = tuple(_TABLES)


def columns(name: str) -> list[str]:
    """Return the names of what a table has for others."""
    return [column.name for column in _TABLES[name][0].c if column.name not in _LEFT_OUT]


def export(
    connection: Connection, name: str, since: datetime | None, until: datetime | None, take: Take
) -> int:
    """Hand each row from `since` on and before `until` to `take`, the oldest first; count them."""
    count = 0
    query = _query(name, since, until).execution_options(yield_per=500)
    for row in connection.execute(query).mappings():
        take(dict(row))
        count += 1
    return count


def _query(name: str, since: datetime | None, until: datetime | None) -> Select[Any]:
    table, at = _TABLES[name]
    query = select(*(table.c[each] for each in columns(name))).order_by(at)
    if since is not None:
        query = query.where(at >= since)
    return query if until is None else query.where(at < until)
