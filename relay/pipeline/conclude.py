"""What becomes of a prepared message, and of an attempt at delivery: pure decisions.

`conclude` addresses a message: one outgoing mail for each distinct destination, with an envelope
sender of its own, or nothing where policy holds it. `settle` reads an attempt's result: done, try
again, or bounce with notice to the owner. A refusal of the session is never the mail's fault, so
it does not age the mail, and an unknown outcome counts as temporary.
What happens next: store/queue.py and store/outbox.py commit what is returned here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from relay.mail.address import Mailbox
from relay.mail.compose import Failure, Letterhead, delivery_status
from relay.pipeline.backoff import next_attempt
from relay.pipeline.stages import (
    Attempt,
    Deferred,
    Delivered,
    Event,
    Outcome,
    Outgoing,
    OutgoingKind,
    Phase,
    Prepared,
    Received,
    Refused,
    Result,
    Settled,
    State,
)
from relay.pipeline.verp import reverse_path
from relay.policy.decision import Route
from relay.reports.report import Verdict

URGENT, ORDINARY = 0, 1
_URGENT = {Verdict.FAILURE, Verdict.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """What addressing needs from the configuration.

    `relay` and `domain` are who writes our own mails. `owners` names for each host who is told
    of its bounces; the rest is the postmaster's.
    """

    relay: str
    domain: str
    upstream: str
    bounce_domain: str
    verp_key: bytes
    postmaster: str
    owners: dict[str, str]

    def owner_of(self, host: str) -> str:
        """Return who answers for `host`."""
        return self.owners.get(host, self.postmaster)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on trying."""

    first: timedelta
    longest: timedelta
    give_up: timedelta


def conclude(prepared: Prepared, received: Received, addressing: Addressing) -> Outcome:
    """Decide what becomes of `prepared`, which was made of `received`."""
    if prepared.decision.route is Route.HOLD:
        held = prepared.decision.reasons[-1].text
        return Outcome(
            prepared=prepared,
            outgoing=(),
            carried_by=(),
            held=held,
            events=(_concluded(prepared), _held(prepared, held)),
        )
    decision = prepared.decision
    addressed = [destination.to for destination in decision.destinations]
    targets = dict.fromkeys((*addressed, *decision.copies))
    mails = {
        target: _outgoing(prepared, target, number, received, addressing)
        for number, target in enumerate(targets, start=1)
    }
    carried_by = tuple(
        (destination.recipient, mails[destination.to].id) for destination in decision.destinations
    )
    return Outcome(
        prepared=prepared,
        outgoing=tuple(mails.values()),
        carried_by=carried_by,
        held=None,
        events=(_concluded(prepared),),
    )


def _outgoing(
    prepared: Prepared, target: str, number: int, received: Received, addressing: Addressing
) -> Outgoing:
    outgoing_id = f"{prepared.message_id}-{number}"
    owner = addressing.owner_of(received.origin.host)
    return Outgoing(
        id=outgoing_id,
        kind=OutgoingKind.REPORT,
        message_id=prepared.message_id,
        since=received.at,
        recipient=target,
        reverse_path=reverse_path(outgoing_id, addressing.bounce_domain, addressing.verp_key),
        content=prepared.content,
        priority=URGENT if prepared.report.verdict in _URGENT else ORDINARY,
        upstream=prepared.decision.upstream or addressing.upstream,
        # Telling somebody by the very address that just bounced tells nobody.
        notice_to=owner if owner.lower() != target.lower() else addressing.postmaster,
    )


def _concluded(prepared: Prepared) -> Event:
    report, decision = prepared.report, prepared.decision
    data = {
        "kind": report.kind,
        "verdict": report.verdict,
        "host": report.host,
        "job": report.job,
        "what": report.what,
        "claim": report.claim,
        "claim_truthful": report.claim_truthful,
        "evidence": [
            {"line": found.line, "text": found.text, "rule": found.rule}
            for found in report.evidence
        ],
        "route": decision.route,
        "destinations": [[each.recipient, each.to] for each in decision.destinations],
        "copies": decision.copies,
        "reasons": [[reason.rule, reason.text] for reason in decision.reasons],
        "touched": decision.edits.touch,
        "original_subject": prepared.original_subject,
        "subject": prepared.subject,
        "fallback": prepared.fallback,
    }
    return Event(kind="concluded", message_id=prepared.message_id, data=data)


def _held(prepared: Prepared, why: str) -> Event:
    return Event(kind="held", message_id=prepared.message_id, data={"reason": why})


def settle(
    attempt: Attempt,
    result: Result,
    now: datetime,
    jitter: float,
    patience: Patience,
    addressing: Addressing,
) -> Settled:
    """Decide what `result` makes of the mail that was tried; `jitter` is in [0, 1)."""
    match result:
        case Delivered():
            return _settled(attempt, result, State.DELIVERED, now)
        case Refused():
            return _bounce(attempt, result, now, addressing)
        case Deferred() if result.session:
            # It says nothing about this mail: its clock starts anew, the upstream is held.
            wait = patience.first * (1 + jitter / 2)
            return replace(_settled(attempt, result, State.QUEUED, now), due_at=now + wait)
        case Deferred():
            return _defer(attempt, result, now, jitter, patience, addressing)


def _defer(
    attempt: Attempt,
    result: Deferred,
    now: datetime,
    jitter: float,
    patience: Patience,
    addressing: Addressing,
) -> Settled:
    since = attempt.aging_since or attempt.started_at
    due_at = next_attempt(
        attempt.number, since, now, jitter, patience.first, patience.longest, patience.give_up
    )
    if due_at is None:
        return _bounce(attempt, result, now, addressing)
    retry = _settled(attempt, result, State.QUEUED, now)
    return replace(retry, due_at=due_at, aging_since=since)


def set_aside(attempt: Attempt, why: str, now: datetime) -> Settled:
    """Hold a mail that must not leave as it is, such as one that cannot be signed."""
    result = Deferred(phase=Phase.CONNECT, code=None, reply=why, remote="")
    held = _settled(attempt, result, State.HELD, now)
    reason = {"target": attempt.outgoing.id, "reason": why}
    return replace(held, event=replace(held.event, data=reason))


def _bounce(
    attempt: Attempt, result: Refused | Deferred, now: datetime, addressing: Addressing
) -> Settled:
    if attempt.outgoing.kind is OutgoingKind.NOTICE:
        # Nobody has been told yet, so it stays in sight of the operator (P4).
        return set_aside(attempt, f"nobody was told of a bounce: {result.reply}", now)
    notice = _notice(attempt, result, now, addressing)
    return replace(_settled(attempt, result, State.BOUNCED, now), notice=notice)


def _settled(attempt: Attempt, result: Result, state: State, now: datetime) -> Settled:
    mail = attempt.outgoing
    data: dict[str, object] = {
        "outgoing": mail.id,
        "recipient": mail.recipient,
        "upstream": mail.upstream,
        "attempt": attempt.number,
        "reply": result.reply,
        "remote": result.remote,
    }
    if not isinstance(result, Delivered):
        data |= {"phase": result.phase, "code": result.code}
    if isinstance(result, Deferred):
        data |= {"session": result.session, "uncertain": result.uncertain}
    kind = "deferred" if state is State.QUEUED else state.value
    return Settled(
        attempt=attempt,
        result=result,
        state=state,
        due_at=now,
        aging_since=None,
        notice=None,
        event=Event(kind=kind, message_id=mail.message_id, data=data),
    )


def _notice(
    attempt: Attempt, result: Refused | Deferred, now: datetime, addressing: Addressing
) -> Outgoing | None:
    mail = attempt.outgoing
    if mail.notice_to is None:
        return None  # RFC 5321 s6.1: no notice about a notice
    notice_id = f"{mail.id}N"
    head = Letterhead(
        id=notice_id,
        at=now,
        relay=addressing.relay,
        domain=addressing.domain,
        sender=Mailbox(name="Mail Delivery System", address=f"mailer-daemon@{addressing.domain}"),
        to=mail.notice_to,
    )
    failure = Failure(
        message_id=mail.message_id,
        recipient=mail.recipient,
        reply=result.reply,
        remote=result.remote,
        original=mail.content,
        last_attempt=attempt.started_at,
        expired=isinstance(result, Deferred),
    )
    return Outgoing(
        id=notice_id,
        kind=OutgoingKind.NOTICE,
        message_id=mail.message_id,
        since=now,
        recipient=mail.notice_to,
        reverse_path="",
        content=delivery_status(head, failure),
        priority=URGENT,
        upstream=mail.upstream,
        notice_to=None,
    )
