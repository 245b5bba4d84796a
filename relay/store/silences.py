"""Silences: an operator's word that some jobs need no attention until a certain time.

Each has an end, an author and a reason. What it keeps back waits in batches of its own, which fall
due when it ends, and at once when it is ended before. Failures reach the owner all the same (P4).
The ledger tells its beginning and its end under its own ID; a silence is never deleted.
What happens next: history.py reads those in force, pipeline/waiting.py lets reports wait for them.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, select, update

from relay.errors import NotFoundError, RelayError
from relay.pipeline.history import Silence
from relay.pipeline.stages import BatchKind, Event
from relay.store.batches import send_now
from relay.store.schema import batches, items, silences
from relay.store.writer import Transaction, insert_or_conflict

MOST = timedelta(days=90)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A silence, since when it is in force, and how many reports it keeps back at the moment."""

    silence: Silence
    since: datetime
    waiting: int


_IN_FORCE = (
    select(silences)
    .where(silences.c.until > bindparam("now"))
    .order_by(silences.c.since)
    .with_for_update(read=True)
)


def in_force(tx: Transaction) -> tuple[Silence, ...]:
    """Return the silences that have not ended; none of them can be ended before we commit.

    Otherwise what joins its batch at that moment would wait for an end that is no more.
    """
    return tuple(_silence(row) for row in tx.execute(_IN_FORCE, {"now": tx.now}))


def _silence(row: Row[Any]) -> Silence:
    return Silence(
        id=row.id,
        host=row.host,
        job=row.job,
        author=row.author,
        reason=row.reason,
        until=row.until,
    )


def listed(connection: Connection, now: datetime, *, ended: bool) -> list[Kept]:
    """Return the silences in force, the first to end first; with those that have `ended`."""
    query = select(silences).order_by(silences.c.until)
    rows = connection.execute(query if ended else query.where(silences.c.until > now)).all()
    waiting = _waiting(connection)
    return [
        Kept(silence=_silence(row), since=row.since, waiting=waiting.get(row.id, 0)) for row in rows
    ]


def _waiting(connection: Connection) -> dict[str, int]:
    """Count the reports that each silence keeps back, each of them once."""
    query = (
        select(batches.c.name, func.count(items.c.message_id.distinct()))
        .join(items, items.c.batch_id == batches.c.id)
        .where(batches.c.kind == BatchKind.SILENCE, batches.c.state != "closed")
        .group_by(batches.c.name)
    )
    return {row[0]: int(row[1]) for row in connection.execute(query)}


def add(tx: Transaction, *, host: str, job: str, until: str, author: str, reason: str) -> list[str]:
    """Silence jobs `until` a time in ISO 8601; return the ID of the silence."""
    values = {"host": host, "job": job, "author": author.strip(), "reason": reason.strip()}
    for name, value in values.items():
        if not value:
            raise RelayError(f"a silence needs a {name}")
    end_at = _end(until, tx.now)
    number = tx.execute(select(func.count()).select_from(silences)).scalar() or 0
    silence_id = f"S{number + 1}"
    row = {"id": silence_id, "since": tx.now, "until": end_at, **values}
    insert_or_conflict(tx, silences, row)
    data = {"silence": silence_id, "until": end_at.isoformat(), **values}
    tx.record(Event(kind="silenced", message_id=silence_id, data=data))
    return [silence_id]


def _end(until: str, now: datetime) -> datetime:
    end_at = datetime.fromisoformat(until)
    if end_at <= now:
        raise RelayError(f"a silence until {end_at:%Y-%m-%d %H:%M %Z} is over already")
    if end_at - now > MOST:
        raise RelayError(
            f"a silence lasts {MOST.days} days at most; where nobody needs the reports of a job "
            "for longer, say so in a policy, or forget the job"
        )
    return end_at


def end(tx: Transaction, *, silence: str, reason: str) -> list[str]:
    """End a silence now; what it kept back falls due. Return its ID."""
    if not reason.strip():
        raise RelayError("give a reason to end it: the ledger keeps it")
    row = tx.execute(select(silences).where(silences.c.id == silence.upper())).first()
    if row is None:
        raise NotFoundError(f"no silence has the ID {silence}; `relay silence list` shows them")
    if row.until <= tx.now:
        raise RelayError(f"the silence {row.id} ended at {row.until:%Y-%m-%d %H:%M %Z}")
    tx.execute(update(silences).where(silences.c.id == row.id).values(until=tx.now))
    which = (batches.c.kind == BatchKind.SILENCE) & (batches.c.name == row.id)
    send_now(tx, which, f"The silence {row.id} was ended before its time", reason)
    data = {"silence": row.id, "reason": reason, "by": "operator"}
    tx.record(Event(kind="unsilenced", message_id=row.id, data=data))
    return [str(row.id)]
