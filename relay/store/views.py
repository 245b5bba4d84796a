"""Questions about messages: one whole, its bytes as accepted and as sent, the last ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, or_, select

from relay.errors import NoSuchMessageError
from relay.store.balance import accounted, fate_of
from relay.store.ledger import Line
from relay.store.schema import (
    attempts,
    batches,
    contents,
    messages,
    originals,
    outgoing,
    recipients,
)
from relay.store.traces import Record, batches_of, records, story_lines


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """All that the store knows of one message: rows of its tables, lines of its ledger.

    `batches` are those it is or was in; `mails` carry it by itself or with others.
    """

    message: Record
    recipients: list[Record]
    batches: list[Record]
    mails: list[Record]
    attempts: list[Record]
    lines: list[Line]


def dossier(connection: Connection, key: str) -> Dossier:
    """Return what is known of the message `key` (or of the one that mail `key` carries)."""
    message_id = key.upper().partition("-")[0]
    message = connection.execute(select(messages).where(messages.c.id == message_id)).mappings()
    found = message.first()
    if found is None:
        raise NoSuchMessageError(f"no message has the ID {message_id}")
    waited = batches_of(connection, message_id)
    carriers = [batch["outgoing_id"] for batch in waited if batch["outgoing_id"]]
    asked = outgoing.c.id == key.upper()
    of_message = or_(_its_own(message_id), outgoing.c.id.in_(carriers), asked)
    mails = records(connection, select(outgoing).where(of_message).order_by(outgoing.c.id))
    if key.upper() not in (message_id, *(mail["id"] for mail in mails)):
        raise NoSuchMessageError(f"the message {message_id} has no mail {key.upper()}")
    addressed = select(recipients).where(recipients.c.message_id == message_id)
    tried = [column for column in attempts.c if column.name != "signature"]
    return Dossier(
        message=dict(found),
        recipients=records(connection, addressed.order_by(recipients.c.position)),
        batches=waited,
        mails=mails,
        attempts=records(
            connection,
            select(*tried)
            .join(outgoing, outgoing.c.id == attempts.c.outgoing_id)
            .where(of_message)
            .order_by(attempts.c.started_at, attempts.c.outgoing_id),
        ),
        lines=story_lines(connection, message_id, mails, waited),
    )


def _its_own(message_id: str) -> ColumnElement[bool]:
    """Mails about a message; a heartbeat that came after it with nothing in it is none."""
    anchored = (batches.c.outgoing_id == outgoing.c.id, batches.c.anchor == message_id)
    return and_(outgoing.c.message_id == message_id, ~exists().where(*anchored))


def original(connection: Connection, key: str) -> bytes:
    """Return the bytes accepted, exactly (P5)."""
    message_id = key.upper().partition("-")[0]
    query = select(originals.c.raw).where(originals.c.message_id == message_id)
    raw = connection.execute(query).scalar()
    if raw is None:
        raise NoSuchMessageError(
            f"no original is kept for {message_id}: unknown, or past retention"
        )
    return bytes(raw)


def originals_within(
    connection: Connection, message_ids: Sequence[str], room: int
) -> dict[str, bytes]:
    """Return the bytes accepted of those of the messages that fit into `room`, small ones first."""
    query = (
        select(originals.c.message_id, originals.c.raw)
        .join(messages, messages.c.id == originals.c.message_id)
        .where(originals.c.message_id.in_(message_ids), messages.c.size <= room)
        .order_by(messages.c.size)
    )
    found: dict[str, bytes] = {}
    for row in connection.execute(query):
        room -= len(row.raw)
        if room < 0:
            break
        found[row.message_id] = bytes(row.raw)
    return found


def final(connection: Connection, key: str) -> bytes:
    """Return the bytes of a mail as last sent; before the first attempt, as they would be signed.

    `key` is an outgoing ID, or a message ID for the first of its mails.
    """
    key = key.upper()
    query = (
        select(outgoing.c.id, contents.c.content)
        .join(contents, contents.c.id == outgoing.c.content_id)
        .where(or_(outgoing.c.id == key, _its_own(key)))
        .order_by(outgoing.c.id)
    )
    mail = connection.execute(query).first()
    if mail is None:
        raise NoSuchMessageError(f"no outgoing mail is kept for {key}")
    sent = (
        select(attempts.c.signature)
        .where(attempts.c.outgoing_id == mail.id, attempts.c.signature.is_not(None))
        .order_by(attempts.c.number.desc())
    )
    signature = connection.execute(sent).scalar()
    return bytes(signature or b"") + bytes(mail.content)


def recent(connection: Connection, limit: int) -> list[Record]:
    """Return the last accepted messages, newest first.

    With the states of their own mails, and the fate of each recipient.
    """
    query = select(messages).order_by(messages.c.id.desc()).limit(limit)
    found = records(connection, query)
    ids = [row["id"] for row in found]
    states = select(outgoing.c.message_id, outgoing.c.state).where(outgoing.c.message_id.in_(ids))
    fates = (
        select(recipients.c.message_id, fate_of())
        .select_from(accounted())
        .where(recipients.c.message_id.in_(ids))
        .order_by(recipients.c.position)
    )
    mails_of, fates_of = _by_message(connection, states), _by_message(connection, fates)
    return [
        {**row, "mails": mails_of.get(row["id"], []), "fates": fates_of.get(row["id"], [])}
        for row in found
    ]


def _by_message(connection: Connection, query: Select[Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for message_id, word in connection.execute(query):
        found.setdefault(message_id, []).append(word)
    return found
