"""Reports that wait together for one mail: a digest, or the reminder of an incident.

Joining and closing are parts of transactions, so each report is in exactly one batch, and in
exactly one mail in the end. A batch that is claimed to be closed takes no more: its membership is
frozen, and the next report opens another. A worker that dies while it composes leaves a lease that
runs out; the same members are composed again. The mail, the end of the batch and the fate of each
recipient are written together.
What happens next: workers/digest.py composes what is due.
"""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    func,
    insert,
    literal,
    literal_column,
    select,
    update,
)

from relay.pipeline.stages import Batch, BatchKey, BatchKind, Event, Item, Outgoing, Waiting
from relay.reports.report import Verdict
from relay.store import mails
from relay.store.lease import claim, write_owned
from relay.store.schema import batches, items, messages, recipients
from relay.store.writer import Transaction, insert_or_conflict

_IS_OPEN = batches.c.state == literal_column("'open'")  # in the words of the partial index
_OPEN = (
    select(batches.c.id, batches.c.heartbeat)
    .where(
        batches.c.kind == bindparam("of_kind"),
        batches.c.recipient == bindparam("of_recipient"),
        batches.c.name == bindparam("of_name"),
        _IS_OPEN,
    )
    .with_for_update()
)
_WAIT = update(recipients).where(
    recipients.c.message_id == bindparam("of_message"),
    recipients.c.address.in_(bindparam("addresses", expanding=True)),
)


def join(tx: Transaction, message_id: str, waiting: Iterable[Waiting]) -> None:
    """Let a message wait in batches; those that do not exist yet are opened."""
    for each in waiting:
        batch_id = _open(tx, message_id, each)
        values = {"batch_id": batch_id, "message_id": message_id, "listed": each.listed}
        tx.execute(insert(items), values)
        waits = {"of_message": message_id, "addresses": list(each.addresses), "waits_in": batch_id}
        tx.execute(_WAIT, waits)
        if each.most is not None and (size := _size(tx, batch_id)) >= each.most:
            full = f"{size} reports were waiting, and no more fit"
            now = {"due_at": tx.now, "hastened": full}
            tx.execute(update(batches).where(batches.c.id == batch_id).values(now))


def _open(tx: Transaction, message_id: str, waiting: Waiting) -> str:
    """Return the open batch, locked, so that no other node freezes it before we commit."""
    key = waiting.batch
    named = {"of_kind": key.kind, "of_recipient": key.recipient, "of_name": key.name}
    found = tx.execute(_OPEN, named).one_or_none()
    if found is not None:
        if found.heartbeat != waiting.heartbeat:  # the newest report's policy counts
            beats = {"heartbeat": waiting.heartbeat}
            tx.execute(update(batches).where(batches.c.id == found.id).values(beats))
        return str(found.id)
    row = {
        "id": f"{key.kind}-{key.name}-{key.recipient}-{message_id}",
        "kind": key.kind,
        "recipient": key.recipient,
        "name": key.name,
        "upstream": waiting.upstream,
        "schedule": waiting.schedule,
        "state": "open",
        "opened_at": tx.now,
        "due_at": waiting.due_at,
        "heartbeat": waiting.heartbeat,
    }
    insert_or_conflict(tx, batches, row)
    return str(row["id"])


def _is_open(key: BatchKey) -> tuple[Any, ...]:
    return (
        batches.c.kind == key.kind,
        batches.c.recipient == key.recipient,
        batches.c.name == key.name,
        _IS_OPEN,
    )


def _size(tx: Transaction, batch_id: str) -> int:
    query = select(func.count()).where(items.c.batch_id == batch_id)
    return tx.execute(query).scalar() or 0


def take_along(tx: Transaction, taken: Iterable[tuple[BatchKey, str]]) -> None:
    """Close open batches whose reports are told by a mail that is already written."""
    for key, mail_id in taken:
        ended = update(batches).where(*_is_open(key)).returning(batches.c.id)
        for row in tx.execute(ended.values(state="closed", outgoing_id=mail_id)).all():
            _carry(tx, row.id, mail_id)


def _carry(tx: Transaction, batch_id: str, mail_id: str) -> None:
    tx.execute(
        update(recipients)
        .where(recipients.c.waits_in == batch_id)
        .values(waits_in=None, carried_by=mail_id)
    )


def claim_due(tx: Transaction, limit: int, lease: timedelta) -> list[Batch]:
    """Claim batches that are due and freeze their membership; return them with their members."""
    rows = claim(tx, batches, (batches.c.due_at,), limit, lease)
    ids = [row.id for row in rows]
    tx.execute(update(batches).where(batches.c.id.in_(ids)).values(state="closing"))
    return [_batch(tx.connection, row) for row in rows]


def load(connection: Connection, batch_id: str) -> Batch:
    """Return a batch with its members, as it stands."""
    row = connection.execute(select(batches).where(batches.c.id == batch_id)).one()
    return _batch(connection, row)


def _batch(connection: Connection, row: Row[Any]) -> Batch:
    found = members(connection, row.id)
    return Batch(
        id=row.id,
        key=BatchKey(kind=BatchKind(row.kind), recipient=row.recipient, name=row.name),
        upstream=row.upstream,
        schedule=row.schedule,
        opened_at=row.opened_at,
        due_at=row.due_at,
        fence=row.fence,
        items=found,
        newest=found[-1] if found else _item(_message(connection, row.anchor)),
        heartbeat=row.heartbeat,
        hastened=row.hastened,
    )


def members(connection: Connection, batch_id: str) -> tuple[Item, ...]:
    """Return the reports in a batch, oldest first."""
    query = (
        select(messages, items.c.listed)
        .join(items, items.c.message_id == messages.c.id)
        .where(items.c.batch_id == batch_id)
        .order_by(messages.c.accepted_at, messages.c.id)
    )
    return tuple(_item(row) for row in connection.execute(query))


def _message(connection: Connection, message_id: str) -> Row[Any]:
    unlisted = literal(False).label("listed")
    query = select(messages, unlisted).where(messages.c.id == message_id)
    return connection.execute(query).one()


def _item(row: Row[Any]) -> Item:
    return Item(
        message_id=row.id,
        accepted_at=row.accepted_at,
        verdict=Verdict(row.verdict),
        kind=row.kind,
        host=row.report_host or row.host,
        job=row.job or "",
        subject=row.subject or "",
        listed=row.listed,
        summary=json.loads(row.summary or "{}"),
    )


def close(tx: Transaction, batch: Batch, mail: Outgoing, next_beat: datetime | None) -> bool:
    """End a batch by the mail that carries it; False if it is not ours any more.

    With `next_beat`, one of the same key is open afterwards: empty and due then, if none was.
    """
    if not write_owned(tx, batches, batch.id, batch.fence, state="closed"):
        return False
    mails.add(tx, mail)
    tx.execute(update(batches).where(batches.c.id == batch.id).values(outgoing_id=mail.id))
    _carry(tx, batch.id, mail.id)
    data = {"batch": batch.key.kind, "mail": mail.id, "recipient": mail.recipient}
    tx.record(*(Event(kind="told", message_id=item.message_id, data=data) for item in batch.items))
    if next_beat is not None:
        _open_empty(tx, batch, next_beat)
    return True


def _open_empty(tx: Transaction, before: Batch, due_at: datetime) -> None:
    open_already = select(batches.c.id).where(*_is_open(before.key)).with_for_update()
    if tx.execute(open_already).scalar() is not None:
        return
    row = {
        "id": f"{before.id.partition('+')[0]}+{due_at:%Y%m%dT%H%M%S}",
        "kind": before.key.kind,
        "recipient": before.key.recipient,
        "name": before.key.name,
        "upstream": before.upstream,
        "schedule": before.schedule,
        "state": "open",
        "opened_at": tx.now,
        "due_at": due_at,
        "heartbeat": True,
        "anchor": before.newest.message_id,
    }
    insert_or_conflict(tx, batches, row)


def hasten(tx: Transaction, key: BatchKey, why: str) -> None:
    """Let an open batch be told at once; `why` is what its mail says of it."""
    tx.execute(update(batches).where(*_is_open(key)).values(due_at=tx.now, hastened=why))


def send_now(tx: Transaction, which: ColumnElement[bool], why: str, reason: str) -> list[str]:
    """Let open batches leave at once by the operator's word; return their IDs.

    The ledger keeps the reason with each of their reports.
    """
    chosen = update(batches).where(batches.c.state == "open", which)
    hastened = {"due_at": tx.now, "hastened": f"{why}: {reason}"}
    rows = tx.execute(chosen.values(hastened).returning(batches)).all()
    for row in rows:
        data = {"batch": row.kind, "recipient": row.recipient, "why": why, "reason": reason}
        inside = select(items.c.message_id).where(items.c.batch_id == row.id)
        for message_id in tx.execute(inside.order_by(items.c.message_id)).scalars():
            tx.record(Event(kind="hastened", message_id=message_id, data=data))
    return [row.id for row in rows]
