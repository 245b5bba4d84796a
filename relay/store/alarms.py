"""Alarms that stand, and those that stood: written by compare-and-set, so that one node tells.

An alarm that is over and told stays on record for some time, so that it can be looked at, and a
failure that was told is not told again.
What happens next: workers/alarms.py tells what is due.
"""

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, or_, select, update

from relay.pipeline.alarm import ONCE, Condition, Kind, Standing, Weight
from relay.pipeline.alarms import Change, told
from relay.pipeline.stages import Event
from relay.store.schema import alarms
from relay.store.writer import Transaction, insert_or_conflict

_KEEP = timedelta(days=30)
_LEASE = timedelta(minutes=2)
_MOST_DUE = 200


def standing(connection: Connection) -> list[Standing]:
    """Return the alarms that stand, and those that are over but not yet forgotten, newest first."""
    query = select(alarms).where(alarms.c.kind.not_in(ONCE)).order_by(alarms.c.since.desc())
    return [_read(row) for row in connection.execute(query)]


def present(connection: Connection) -> list[Standing]:
    """Return the alarms that stand now, the grave first, with failures that are to be told."""
    query = select(alarms).where(alarms.c.over_at.is_(None))
    found = [_read(row) for row in connection.execute(query)]
    return sorted(found, key=lambda each: (each.condition.weight is not Weight.GRAVE, each.since))


def _read(row: Row[Any]) -> Standing:
    condition = Condition(
        kind=Kind(row.kind),
        subject=row.subject,
        what=row.what,
        weight=Weight(row.weight),
        runbook=row.runbook,
    )
    return Standing(
        condition=condition,
        since=row.since,
        over_at=row.over_at,
        told_at=row.told_at,
        tells=row.tells,
        owed=tuple(json.loads(row.owed)),
        due_at=row.due_at,
        tries=row.tries,
    )


def write(tx: Transaction, change: Change) -> bool:
    """Write what has become of an alarm; False if another node was quicker."""
    if change.before is None:
        if tx.execute(select(alarms.c.kind).where(*_same(change.after))).first() is not None:
            return False
        insert_or_conflict(tx, alarms, _row(change.after))
        return True
    statement = update(alarms).where(*_as_it_was(change.before)).values(_row(change.after))
    return tx.execute(statement).rowcount == 1


def _row(alarm: Standing) -> dict[str, Any]:
    condition = alarm.condition
    return {
        "kind": condition.kind,
        "subject": condition.subject,
        "what": condition.what,
        "weight": condition.weight,
        "runbook": condition.runbook,
        "since": alarm.since,
        "over_at": alarm.over_at,
        "told_at": alarm.told_at,
        "tells": alarm.tells,
        "owed": json.dumps(alarm.owed),
        "due_at": alarm.due_at,
        "tries": alarm.tries,
    }


def _same(alarm: Standing) -> tuple[ColumnElement[bool], ...]:
    kind, subject = alarm.condition.key
    return (alarms.c.kind == kind, alarms.c.subject == subject)


def _as_it_was(alarm: Standing) -> tuple[ColumnElement[bool], ...]:
    return (
        *_same(alarm),
        alarms.c.since == alarm.since,
        alarms.c.tells == alarm.tells,
        alarms.c.tries == alarm.tries,
        alarms.c.due_at.is_(None) if alarm.due_at is None else alarms.c.due_at == alarm.due_at,
        alarms.c.over_at.is_(None) if alarm.over_at is None else alarms.c.over_at == alarm.over_at,
    )


def claim_due(tx: Transaction) -> list[Standing]:
    """Take the alarms that are to be told now; if nobody says how it went, they are due again."""
    query = select(alarms).where(alarms.c.due_at <= tx.now).order_by(alarms.c.due_at)
    taken = []
    for row in tx.execute(query.limit(_MOST_DUE)).all():
        alarm = _read(row)
        later = update(alarms).where(*_as_it_was(alarm)).values(due_at=tx.now + _LEASE)
        if tx.execute(later).rowcount == 1:
            taken.append(alarm)
    return taken


def settle(tx: Transaction, tried: Sequence[Standing], reached: Collection[str]) -> None:
    """Write that the channels `reached` have taken these alarms, and others have not."""
    for alarm in tried:
        after = told(alarm, reached, tx.now)
        changed = tx.execute(
            update(alarms)
            .where(
                *_same(alarm),
                alarms.c.since == alarm.since,
                alarms.c.tells == alarm.tells,
                # What came back meanwhile owes nothing any more.
                alarms.c.due_at.is_not(None),
            )
            .values(
                owed=json.dumps(after.owed),
                due_at=after.due_at,
                tries=after.tries,
                told_at=after.told_at,
                tells=after.tells,
                over_at=after.over_at,
            )
        )
        if changed.rowcount and not after.owed and alarm.condition.kind in ONCE:
            data = {"what": alarm.condition.what, "channels": len(reached)}
            tx.record(Event(kind="alarmed", message_id=alarm.condition.subject, data=data))


def forget(tx: Transaction) -> None:
    """Forget alarms that are over for long."""
    old = or_(alarms.c.over_at < tx.now - _KEEP, alarms.c.since < tx.now - 12 * _KEEP)
    tx.execute(delete(alarms).where(alarms.c.over_at.is_not(None), old))
