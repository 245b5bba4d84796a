"""Secrets that the relay makes for itself and that every node of one store must share."""

from sqlalchemy import insert, select

from relay.store.schema import secrets
from relay.store.writer import Transaction


def shared_secret(tx: Transaction, name: str, fresh: bytes) -> bytes:
    """Return the secret `name`; the first to ask stores `fresh` as its value."""
    kept = tx.execute(select(secrets.c.value).where(secrets.c.name == name)).scalar()
    if kept is None:
        tx.execute(insert(secrets), {"name": name, "value": fresh})
        return fresh
    return bytes(kept)
