"""Mails on their way out: claimed with their attempt registered, settled with its result.

The attempt is written before it is made, together with the time of the next one, so a crash in
mid-delivery costs one delay and is seen afterwards as an attempt whose outcome was lost. A bounce
and the notice about it are one transaction.
What happens next: workers/deliver.py makes the attempt.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from relay.pipeline.addressing import URGENT
from relay.pipeline.quota import UNLIMITED, Quota, Used, room
from relay.pipeline.stages import (
    Attempt,
    BatchKey,
    BatchKind,
    Deferred,
    Delivered,
    Event,
    Outgoing,
    OutgoingKind,
    Refused,
    Result,
    Settled,
    State,
)
from relay.store import batches, mails
from relay.store.closing import close_messages
from relay.store.lease import claim, write_owned
from relay.store.schema import attempts, contents, messages, outgoing, upstreams
from relay.store.writer import Transaction

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


def claim_attempts(
    tx: Transaction,
    upstream: str,
    limit: int,
    lease: timedelta,
    crash_delay: timedelta,
    under_way: Sequence[str] = (),
    quota: Quota = UNLIMITED,
) -> list[Attempt]:
    """Claim up to `limit` due mails for `upstream` and register an attempt for each.

    `under_way` are left out. If this process dies, each is due again after `crash_delay`. Nothing
    is returned while the upstream is held; the first claim after that is a single probe. No more
    are claimed than `quota` has room for.
    """
    held = tx.execute(select(upstreams).where(upstreams.c.name == upstream)).first()
    if held is not None:
        limit = 0 if held.held_until > tx.now else 1
    if limit == 0:
        return []
    order = (outgoing.c.priority, outgoing.c.due_at)
    free = [outgoing.c.upstream == upstream, outgoing.c.id.not_in(under_way)]
    if quota.limited:
        limit, urgent = _within(tx, upstream, quota, limit)
        free += [outgoing.c.priority == URGENT] if urgent else []
    rows = claim(tx, outgoing, order, limit, lease, *free) if limit else []
    if not rows:
        return []
    _register(tx, rows, crash_delay)
    if held is not None:  # until the probe is back, nobody else tries
        _hold_upstream(tx, upstream, tx.now + lease, held.reason)
    bodies = _contents_of(tx, rows)
    return [_attempt(tx, row, bodies[row.content_id], held is not None) for row in rows]


def _within(tx: Transaction, upstream: str, quota: Quota, limit: int) -> tuple[int, bool]:
    """Return how many mails there is room for, and whether only for urgent ones."""
    left = room(quota, used(tx.connection, upstream, tx.now), limit)
    return (left.ordinary, False) if left.ordinary else (left.urgent, True)


def used(connection: Connection, upstream: str, now: datetime) -> Used:
    """Count the attempts at an upstream; one that failed may count there, too."""
    since = attempts.c.started_at
    query = select(
        func.count().filter(since > now - _MINUTE).label("minute"), func.count().label("day")
    ).where(attempts.c.upstream == upstream, since > now - _DAY)
    return Used(**connection.execute(query).mappings().one())


def _register(tx: Transaction, rows: list[Row[Any]], crash_delay: timedelta) -> None:
    ids = [row.id for row in rows]
    lost = tx.execute(
        update(attempts)
        .where(attempts.c.outgoing_id.in_(ids), attempts.c.outcome.is_(None))
        .values(outcome="lost", finished_at=tx.now, uncertain=True)
        .returning(attempts.c.outgoing_id, attempts.c.number)
    )
    messages_of = {row.id: row.message_id for row in rows}
    for attempt in lost:
        data = {"outgoing": attempt.outgoing_id, "attempt": attempt.number}
        tx.record(Event(kind="lost", message_id=messages_of[attempt.outgoing_id], data=data))
    tx.execute(
        update(outgoing)
        .where(outgoing.c.id.in_(ids))
        .values(tries=outgoing.c.tries + 1, due_at=tx.now + crash_delay)
    )
    tx.execute(
        insert(attempts),
        [
            {
                "outgoing_id": row.id,
                "number": row.tries + 1,
                "upstream": row.upstream,
                "started_at": tx.now,
            }
            for row in rows
        ],
    )


def _contents_of(tx: Transaction, rows: list[Row[Any]]) -> dict[str, bytes]:
    wanted = {row.content_id for row in rows}
    query = select(contents.c.id, contents.c.content).where(contents.c.id.in_(wanted))
    return {row.id: bytes(row.content) for row in tx.execute(query)}


def _attempt(tx: Transaction, row: Row[Any], content: bytes, probe: bool) -> Attempt:
    mail = Outgoing(
        id=row.id,
        kind=OutgoingKind(row.kind),
        message_id=row.message_id,
        since=row.since,
        recipient=row.recipient,
        reverse_path=row.reverse_path,
        content=content,
        priority=row.priority,
        upstream=row.upstream,
        notice_to=row.notice_to,
    )
    return Attempt(
        outgoing=mail,
        number=row.tries + 1,
        fence=row.fence,
        aging_since=row.aging_since,
        started_at=tx.now,
        probe=probe,
    )


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


def _finish_attempt(tx: Transaction, settled: Settled, signature: bytes) -> None:
    attempt, result = settled.attempt, settled.result
    tx.execute(
        update(attempts)
        .where(attempts.c.outgoing_id == attempt.outgoing.id, attempts.c.number == attempt.number)
        .values(
            outcome=_outcome(result),
            finished_at=tx.now,
            reply=result.reply,
            remote=result.remote,
            phase=None if isinstance(result, Delivered) else result.phase,
            code=None if isinstance(result, Delivered) else result.code,
            uncertain=isinstance(result, Deferred) and result.uncertain,
            signature=signature,
        )
    )


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
        _hold_upstream(tx, name, settled.due_at, result.reply)
    elif settled.attempt.probe and (isinstance(result, Delivered) or result.code is not None):
        tx.execute(delete(upstreams).where(upstreams.c.name == name))
        tx.record(Event(kind="upstream-recovered", message_id="", data={"upstream": name}))


def _hold_upstream(tx: Transaction, name: str, until: datetime, reason: str) -> None:
    values = {"held_until": until, "reason": reason}
    changed = tx.execute(
        update(upstreams)
        .where(upstreams.c.name == name)
        .values(failures=upstreams.c.failures + 1, **values)
    )
    if changed.rowcount == 0:
        tx.execute(insert(upstreams), {"name": name, "failures": 1, **values})
        data = {"upstream": name, "reason": reason}
        tx.record(Event(kind="upstream-held", message_id="", data=data))


def free_repeats(tx: Transaction, mail: Outgoing) -> None:
    """Let what was only counted be told by itself: the mail that had told it did not arrive."""
    incident = select(messages.c.incident).where(messages.c.id == mail.message_id)
    found = tx.execute(incident).scalar()
    if found is not None:
        key = BatchKey(kind=BatchKind.REPEAT, recipient=mail.recipient, name=found)
        batches.hasten(tx, key, "The mail that told of it before did not arrive")
