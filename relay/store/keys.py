"""Secrets that the relay makes for itself and that every node of one store must share."""

from sqlalchemy import Connection, insert, select, update

from relay.choice.token import Key
from relay.store.schema import secrets
from relay.store.writer import Transaction

SECRET_BYTES = 32
_CHOICE = "choice"
_NAMES = b"abcdefghijklmnopqrstuvwxyz"


def shared_secret(tx: Transaction, name: str, fresh: bytes) -> bytes:
    """Return the secret `name`; the first to ask stores `fresh` as its value."""
    kept = tx.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()
    if kept is None:
        tx.execute(insert(secrets), {"name": name, "value": fresh})
        return fresh
    return bytes(kept)


def choice_keys(tx: Transaction, fresh: bytes) -> tuple[Key, ...]:
    """Return the live keys of opt-out links, the one to write with first."""
    shared_secret(tx, _CHOICE, _NAMES[:1] + fresh)
    return live_choice_keys(tx.connection)


def live_choice_keys(connection: Connection) -> tuple[Key, ...]:
    """Return the live keys of opt-out links, none where no relay has run yet."""
    kept = connection.execute(select(secrets.c.value).where(secrets.c.name == _CHOICE)).scalar()
    return tuple(Key(name=each[:1].decode(), secret=each[1:]) for each in _each(kept or b""))


def rotate_choice_keys(tx: Transaction, fresh: bytes) -> tuple[Key, ...]:
    """Make a new key to write with; the one before it stays good, what is older does not."""
    present = choice_keys(tx, fresh)
    newest = present[0].name.encode()
    following = _NAMES[(_NAMES.index(newest) + 1) % len(_NAMES) :][:1]
    kept = following + fresh + newest + present[0].secret
    tx.execute(update(secrets).where(secrets.c.name == _CHOICE).values(value=kept))
    return choice_keys(tx, fresh)


def _each(kept: bytes) -> list[bytes]:
    return [kept[at : at + 1 + SECRET_BYTES] for at in range(0, len(kept), 1 + SECRET_BYTES)]
