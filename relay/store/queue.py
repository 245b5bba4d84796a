"""Accepted messages waiting to be understood, and what became of them.

A row exists before the client hears 250. Claims are leases: a dead worker's rows come back. The
outcome of a message is written together with the mails that carry it, in one transaction, so that
a message is either wholly in the queue or wholly in the outbox.
What happens next: workers/prepare.py, then outbox.py.
"""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.history import History, Pace
from relay.pipeline.stages import Event, Outcome, Prepared, Report
from relay.store import batches, history, jobs, mails, runs
from relay.store.closing import close_messages
from relay.store.lease import claim, return_leases, write_owned
from relay.store.schema import messages, originals, recipients
from relay.store.writer import Transaction

_MOST_EVIDENCE = 3
_MOST_PARTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMessage:
    """A message that is ours until the lease ends.

    `crashes` counts the processes that died on it; `released` means that the operator has
    overruled a hold.
    """

    received: Received
    fence: int
    crashes: int
    released: bool


def accept(tx: Transaction, received: Received) -> None:
    """Keep a message: after this commits, the client may hear 250."""
    envelope = received.envelope
    row = {
        "id": received.id,
        "accepted_at": received.at,
        "size": len(received.raw),
        "sha256": hashlib.sha256(received.raw).hexdigest(),
        "reverse_path": envelope.reverse_path,
        "recipient_count": len(envelope.recipients),
        "envelope": _envelope_json(envelope),
        "origin": json.dumps(asdict(received.origin)),
        "host": received.origin.host,
        "state": "queued",
        "due_at": received.at,
    }
    tx.execute(insert(messages), row)
    tx.execute(insert(originals), {"message_id": received.id, "raw": received.raw})
    tx.execute(insert(recipients), _recipient_rows(received))
    tx.record(_accepted(row))


def _accepted(row: dict[str, Any]) -> Event:
    data = {
        "size": row["size"],
        "sha256": row["sha256"],
        "recipients": row["recipient_count"],
        "reverse_path": row["reverse_path"],
        "origin": json.loads(row["origin"]),
    }
    return Event(kind="accepted", message_id=row["id"], data=data)


def _envelope_json(envelope: Envelope) -> str:
    return json.dumps(
        {
            "eight_bit": envelope.eight_bit,
            "smtputf8": envelope.smtputf8,
            "envid": envelope.envid,
            "ret": envelope.ret,
        }
    )


def _recipient_rows(received: Received) -> list[dict[str, Any]]:
    return [
        {
            "message_id": received.id,
            "position": position,
            "address": recipient.address,
            "parameters": json.dumps({"notify": recipient.notify, "orcpt": recipient.orcpt}),
        }
        for position, recipient in enumerate(received.envelope.recipients)
    ]


def claim_messages(
    tx: Transaction, limit: int, lease: timedelta, *, return_first: bool = False
) -> list[ClaimedMessage]:
    """Claim up to `limit` waiting messages, oldest first, with their bytes and envelopes.

    With `return_first` those are given back before that this node owns and nobody works on.
    """
    if return_first:
        return_leases(tx, messages)
    rows = claim(tx, messages, (messages.c.due_at,), limit, lease)
    ids = [row.id for row in rows]
    query = select(originals).where(originals.c.message_id.in_(ids))
    raws = {row.message_id: row.raw for row in tx.execute(query)}
    addressed = recipients_of(tx.connection, ids)
    return [
        ClaimedMessage(
            received=received_of(row, raws[row.id], addressed[row.id]),
            fence=row.fence,
            crashes=row.crashes,
            released=row.released,
        )
        for row in rows
    ]


def recipients_of(connection: Connection, ids: list[str]) -> dict[str, list[Recipient]]:
    """Return the envelope recipients of each message, in their order."""
    query = (
        select(recipients)
        .where(recipients.c.message_id.in_(ids))
        .order_by(recipients.c.message_id, recipients.c.position)
    )
    found: dict[str, list[Recipient]] = {message_id: [] for message_id in ids}
    for row in connection.execute(query):
        parameters = json.loads(row.parameters)
        found[row.message_id].append(
            Recipient(
                address=row.address,
                notify=tuple(parameters["notify"]),
                orcpt=parameters["orcpt"],
            )
        )
    return found


def received_of(row: Row[Any], raw: bytes, addressed: Iterable[Recipient]) -> Received:
    """Return a message as it was accepted, from its row, its bytes and its recipients."""
    return Received(
        id=row.id,
        raw=bytes(raw),
        envelope=Envelope(
            reverse_path=row.reverse_path,
            recipients=tuple(addressed),
            **json.loads(row.envelope),
        ),
        origin=Origin(**json.loads(row.origin)),
        at=row.accepted_at,
    )


Decide = Callable[[History, datetime], Outcome]
"""Says what becomes of a message, given what is known, and the time."""


def conclude(
    tx: Transaction,
    message: ClaimedMessage,
    prepared: Prepared,
    pace: Pace,
    stewards: Iterable[str],
    decide: Decide,
) -> Outcome | None:
    """Decide and write what becomes of a message; None if it is no longer ours.

    The job's history is read, decided upon and written in this one transaction; `pace` is how far
    back the host's mails are counted, and how many, `stewards` are who is told where all decline.
    """
    host = message.received.origin.host
    known, version = history.read(tx, prepared, host, pace, stewards)
    outcome = decide(known, tx.now)
    if not _write_message(tx, outcome, message.fence):
        return None
    if outcome.job is not None:
        jobs.save(tx, outcome.job, version)
        runs.keep(tx, outcome.job, prepared.report, message.received)
    mails.add(tx, *outcome.outgoing)
    _carry(tx, outcome)
    _end(tx, outcome)
    batches.join(tx, prepared.message_id, outcome.waiting)
    batches.take_along(tx, outcome.takes_along)
    tx.record(*outcome.events)
    return outcome


def _write_message(tx: Transaction, outcome: Outcome, fence: int) -> bool:
    prepared, report = outcome.prepared, outcome.prepared.report
    incident = outcome.job.incident if outcome.job else None
    return write_owned(
        tx,
        messages,
        prepared.message_id,
        fence,
        state="held" if outcome.held else "concluded",
        reason=outcome.held,
        verdict=report.verdict,
        kind=report.kind,
        report_host=report.host,
        job=report.job,
        fingerprint=prepared.fingerprint,
        subject=prepared.subject,
        incident=incident.id if incident else None,
        summary=_summary(report),
    )


def _summary(report: Report) -> str:
    """Return what a mail that lists the report shows of it, as JSON."""
    return json.dumps(
        {
            "what": report.what,
            "exit_code": report.exit_code,
            "evidence": [[each.line, each.text] for each in report.evidence[:_MOST_EVIDENCE]],
            "parts": [[part.name, part.verdict, part.what] for part in report.parts[:_MOST_PARTS]],
        }
    )


_CARRIED = update(recipients).where(
    recipients.c.message_id == bindparam("of_message"),
    recipients.c.address == bindparam("of_address"),
)


def _carry(tx: Transaction, outcome: Outcome) -> None:
    of_message = outcome.prepared.message_id
    for address, carrier in outcome.carried_by:
        row = {"of_message": of_message, "of_address": address, "carried_by": carrier}
        tx.execute(_CARRIED, row)


def _end(tx: Transaction, outcome: Outcome) -> None:
    """Let the copies end that were declined."""
    message_id = outcome.prepared.message_id
    if outcome.declined:
        of_message = (
            recipients.c.message_id == message_id,
            recipients.c.address.in_(outcome.declined),
        )
        tx.execute(update(recipients).where(*of_message).values(ended="declined"))
        close_messages(tx, "", message_id)


def count_crash(tx: Transaction, message: ClaimedMessage, why: str, hold: bool) -> None:
    """Note that a process died on this message; put it back in the queue, or `hold` it."""
    message_id, crashes = message.received.id, message.crashes + 1
    reason = f"{crashes} processes died on it; `relay queue release` tries again" if hold else None
    state = "held" if hold else "queued"
    values = {"crashes": crashes, "state": state, "reason": reason}
    if not write_owned(tx, messages, message_id, message.fence, **values):
        return
    tx.record(Event(kind="crashed", message_id=message_id, data={"why": why, "crashes": crashes}))
    if hold:
        tx.record(Event(kind="held", message_id=message_id, data={"reason": reason}))
