"""Stages of a message's life, made without the stages before them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection

from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.history import Pace
from relay.pipeline.stages import (
    Attempt,
    Decision,
    Deferred,
    Delivered,
    Event,
    Outcome,
    Outgoing,
    OutgoingKind,
    Phase,
    Prepared,
    Refused,
    Report,
    Result,
    Settled,
    State,
)
from relay.policy.decision import Destination, Reason, Route
from relay.reports.report import Kind, Verdict
from relay.rewrite.edits import Edits, Touch
from relay.store import queue
from relay.store.store import Store, read_from
from relay.store.writer import Transaction

T = TypeVar("T")
DELIVERED = Delivered(reply="250 ok", remote="127.0.0.1")
BUSY = Deferred(phase=Phase.RCPT, code=450, reply="450 busy", remote="127.0.0.1")
AWAY = Deferred(phase=Phase.CONNECT, code=None, reply="refused", remote="", session=True)
NEVER = Refused(phase=Phase.RCPT, code=550, reply="550 no such user", remote="127.0.0.1")


def ask(store: Store, query: Callable[[Connection], T]) -> T:
    """Ask a reading connection of an open store."""
    return read_from(store._reader, query)


def received(message_id: str, at: datetime, *recipients: str) -> Received:
    """A small message as it came in."""
    addresses = recipients or ("ops@example.org",)
    return Received(
        id=message_id,
        raw=b"Subject: backup\r\n\r\nall of it\r\n" + message_id.encode(),
        envelope=Envelope(
            reverse_path="root@web01",
            recipients=tuple(Recipient(address=address) for address in addresses),
        ),
        origin=Origin(host="web01", address="127.0.0.1", helo="web01"),
        at=at,
    )


def outgoing(message_id: str, number: int, to: str, since: datetime, **more: Any) -> Outgoing:
    """One mail to one recipient."""
    fields = {
        "id": f"{message_id}-{number}",
        "kind": OutgoingKind.REPORT,
        "message_id": message_id,
        "since": since,
        "recipient": to,
        "reverse_path": "r@example.org",
        "content": b"Subject: rewritten\r\n\r\n",
        "priority": 1,
        "upstream": "smarthost",
        "notice_to": "owner@example.org",
    }
    return Outgoing(**(fields | more))


def prepared(message_id: str) -> Prepared:
    """A message that was understood."""
    edits = Edits(relay="relay.example.org", touch=Touch.FULL, to=(), automated=True)
    return Prepared(
        message_id=message_id,
        report=Report(kind=Kind.RSYNC, verdict=Verdict.FAILURE),
        decision=Decision(
            route=Route.NOW,
            destinations=(Destination(recipient="ops@example.org", to="ops@example.org"),),
            edits=edits,
            reasons=(Reason(rule="default", text="goes at once"),),
        ),
        content=b"Subject: rewritten\r\n\r\n",
        subject="rewritten",
        original_subject="backup",
        fingerprint="f",
    )


def outcome(message_id: str, *mails: Outgoing, held: str | None = None) -> Outcome:
    """What becomes of a message: `mails`, each for the recipient of its own name."""
    return Outcome(
        prepared=prepared(message_id),
        outgoing=mails,
        carried_by=tuple((mail.recipient, mail.id) for mail in mails),
        held=held,
        events=(Event(kind="concluded", message_id=message_id, data={"verdict": "failure"}),),
    )


def concluded(tx: Transaction, result: Outcome, fence: int) -> bool:
    """Write an outcome that somebody has already decided on; False if it is not ours any more."""
    at = datetime(2026, 11, 24, tzinfo=UTC)
    message = queue.ClaimedMessage(
        received=received(result.prepared.message_id, at), fence=fence, crashes=0, released=False
    )
    told = queue.conclude(tx, message, result.prepared, Pace(), (), lambda _known, _now: result)
    return told is not None


def settled(attempt: Attempt, result: Result, at: datetime, **more: Any) -> Settled:
    """What an attempt came to, as if `pipeline.conclude` had said so."""
    states = {Delivered: State.DELIVERED, Deferred: State.QUEUED, Refused: State.BOUNCED}
    fields = {
        "attempt": attempt,
        "result": result,
        "state": states[type(result)],
        "due_at": at,
        "aging_since": None,
        "notice": None,
        "event": Event(kind="settled", message_id=attempt.outgoing.message_id, data={}),
    }
    return Settled(**(fields | more))
