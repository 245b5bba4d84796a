"""Sessions of operators: who reads the store learns no token, for only hashes are kept.

A session is opened by the transaction that takes a one-time code, so that no code opens two. It
ends at its time, when its owner logs out, or when anything about the operator is changed.
What happens next: web/operator/door.py looks a session up for each request.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from relay.pipeline.stages import Event
from relay.store.schema import operators, sessions
from relay.store.writer import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who is logged in, as what, and until when."""

    operator: str
    role: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """Somebody who has proved who they are. `step` is that of the one-time code, 0 without one.

    `password` is the hash that was verified: a session opens only while it is still theirs.
    """

    name: str
    password: str
    step: int
    address: str


def identifier(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin(tx: Transaction, token: str, entry: Entry, until: datetime) -> bool:
    """Open a session; False if the code was used before, or the operator changed meanwhile."""
    owner = (operators.c.name == entry.name, operators.c.password == entry.password)
    fresh = operators.c.totp_step < entry.step if entry.step else operators.c.totp.is_(None)
    used = update(operators).where(*owner, fresh).values(totp_step=entry.step)
    if tx.execute(used).rowcount != 1:
        return False
    tx.execute(delete(sessions).where(sessions.c.until <= tx.now))
    row = {"id": identifier(token), "operator": entry.name, "since": tx.now, "until": until}
    tx.execute(insert(sessions), row)
    data = {"operator": entry.name, "address": entry.address, "by": entry.name}
    tx.record(Event(kind="logged-in", message_id="", data=data))
    return True


def end(tx: Transaction, token: str) -> None:
    """End a session, if it is one."""
    tx.execute(delete(sessions).where(sessions.c.id == identifier(token)))


def find(connection: Connection, token: str, now: datetime) -> Session | None:
    """Return the session of a token, None if there is none, or it is over."""
    query = (
        select(sessions.c.operator, operators.c.role, sessions.c.until)
        .join(operators, operators.c.name == sessions.c.operator)
        .where(sessions.c.id == identifier(token), sessions.c.until > now)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else Session(**row)


def alive(connection: Connection, tokens: Iterable[str], now: datetime) -> set[str]:
    """Return those of the tokens that have a session."""
    named = {identifier(token): token for token in tokens}
    query = select(sessions.c.id).where(sessions.c.id.in_(named), sessions.c.until > now)
    return {named[found] for found in connection.execute(query).scalars()}
