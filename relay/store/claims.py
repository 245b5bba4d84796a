"""Mails claimed to be sent, each with its attempt registered before it is made.

The attempt is written together with the time of the next one, so a crash in mid-delivery costs one
delay and is seen afterwards as an attempt whose outcome was lost. Whose turn it is lanes.py says,
for whom an upstream stands in failover.py.
What happens next: workers/deliver.py makes the attempt, outbox.py settles it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from relay.pipeline.addressing import ORDINARY, URGENT
from relay.pipeline.alarm import Kind
from relay.pipeline.quota import UNLIMITED, Quota, Used, room
from relay.pipeline.remedy import Remedy, pace
from relay.pipeline.routing import Cover, covered
from relay.pipeline.stages import Attempt, Event, Outgoing, OutgoingKind
from relay.store.failover import held_since, hold, movable, move
from relay.store.lanes import Lanes, take
from relay.store.schema import alarms, attempts, contents, messages, outgoing, upstreams
from relay.store.schema import remedies as remedies_table
from relay.store.situation import in_force
from relay.store.writer import Transaction

_MINUTE = timedelta(minutes=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How much to claim, and of what: within `quota`, also mail of those that there is a duty for.

    With `old_first`, mails that were tried before go first: for every so many-th claim. `backed`
    is for an upstream that others stand in for.
    """

    quota: Quota = UNLIMITED
    duties: tuple[Cover, ...] = ()
    old_first: bool = False
    backed: bool = False


ANY = Terms()


def claim_attempts(
    tx: Transaction,
    upstream: str,
    limit: int,
    lease: timedelta,
    crash_delay: timedelta,
    under_way: Sequence[str] = (),
    terms: Terms = ANY,
) -> list[Attempt]:
    """Claim up to `limit` due mails for `upstream` and register an attempt for each.

    `under_way` are left out. If this process dies, each is due again after `crash_delay`. Nothing
    is returned while the upstream is held; the first claim after that is a single probe.
    """
    held = tx.execute(select(upstreams).where(upstreams.c.name == upstream)).first()
    if held is not None:
        limit = 0 if held.held_until > tx.now else 1
    remedies = in_force(tx.connection)
    remedy = remedies.get(upstream)
    if remedy is not None:
        limit, terms = _under(tx, remedy, limit, terms)
    if limit == 0:
        return []
    away = remedy is not None and remedy.divert_to is not None
    trying = away or (held is not None and terms.backed)
    lanes = Lanes(
        upstream=upstream,
        lease=lease,
        old_first=terms.old_first,
        # Urgent mail is not for trying whether an upstream is back, if another can take it.
        priorities=(ORDINARY, URGENT) if trying else (URGENT, ORDINARY),
        where=(outgoing.c.id.not_in(under_way),) if under_way else (),
    )
    if terms.quota.limited:
        limit, urgent = _within(tx, upstream, terms.quota, limit)
        lanes = replace(lanes, priorities=(URGENT,)) if urgent else lanes
    duties = terms.duties if held is None else ()
    rows = _take_all(tx, lanes, duties, limit)
    for other in remedies.values():
        if held is None and other.divert_to == upstream:
            rows += _diverted(tx, lanes, other, limit - len(rows))
    if not rows:
        return []
    _register(tx, rows, upstream, crash_delay)
    if held is not None:  # until the probe is back, nobody else tries
        hold(tx, upstream, tx.now + lease, held.reason)
    return _attempts(tx, rows, upstream, probe=held is not None)


def _take_all(
    tx: Transaction, lanes: Lanes, duties: tuple[Cover, ...], limit: int
) -> list[Row[Any]]:
    """Claim own mails and those that others cannot send, whatever is urgent first."""
    names = {name for duty in duties for name in (duty.name, *duty.before)}
    since = held_since(tx.connection, names) if names else {}
    others = covered(duties, since, tx.now)
    rows: list[Row[Any]] = []
    for priority in lanes.priorities:
        lane = replace(lanes, priorities=(priority,))
        rows += take(tx, lane, limit - len(rows))
        for name in others:
            free = (*lanes.where, *movable(since[name], tx.now))
            theirs = take(tx, replace(lane, upstream=name, where=free), limit - len(rows))
            if theirs:
                move(tx, theirs, lanes.upstream)
                rows += theirs
    return rows


def _under(tx: Transaction, remedy: Remedy, limit: int, terms: Terms) -> tuple[int, Terms]:
    """Return how much to claim under a remedy, and within which quota."""
    if remedy.divert_to is not None:
        limit = min(limit, remedy.probes)
        if limit:
            none_left = update(remedies_table).where(remedies_table.c.upstream == remedy.upstream)
            tx.execute(none_left.values(probes=0))
        terms = replace(terms, old_first=True)  # what is to try has been tried before
    given = pace(remedy, tx.now)
    if given is None:
        return limit, terms
    own = terms.quota.per_minute
    least = given if own is None else min(own, given)
    return limit, replace(terms, quota=replace(terms.quota, per_minute=least))


def _diverted(tx: Transaction, lanes: Lanes, remedy: Remedy, limit: int) -> list[Row[Any]]:
    """Claim mail that takes another way by an operator's word."""
    if limit <= 0:
        return []
    free = (*lanes.where, *movable(remedy.at, tx.now))
    rows = take(tx, replace(lanes, upstream=remedy.upstream, where=free), limit)
    move(tx, rows, lanes.upstream, f"by the operator's word: {remedy.reason}")
    return rows


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
    first = select(func.min(since)).where(attempts.c.upstream == upstream)
    age = now - (connection.execute(first).scalar() or now)
    return Used(**connection.execute(query).mappings().one(), age=age)


def _register(tx: Transaction, rows: list[Row[Any]], upstream: str, crash_delay: timedelta) -> None:
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
                "upstream": upstream,
                "started_at": tx.now,
            }
            for row in rows
        ],
    )


def _contents_of(tx: Transaction, rows: list[Row[Any]]) -> dict[str, bytes]:
    wanted = {row.content_id for row in rows}
    query = select(contents.c.id, contents.c.content).where(contents.c.id.in_(wanted))
    return {row.id: bytes(row.content) for row in tx.execute(query)}


def _verdicts_of(tx: Transaction, rows: list[Row[Any]]) -> dict[str, str | None]:
    """Return the verdicts of the reports that mails carry."""
    wanted = {row.message_id for row in rows if row.kind == OutgoingKind.REPORT}
    query = select(messages.c.id, messages.c.verdict).where(messages.c.id.in_(wanted))
    return {row.id: row.verdict for row in tx.execute(query)}


def _attempts(
    tx: Transaction, rows: list[Row[Any]], upstream: str, *, probe: bool
) -> list[Attempt]:
    bodies, verdicts, told = _contents_of(tx, rows), _verdicts_of(tx, rows), _told(tx, rows)
    found = [_attempt(tx, row, upstream, bodies[row.content_id], probe) for row in rows]
    return [
        replace(each, verdict=verdicts.get(key) or "", told_at=told.get(key))
        if each.outgoing.kind is OutgoingKind.REPORT
        else each
        for each, key in ((each, each.outgoing.message_id) for each in found)
    ]


def _told(tx: Transaction, rows: list[Row[Any]]) -> dict[str, datetime]:
    """Return when alarms told of failures whose mails had to wait."""
    waited = {row.message_id for row in rows if row.tries}
    if not waited:
        return {}
    kind, key, at = alarms.c.kind, alarms.c.subject, alarms.c.told_at
    query = select(key, at).where(kind == Kind.FAILURE, key.in_(waited), at.is_not(None))
    return {row.subject: row.told_at for row in tx.execute(query)}


def _attempt(tx: Transaction, row: Row[Any], upstream: str, content: bytes, probe: bool) -> Attempt:
    mail = Outgoing(
        id=row.id,
        kind=OutgoingKind(row.kind),
        message_id=row.message_id,
        since=row.since,
        recipient=row.recipient,
        reverse_path=row.reverse_path,
        content=content,
        priority=row.priority,
        upstream=upstream,
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
