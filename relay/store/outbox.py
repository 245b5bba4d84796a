"""Mails on their way out, settled with the result of each attempt.

A bounce and the notice about it are one transaction, and so are a refusal of the whole session and
the hold of its upstream.
What happens next: claims.py lets what is deferred be claimed again.
"""

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select, update

from relay.pipeline.ids import upstream_key
from relay.pipeline.stages import (
    BatchKey,
    BatchKind,
    Deferred,
    Delivered,
    Event,
    Outgoing,
    Refused,
    Result,
    Settled,
    State,
)
from relay.store import batches, mails
from relay.store.claims import ANY, Terms, claim_attempts, used
from relay.store.closing import close_messages
from relay.store.failover import hold
from relay.store.lease import write_owned
from relay.store.schema import attempts, messages, outgoing, upstreams
from relay.store.writer import Transaction

__all__ = ["ANY", "Terms", "claim_attempts", "readdress", "settle", "used"]


def readdress(tx: Transaction, known: Sequence[str], default: str) -> int:
    """Give waiting mail whose upstream is not configured any more to `default`; say how much."""
    stranded = tx.execute(
        update(outgoing)
        .where(outgoing.c.state.in_(("queued", "held")), outgoing.c.upstream.not_in(known))
        .values(upstream=default)
        .returning(outgoing.c.id, outgoing.c.message_id)
    ).all()
    for row in stranded:
        data = {"outgoing": row.id, "upstream": default}
        tx.record(Event(kind="readdressed", message_id=row.message_id, data=data))
    return len(stranded)


def settle(tx: Transaction, settled: Settled, signature: bytes) -> bool:
    """Write what an attempt came to; False if the mail is no longer ours.

    `signature` is what was put before the content, so that the exact bytes can be shown.
    """
    attempt, mail = settled.attempt, settled.attempt.outgoing
    _finish_attempt(tx, settled, signature)
    done = settled.state not in (State.QUEUED, State.HELD)
    owned = write_owned(
        tx,
        outgoing,
        mail.id,
        attempt.fence,
        state=settled.state,
        due_at=settled.due_at,
        aging_since=settled.aging_since,
        reason=settled.result.reply,
        finished_at=tx.now if done else None,
    )
    if owned:
        _judge_upstream(tx, settled)
        if settled.notice is not None:
            mails.add(tx, settled.notice)
        if settled.state is State.BOUNCED:
            free_repeats(tx, mail)
        tx.record(settled.event)
    if owned and done:
        close_messages(tx, mail.id, mail.message_id)
    return owned


_FINISH = update(attempts).where(
    attempts.c.outgoing_id == bindparam("of_mail"), attempts.c.number == bindparam("of_number")
)


def _finish_attempt(tx: Transaction, settled: Settled, signature: bytes) -> None:
    attempt, result = settled.attempt, settled.result
    row = {
        "of_mail": attempt.outgoing.id,
        "of_number": attempt.number,
        "outcome": _outcome(result),
        "finished_at": tx.now,
        "reply": result.reply,
        "remote": result.remote,
        "phase": None if isinstance(result, Delivered) else result.phase,
        "code": None if isinstance(result, Delivered) else result.code,
        "uncertain": isinstance(result, Deferred) and result.uncertain,
        "signature": signature,
    }
    tx.execute(_FINISH, row)


def _outcome(result: Result) -> str:
    match result:
        case Delivered():
            return "delivered"
        case Deferred():
            return "deferred"
        case Refused():
            return "refused"


def _judge_upstream(tx: Transaction, settled: Settled) -> None:
    """Hold an upstream that refused the session; let it go when a probe came through."""
    name, result = settled.attempt.outgoing.upstream, settled.result
    if isinstance(result, Deferred) and result.session:
        hold(tx, name, settled.due_at, result.reply)
    elif settled.attempt.probe and (isinstance(result, Delivered) or result.code is not None):
        tx.execute(delete(upstreams).where(upstreams.c.name == name))
        key, data = upstream_key(name), {"upstream": name}
        tx.record(Event(kind="upstream-recovered", message_id=key, data=data))


def free_repeats(tx: Transaction, mail: Outgoing) -> None:
    """Let what was only counted be told by itself: the mail that had told it did not arrive."""
    incident = select(messages.c.incident).where(messages.c.id == mail.message_id)
    found = tx.execute(incident).scalar()
    if found is not None:
        key = BatchKey(kind=BatchKind.REPEAT, recipient=mail.recipient, name=found)
        batches.hasten(tx, key, "The mail that told of it before did not arrive")
