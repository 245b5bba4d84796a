"""What the doctor of each node found at its last visit, for the page that shows it.

A visit takes the place of the one before; the log and the metrics have what came and went.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select

from relay.store.schema import findings
from relay.store.writer import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """What one node's doctor found, and when."""

    node: str
    at: datetime
    findings: list[Mapping[str, Any]]


def keep(tx: Transaction, found: Iterable[Mapping[str, Any]]) -> None:
    """Write what was found now, in the place of what this node had."""
    tx.execute(delete(findings).where(findings.c.node == tx.node))
    rows = [
        {"node": tx.node, "number": number, "at": tx.now, "finding": json.dumps(each)}
        for number, each in enumerate(found)
    ]
    if rows:
        tx.execute(insert(findings), rows)


def last(connection: Connection) -> list[Visit]:
    """Return the last visit of each node."""
    visits: dict[tuple[str, datetime], list[Mapping[str, Any]]] = {}
    query = select(findings).order_by(findings.c.node, findings.c.number)
    for row in connection.execute(query):
        visits.setdefault((row.node, row.at), []).append(json.loads(row.finding))
    return [Visit(node=node, at=at, findings=found) for (node, at), found in visits.items()]
