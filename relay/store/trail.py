"""The ledger as it is read: a page of a chain, backwards, or all of a chain from a line on.

What happens next: web/operator/ledger.py shows it and sends it as a file; ledger.py writes it and
recomputes its hashes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from relay.store.schema import ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line with its hash; `data` is the JSON that was hashed."""

    chain: str
    seq: int
    at: datetime
    kind: str
    message_id: str
    data: str
    hash: str


def chains(connection: Connection) -> dict[str, int]:
    """Return each chain with the number of its last line; it takes time by the chains alone."""
    found: dict[str, int] = {}
    name = ""
    while True:
        following = select(func.min(ledger.c.chain)).where(ledger.c.chain > name)
        name = connection.execute(following).scalar() or ""
        if not name:
            return found
        last = select(func.max(ledger.c.seq)).where(ledger.c.chain == name)
        found[name] = connection.execute(last).scalar() or 0


def page(connection: Connection, chain: str, before: int | None, limit: int) -> list[Entry]:
    """Return lines of a chain `before` a number, the last first."""
    query = select(ledger).where(ledger.c.chain == chain).order_by(ledger.c.seq.desc())
    if before is not None:
        query = query.where(ledger.c.seq < before)
    return [_entry(row) for row in connection.execute(query.limit(limit))]


def about(connection: Connection, message_id: str, limit: int) -> list[Entry]:
    """Return the last lines about one message."""
    query = select(ledger).where(ledger.c.message_id == message_id)
    newest = query.order_by(ledger.c.at.desc(), ledger.c.seq.desc()).limit(limit)
    return [_entry(row) for row in connection.execute(newest)]


def onwards(connection: Connection, chain: str, first: int, limit: int) -> Iterator[Entry]:
    """Yield lines of a chain from the number `first` on."""
    query = select(ledger).where(ledger.c.chain == chain, ledger.c.seq >= first)
    for row in connection.execute(query.order_by(ledger.c.seq).limit(limit)):
        yield _entry(row)


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        chain=row.chain,
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        message_id=row.message_id,
        data=row.data,
        hash=row.hash,
    )
