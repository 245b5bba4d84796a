"""The append-only record of everything, a hash chain for each node.

Each line's hash covers the line and the hash before it, so a line cannot be changed, removed or
slipped in without every later hash being wrong; triggers refuse UPDATE and DELETE besides. Only the
loss of the last lines cannot show in the chain itself; the balance notices it for accepted mail. A
chain belongs to one node, so nodes never wait for each other to write.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from relay.pipeline.stages import Event
from relay.store.schema import ledger

_START = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line as it stands in the ledger."""

    chain: str
    seq: int
    at: datetime
    event: Event


def canonical(data: Mapping[str, Any]) -> str:
    """Return `data` as the JSON text that is stored and hashed."""
    return json.dumps(data, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _link(previous: str, seq: int, micros: int, event: Event, data: str) -> str:
    line = "\x1f".join((previous, str(seq), str(micros), event.kind, event.message_id, data))
    return hashlib.sha256(line.encode()).hexdigest()


def _micros(at: datetime) -> int:
    return int(at.timestamp()) * 1_000_000 + at.microsecond


def append(connection: Connection, chain: str, at: datetime, events: Iterable[Event]) -> None:
    """Write `events` to the end of `chain`, in order."""
    rows: list[dict[str, Any]] = []
    for event in events:
        if not rows:
            seq, previous = _tail(connection, chain)
        data = canonical(event.data)
        seq += 1
        previous = _link(previous, seq, _micros(at), event, data)
        rows.append(
            {
                "chain": chain,
                "seq": seq,
                "at": at,
                "kind": event.kind,
                "message_id": event.message_id,
                "data": data,
                "hash": previous,
            }
        )
    if rows:
        connection.execute(insert(ledger), rows)


def _tail(connection: Connection, chain: str) -> tuple[int, str]:
    query = (
        select(ledger.c.seq, ledger.c.hash)
        .where(ledger.c.chain == chain)
        .order_by(ledger.c.seq.desc())
        .limit(1)
    )
    row = connection.execute(query).first()
    return (0, _START) if row is None else (row.seq, row.hash)


def lines_about(connection: Connection, message_id: str) -> list[Line]:
    """Return every line about one message, oldest first."""
    query = (
        select(ledger)
        .where(ledger.c.message_id == message_id)
        .order_by(ledger.c.at, ledger.c.chain, ledger.c.seq)
    )
    return [_line(row) for row in connection.execute(query)]


def _line(row: Row[Any]) -> Line:
    event = Event(kind=row.kind, message_id=row.message_id, data=json.loads(row.data))
    return Line(chain=row.chain, seq=row.seq, at=row.at, event=event)


def last_lines(connection: Connection, limit: int) -> list[Line]:
    """Return the last lines of each chain, `limit` at most of each, the oldest first."""
    found = []
    for chain, seq in ends(connection).items():
        newest = (ledger.c.chain == chain, ledger.c.seq > seq - limit)
        found += [_line(row) for row in connection.execute(select(ledger).where(*newest))]
    return sorted(found, key=lambda line: (line.at, line.chain, line.seq))[-limit:]


def ends(connection: Connection) -> dict[str, int]:
    """Return the number of the last line of each chain."""
    query = select(ledger.c.chain, func.max(ledger.c.seq)).group_by(ledger.c.chain)
    return {row[0]: row[1] for row in connection.execute(query)}


def lines_after(connection: Connection, seen: Mapping[str, int], limit: int) -> list[Line]:
    """Return lines that came after those `seen` of each chain, the oldest first."""
    found = []
    for chain in ends(connection):
        newer = (ledger.c.chain == chain, ledger.c.seq > seen.get(chain, 0))
        query = select(ledger).where(*newer).order_by(ledger.c.seq).limit(limit)
        found += [_line(row) for row in connection.execute(query)]
    return sorted(found, key=lambda line: (line.at, line.chain, line.seq))


def broken_links(connection: Connection) -> Iterator[str]:
    """Recompute every chain; yield a sentence for each line that does not fit."""
    previous: dict[str, tuple[int, str]] = {}
    query = select(ledger).order_by(ledger.c.chain, ledger.c.seq).execution_options(yield_per=1000)
    for row in connection.execute(query):
        seq, before = previous.get(row.chain, (0, _START))
        event = Event(kind=row.kind, message_id=row.message_id, data={})
        if row.seq != seq + 1:
            yield f"{row.chain}: line {seq + 1} is missing before line {row.seq}"
        elif row.hash != _link(before, row.seq, _micros(row.at), event, row.data):
            yield f"{row.chain}: line {row.seq} ({row.kind}) was changed"
        previous[row.chain] = (row.seq, row.hash)
