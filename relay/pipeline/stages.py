"""The stages of a message's life, one frozen type each. Read this first.

    Received -> Message -> Report -> Decision -> Prepared -> Outcome
                                            Waiting -> Batch |
                                                    Outgoing -> Attempt -> Result -> Settled

The first four are defined by the packages that make them, batches in batch.py, and only shown
here; the rest are defined below. Nothing in this package touches a database, a network or a clock:
workers load what these functions need and commit what they return.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from relay.mail.message import Message
from relay.mail.received import Received
from relay.pipeline.batch import Batch, BatchKey, BatchKind, Item, Waiting
from relay.pipeline.job import JobState
from relay.policy.decision import Decision
from relay.reports.report import Report
from relay.reputation.cause import Cause

__all__ = [
    "Attempt",
    "Batch",
    "BatchKey",
    "BatchKind",
    "Decision",
    "Deferred",
    "Delivered",
    "Event",
    "Item",
    "JobState",
    "Message",
    "Outcome",
    "Outgoing",
    "OutgoingKind",
    "Phase",
    "Prepared",
    "Received",
    "Refused",
    "Report",
    "Result",
    "Settled",
    "State",
    "Waiting",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A message understood, decided and rewritten, not yet addressed.

    `content` is the rewritten mail without a signature, `subject` its decoded subject,
    `original_subject` the sender's, free of secrets;
    `fingerprint` is equal for equal news.
    `fallback` says why understanding or policy was bypassed (P6), and is None in the normal case.
    """

    message_id: str
    report: Report
    decision: Decision
    content: bytes
    subject: str
    original_subject: str
    fingerprint: str
    fallback: str | None = None


class OutgoingKind(StrEnum):
    """What an outgoing mail is: somebody's message, or a mail of our own."""

    REPORT = "report"
    NOTICE = "notice"
    """Tells an owner of a bounce."""
    MISSING = "missing"
    DIGEST = "digest"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One mail to one recipient, complete but for its signature.

    `message_id` is the accepted message it carries, or for a notice the one it is about;
    `since` is when that was accepted, or the notice made.
    `priority` 0 goes before 1. `notice_to` is told when it bounces; None means nobody is
    (RFC 5321 s6.1: never a notice about a notice).
    """

    id: str
    kind: OutgoingKind
    message_id: str
    since: datetime
    recipient: str
    reverse_path: str
    content: bytes
    priority: int
    upstream: str
    notice_to: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the ledger: what happened to a message, in plain JSON values."""

    kind: str
    message_id: str
    data: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What becomes of a prepared message: mails to send, batches to join, or why it is held.

    `carried_by` names for each envelope recipient the outgoing mail that carries it; `takes_along`
    names open batches whose reports are told by an outgoing mail of this message; `job` is the
    job's state from now on. `declined` are the envelope recipients whose copy nobody wants.
    Everything here is committed in one transaction.
    """

    prepared: Prepared
    outgoing: tuple[Outgoing, ...]
    carried_by: tuple[tuple[str, str], ...]
    held: str | None
    events: tuple[Event, ...]
    waiting: tuple[Waiting, ...] = ()
    takes_along: tuple[tuple[BatchKey, str], ...] = ()
    job: JobState | None = None
    declined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try at delivery, registered before it is made. `number` counts from 1.

    `aging_since` is when the mail was first deferred for a reason of its own, None before that.
    `probe` marks the single try that a held upstream gets. `verdict` is that of the report that it
    carries, empty for mails of our own; `told_at` is when an alarm told its news, while it waited.
    """

    outgoing: Outgoing
    number: int
    fence: int
    aging_since: datetime | None
    started_at: datetime
    probe: bool = False
    verdict: str = ""
    told_at: datetime | None = None


class Phase(StrEnum):
    """How far an SMTP dialogue got when it ended (RFC 5321 s3)."""

    CONNECT = "connect"
    GREETING = "greeting"
    EHLO = "ehlo"
    TLS = "tls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    FINAL = "final"


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """Upstream took responsibility: its reply, to be quoted."""

    reply: str
    remote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Not now. `code` is None where there was no reply.

    `session` means that the session itself was refused (connection, greeting, TLS, AUTH): our
    fault or upstream's, never this message's, so it must not age it towards a bounce.
    `uncertain` means that the reply after the final dot was lost: upstream may have it. `cause` is
    why, as far as the words tell.
    """

    phase: Phase
    code: int | None
    reply: str
    remote: str
    session: bool = False
    uncertain: bool = False
    cause: Cause = Cause.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Never: upstream refused this message or this recipient for good."""

    phase: Phase
    code: int
    reply: str
    remote: str
    cause: Cause = Cause.UNKNOWN


Result = Delivered | Deferred | Refused


class State(StrEnum):
    """Where an outgoing mail stands."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    HELD = "held"
    DROPPED = "dropped"
    MERGED = "merged"
    """Taken back into a batch before it left."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What one attempt's result makes of its mail, to be committed in one transaction.

    `due_at` and `aging_since` matter while `state` is queued. `notice` tells the owner of a
    bounce and is written together with it, so that no bounce can go untold.
    """

    attempt: Attempt
    result: Result
    state: State
    due_at: datetime
    aging_since: datetime | None
    notice: Outgoing | None
    event: Event
