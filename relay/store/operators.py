"""Who may use the operator's pages, and as what: kept in the store, changed by commands alone.

A password is kept as its argon2id hash, the secret of one-time codes as it is, because both sides
must have it (RFC 6238 s3). Each change is a line of the ledger, without either; it ends the
sessions of who is changed.
What happens next: sessions.py opens sessions, web/operator/door.py asks who comes.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from relay.errors import NotFoundError, RelayError
from relay.pipeline.stages import Event
from relay.store.schema import operators, sessions
from relay.store.writer import Transaction

ROLES = ("viewer", "operator")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,39}")
_BY = "command"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operator:
    """Somebody who may log in. `totp` is the secret of their one-time codes, if they have one."""

    name: str
    password: str
    role: str
    totp: bytes | None
    since: datetime


def listed(connection: Connection) -> list[Operator]:
    """Return all of them, by name."""
    return [
        _operator(row) for row in connection.execute(select(operators).order_by(operators.c.name))
    ]


def find(connection: Connection, name: str) -> Operator | None:
    """Return the one of this name."""
    query = select(operators).where(operators.c.name == name)
    row = connection.execute(query).first()
    return None if row is None else _operator(row)


def _operator(row: Row[Any]) -> Operator:
    return Operator(
        name=row.name,
        password=row.password,
        role=row.role,
        totp=None if row.totp is None else bytes(row.totp),
        since=row.since,
    )


def add(tx: Transaction, *, name: str, role: str, password: str) -> list[str]:
    """Add an operator, or set role and password of one anew; `password` is a hash."""
    if not _NAME.fullmatch(name):
        raise RelayError("a name has small letters, digits, dots and dashes, 40 at most")
    if role not in ROLES:
        raise RelayError(f'"{role}" is no role; write {" or ".join(ROLES)}')
    if not password.startswith("$argon2id$"):
        raise RelayError("the password came without its hash")
    values = {"role": role, "password": password}
    if tx.execute(update(operators).where(operators.c.name == name).values(values)).rowcount == 0:
        tx.execute(insert(operators).values(name=name, since=tx.now, **values))
    _changed(tx, name, f"may log in as {role}")
    return [name]


def remove(tx: Transaction, *, name: str) -> list[str]:
    """Remove an operator, and end their sessions."""
    tx.execute(delete(sessions).where(sessions.c.operator == name))
    if tx.execute(delete(operators).where(operators.c.name == name)).rowcount == 0:
        raise NotFoundError(f"there is no operator {name}; `relay operators list` shows them")
    _changed(tx, name, "may log in no more")
    return [name]


def set_totp(tx: Transaction, *, name: str, secret: str) -> list[str]:
    """Ask an operator for one-time codes of the hexadecimal `secret`; for none if it is empty."""
    totp = bytes.fromhex(secret) if secret else None
    changed = update(operators).where(operators.c.name == name).values(totp=totp, totp_step=0)
    if tx.execute(changed).rowcount == 0:
        raise NotFoundError(f"there is no operator {name}; `relay operators list` shows them")
    _changed(tx, name, "needs one-time codes" if secret else "needs no one-time codes")
    return [name]


def _changed(tx: Transaction, name: str, what: str) -> None:
    tx.execute(delete(sessions).where(sessions.c.operator == name))
    data = {"operator": name, "what": what, "by": _BY}
    tx.record(Event(kind="operator", message_id="", data=data))
