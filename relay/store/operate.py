"""What an operator may do to the queue by hand; each act and its reason go into the ledger.

An ID names a message (before it is concluded) or one outgoing mail (`ID-1`). What a worker owns at
this moment is left alone: it will have an outcome within the lease, and acting under it could lose
or double a mail.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, Table, delete, select, update

from relay.errors import NoSuchMessageError, RelayError
from relay.pipeline.stages import Event
from relay.store.closing import close_messages
from relay.store.schema import messages, outgoing, upstreams
from relay.store.writer import Transaction


class Action(StrEnum):
    """An operator's act on something in the queue."""

    RETRY = "retry"
    HOLD = "hold"
    RELEASE = "release"
    DROP = "drop"


_FROM = {
    Action.RETRY: ("queued",),
    Action.HOLD: ("queued",),
    Action.RELEASE: ("held",),
    Action.DROP: ("queued", "held"),
}


def act(tx: Transaction, action: Action, key: str, reason: str) -> list[str]:
    """Do `action` to the message or mail `key`; return the IDs it was done to.

    Raises NoSuchMessageError for an unknown ID, RelayError with the reason if nothing in it is in
    a state that allows the action.
    """
    if not reason.strip():
        raise RelayError(f"give a reason to {action} it: the ledger keeps it")
    found = _targets(tx, key)
    done = [
        row.id
        for table, row in found
        if row.state in _FROM[action] and row.lease_until <= tx.now
        if _change(tx, table, row, action, reason)
    ]
    if not done:
        states = ", ".join(f"{row.id} is {_state(row, tx)}" for _, row in found)
        raise RelayError(f"nothing to {action}: {states}")
    return done


def _state(row: Row[Any], tx: Transaction) -> str:
    return "being worked on right now" if row.lease_until > tx.now else str(row.state)


def _targets(tx: Transaction, key: str) -> list[tuple[Table, Row[Any]]]:
    key = key.upper()
    whole = tx.execute(select(messages).where(messages.c.id == key)).first()
    if whole is not None and whole.state != "concluded":
        return [(messages, whole)]
    of_message = outgoing.c.message_id == key if whole is not None else outgoing.c.id == key
    mails = tx.execute(select(outgoing).where(of_message).order_by(outgoing.c.id)).all()
    if not mails:
        raise NoSuchMessageError(f"no message or mail has the ID {key}")
    return [(outgoing, mail) for mail in mails]


def _change(tx: Transaction, table: Table, row: Row[Any], action: Action, reason: str) -> bool:
    values = _VALUES[action](tx, table)
    if action in (Action.HOLD, Action.DROP):
        values["reason"] = reason
    statement = (
        update(table)
        .where(table.c.id == row.id, table.c.fence == row.fence)
        .values(fence=row.fence + 1, **values)
    )
    if tx.execute(statement).rowcount != 1:
        return False
    message_id = row.id if table is messages else row.message_id
    data = {"target": row.id, "reason": reason, "by": "operator"}
    tx.record(Event(kind=_EVENTS[action], message_id=message_id, data=data))
    if action is Action.RETRY and table is outgoing:
        tx.execute(delete(upstreams).where(upstreams.c.name == row.upstream))
    if action is Action.DROP:
        close_messages(tx, row.id, message_id)
    return True


_EVENTS = {
    Action.RETRY: "retried",
    Action.HOLD: "held",
    Action.RELEASE: "released",
    Action.DROP: "dropped",
}


def _due(tx: Transaction, _table: Table) -> dict[str, Any]:
    return {"due_at": tx.now}


def _held(_tx: Transaction, _table: Table) -> dict[str, Any]:
    return {"state": "held"}


def _released(tx: Transaction, table: Table) -> dict[str, Any]:
    overruled = {"released": True, "crashes": 0} if table is messages else {}
    return {"state": "queued", "due_at": tx.now, **overruled}


def _dropped(tx: Transaction, table: Table) -> dict[str, Any]:
    ended = {"finished_at": tx.now} if table is outgoing else {}
    return {"state": "dropped", **ended}


_VALUES: dict[Action, Callable[[Transaction, Table], dict[str, Any]]] = {
    Action.RETRY: _due,
    Action.HOLD: _held,
    Action.RELEASE: _released,
    Action.DROP: _dropped,
}
