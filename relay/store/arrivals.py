"""The messages as they came, the newest first, a page at a time; and which rules had a say in them.

What happens next: web/operator shows the list, and beside each rule how often it applied of late.
"""

import json
from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select, tuple_

from relay.store.schema import ledger, messages

LOOKED_AT = 2000
"""So many of the last messages are asked which rules applied to them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message in a list."""

    id: str
    accepted_at: datetime
    host: str
    job: str | None
    subject: str | None
    verdict: str | None
    state: str
    size: int


def arrivals(
    connection: Connection, limit: int, before: tuple[datetime, str] | None
) -> list[Arrival]:
    """Return the messages that came `before` a time and a message."""
    key = tuple_(messages.c.accepted_at, messages.c.id)
    query = select(messages).order_by(messages.c.accepted_at.desc(), messages.c.id.desc())
    if before is not None:
        query = query.where(messages.c.accepted_at <= before[0], key < before)
    return [
        Arrival(
            id=row.id,
            accepted_at=row.accepted_at,
            host=row.report_host or row.host,
            job=row.job,
            subject=row.subject,
            verdict=row.verdict,
            state=row.state,
            size=row.size,
        )
        for row in connection.execute(query.limit(limit))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """How many of `messages` each rule applied to."""

    messages: int
    of: Counter[str]


def hits(connection: Connection) -> Hits:
    """Count the rules that had a say in the last messages, each message once."""
    last = select(messages.c.id).order_by(messages.c.accepted_at.desc(), messages.c.id.desc())
    ids = list(connection.execute(last.limit(LOOKED_AT)).scalars())
    told = select(ledger.c.message_id, ledger.c.data).where(
        ledger.c.message_id.in_(ids), ledger.c.kind == "concluded"
    )
    of, seen = Counter[str](), set[str]()
    for row in connection.execute(told):
        if row.message_id not in seen:
            seen.add(row.message_id)
            of.update({rule for rule, _ in json.loads(row.data)["reasons"]})
    return Hits(messages=len(seen), of=of)
