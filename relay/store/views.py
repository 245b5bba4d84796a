"""Read-only questions: the balance, one message whole, the queue.

The balance is the promise P1 as one query. A recipient counts as delivered only if an attempt was
delivered, as in flight only while the bytes to send are there, as bounced only with its notice, as
waiting only in a batch that is not closed; whatever fits nowhere is `lost`, and the sum must equal
what was accepted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Join,
    Row,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from relay.errors import NoSuchMessageError
from relay.store.ledger import Line
from relay.store.schema import (
    attempts,
    batches,
    contents,
    ledger,
    messages,
    originals,
    outgoing,
    recipients,
    upstreams,
)
from relay.store.traces import Record, batches_of, records, story_lines

FATES = (
    *("delivered", "digested", "counted", "bounced", "held", "dropped"),
    *("waiting", "in_flight", "lost"),
)
"""Where an accepted recipient can be.

`digested` is carried in a delivered digest, `counted` told by a delivered reminder; `waiting` is in
a batch that is still to leave.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Promise P1 in figures: recipients accepted, and where each of them is."""

    accepted: int
    fates: dict[str, int]
    unwritten: int

    @property
    def holds(self) -> bool:
        """Whether accepted equals the sum of the rest, nothing is lost, nothing unrecorded."""
        counted = sum(self.fates.values())
        return self.accepted == counted and not self.fates["lost"] and not self.unwritten


def balance(connection: Connection) -> Balance:
    """Count every accepted recipient by its fate, in one consistent read.

    `unwritten` is the difference between messages and the ledger's lines about accepting them.
    """
    fate = _fate().label("fate")
    figures = union_all(
        select(fate, func.count()).select_from(_accounted()).group_by(fate),
        select(literal("accepted"), func.coalesce(func.sum(messages.c.recipient_count), 0)),
        select(literal("kept"), func.count()).select_from(messages),
        select(literal("written"), func.count()).where(ledger.c.kind == "accepted"),
    )
    found = {row[0]: int(row[1]) for row in connection.execute(figures)}
    return Balance(
        accepted=found["accepted"],
        fates={name: found.get(name, 0) for name in FATES},
        unwritten=abs(found["kept"] - found["written"]),
    )


def _accounted() -> Join:
    return (
        recipients.join(messages, messages.c.id == recipients.c.message_id)
        .outerjoin(outgoing, outgoing.c.id == recipients.c.carried_by)
        .outerjoin(batches, batches.c.id == recipients.c.waits_in)
    )


def _fate() -> Any:
    has_original = exists().where(originals.c.message_id == messages.c.id)
    has_content = exists().where(contents.c.id == outgoing.c.content_id)
    was_delivered = exists().where(
        attempts.c.outgoing_id == outgoing.c.id, attempts.c.outcome == "delivered"
    )
    notice = outgoing.alias("notice")
    was_told = or_(
        outgoing.c.notice_to.is_(None), exists().where(notice.c.id == outgoing.c.id + "N")
    )
    waits = and_(outgoing.c.id.is_(None), batches.c.id.is_(None))
    arrived = and_(outgoing.c.state == "delivered", was_delivered)
    return case(
        (batches.c.state.in_(("open", "closing")), "waiting"),
        (and_(waits, messages.c.state == "dropped"), "dropped"),
        (and_(waits, messages.c.state == "held", has_original), "held"),
        (and_(waits, messages.c.state == "queued", has_original), "in_flight"),
        (outgoing.c.state == "dropped", "dropped"),
        (and_(outgoing.c.state == "held", has_content), "held"),
        (and_(outgoing.c.state == "queued", has_content), "in_flight"),
        (and_(arrived, outgoing.c.kind == "digest"), "digested"),
        (and_(arrived, outgoing.c.kind == "reminder"), "counted"),
        (arrived, "delivered"),
        (and_(outgoing.c.state == "bounced", was_told), "bounced"),
        else_="lost",
    )


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One line of the queue."""

    id: str
    stage: str
    state: str
    recipient: str | None
    host: str
    subject: str | None
    accepted_at: datetime
    due_at: datetime
    tries: int
    reason: str | None


def waiting(connection: Connection, limit: int) -> list[Waiting]:
    """Return what has not reached its end: messages to understand, then mails to send."""
    unread = (
        select(messages)
        .where(messages.c.state.in_(("queued", "held")))
        .order_by(messages.c.accepted_at)
        .limit(limit)
    )
    unsent = (
        select(
            outgoing,
            messages.c.host,
            messages.c.subject,
            messages.c.accepted_at,
            upstreams.c.held_until,
            upstreams.c.reason.label("upstream_reason"),
        )
        .join(messages, messages.c.id == outgoing.c.message_id)
        .outerjoin(upstreams, upstreams.c.name == outgoing.c.upstream)
        .where(outgoing.c.state.in_(("queued", "held")))
        .order_by(outgoing.c.priority, outgoing.c.due_at)
        .limit(limit)
    )
    read = [_waiting_message(row) for row in connection.execute(unread)]
    return read + [_waiting_mail(row) for row in connection.execute(unsent)]


def _waiting_message(row: Row[Any]) -> Waiting:
    return Waiting(
        id=row.id,
        stage="prepare",
        state=row.state,
        recipient=None,
        host=row.host,
        subject=row.subject,
        accepted_at=row.accepted_at,
        due_at=row.due_at,
        tries=row.crashes,
        reason=row.reason,
    )


def _waiting_mail(row: Row[Any]) -> Waiting:
    return Waiting(
        id=row.id,
        stage="deliver",
        state=row.state,
        recipient=row.recipient,
        host=row.host,
        subject=row.subject,
        accepted_at=row.accepted_at,
        due_at=max(row.due_at, row.held_until or row.due_at),
        tries=row.tries,
        reason=row.reason if row.held_until is None else _upstream_waits(row),
    )


def _upstream_waits(row: Row[Any]) -> str:
    return f"upstream {row.upstream} is held, one probe at a time: {row.upstream_reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How much waits for one upstream, and since when the oldest does."""

    upstream: str
    waiting: int
    oldest: datetime | None


def depths(connection: Connection) -> list[Depth]:
    """Return the depth and age of the queue of each upstream that has one."""
    query = (
        select(
            outgoing.c.upstream,
            func.count().label("waiting"),
            func.min(outgoing.c.since).label("oldest"),
        )
        .where(outgoing.c.state == "queued")
        .group_by(outgoing.c.upstream)
    )
    return [Depth(**row) for row in connection.execute(query).mappings()]


def recent(connection: Connection, limit: int) -> list[Record]:
    """Return the last accepted messages, newest first.

    With the states of their own mails, and the fate of each recipient.
    """
    query = select(messages).order_by(messages.c.id.desc()).limit(limit)
    found = records(connection, query)
    ids = [row["id"] for row in found]
    states = select(outgoing.c.message_id, outgoing.c.state).where(outgoing.c.message_id.in_(ids))
    fates = (
        select(recipients.c.message_id, _fate())
        .select_from(_accounted())
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
