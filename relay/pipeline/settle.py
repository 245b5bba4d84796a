"""What an attempt at delivery makes of its mail: pure decisions.

Done, try again, or bounce with notice to the owner. A refusal of the session is never the mail's
fault, so it does not age the mail, and an unknown outcome counts as temporary.
What happens next: store/outbox.py commits what is returned here.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from relay.pipeline.addressing import Addressing
from relay.pipeline.backoff import next_attempt
from relay.pipeline.bounce import Blame, notice
from relay.pipeline.stages import (
    Attempt,
    Deferred,
    Delivered,
    Event,
    OutgoingKind,
    Phase,
    Refused,
    Result,
    Settled,
    State,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to go on trying."""

    first: timedelta
    longest: timedelta
    give_up: timedelta


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
    blame = Blame(
        reply=result.reply,
        remote=result.remote,
        last_attempt=attempt.started_at,
        expired=isinstance(result, Deferred),
    )
    told = notice(attempt.outgoing, blame, now, addressing)
    return replace(_settled(attempt, result, State.BOUNCED, now), notice=told)


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
        data |= {"phase": result.phase, "code": result.code, "cause": result.cause}
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
