"""What alarms are about, read from the store: does mail flow, what could not be told, when it came.

Each read is bounded: by an index, by what waits, or by a number of rows.
What happens next: pipeline/conditions.py says what of it is amiss.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, Select, exists, literal_column, select

from relay.pipeline.addressing import URGENT
from relay.pipeline.alarm import Kind
from relay.pipeline.conditions import Flow, Untold
from relay.pipeline.ids import queue_id
from relay.pipeline.stages import OutgoingKind, State
from relay.reports.report import Verdict
from relay.store.backlog import Depth, depths
from relay.store.schema import alarms, attempts, messages, outgoing, upstreams
from relay.store.weather import Egress

_MOST_ACCEPTED = 1000
_MOST_UNTOLD = 100
_DAY = timedelta(days=1)


def flows(connection: Connection, names: Collection[str], since: datetime) -> list[Flow]:
    """Return how the mail of each upstream flows; whether any was delivered is asked `since`."""
    waiting = {each.upstream: each for each in depths(connection)}
    rows = connection.execute(select(upstreams)).all()
    held = {row.name: row for row in rows}
    return [_flow(connection, name, waiting.get(name), held.get(name), since) for name in names]


def _flow(
    connection: Connection, name: str, depth: Depth | None, held: Row[Any] | None, since: datetime
) -> Flow:
    delivered = select(attempts.c.number).where(
        attempts.c.upstream == name,
        attempts.c.started_at > since,
        attempts.c.outcome == "delivered",
    )
    found = depth is not None and connection.execute(delivered.limit(1)).first() is not None
    return Flow(
        upstream=name,
        waiting=0 if depth is None else depth.waiting,
        oldest=None if depth is None else depth.oldest,
        delivered=found,
        held_since=None if held is None else held.held_since,
        held_reason="" if held is None else held.reason,
    )


def accepted_at(connection: Connection) -> list[datetime]:
    """Return when the last messages were accepted, newest first."""
    # IDs sort by time.
    query = select(messages.c.accepted_at).order_by(messages.c.id.desc()).limit(_MOST_ACCEPTED)
    return list(connection.execute(query).scalars())


def untold(
    connection: Connection, away: Collection[Egress], before: datetime, now: datetime
) -> list[Untold]:
    """Return failures of jobs from `before` then that could not leave by an egress that is away.

    Their mail waits, or was refused while the notice about that could not leave either. What was
    told already by an alarm is not among them.
    """
    if not away:
        return []
    queued = outgoing.c.state == literal_column("'queued'")  # in the words of the partial index
    waits = _failures(away, before).where(queued)
    bounced = _failures(away, before).where(*_bounced_in_silence(now))
    rows = [*connection.execute(waits), *connection.execute(bounced)]
    found: dict[str, Untold] = {}
    for row in rows:
        domain = row.recipient.rpartition("@")[2].lower()
        here = {Egress(upstream=row.upstream), Egress(upstream=row.upstream, domain=domain)}
        if here & set(away):
            why = f"its mail cannot leave: {row.reason}" if row.reason else "its mail cannot leave"
            untold = Untold(message_id=row.message_id, subject=row.subject or "", why=why)
            found.setdefault(row.message_id, untold)
    return list(found.values())


def _failures(away: Collection[Egress], before: datetime) -> Select[Any]:
    """Return mails that carry the report of a failure, older than `before`, and not told of yet."""
    columns = (
        *(outgoing.c.message_id, outgoing.c.recipient, outgoing.c.upstream),
        *(outgoing.c.reason, messages.c.subject),
    )
    return (
        select(*columns)
        .join(messages, messages.c.id == outgoing.c.message_id)
        .where(
            outgoing.c.upstream.in_({each.upstream for each in away}),
            outgoing.c.priority == URGENT,
            outgoing.c.kind == OutgoingKind.REPORT,
            outgoing.c.since < before,
            messages.c.verdict == Verdict.FAILURE,
            ~_told(),
        )
        .order_by(outgoing.c.since)
        .limit(_MOST_UNTOLD)
    )


def _bounced_in_silence(now: datetime) -> tuple[Any, ...]:
    """Return what is true of a mail that was refused while its notice reached nobody."""
    notice = outgoing.alias("notice")
    arrived = exists().where(notice.c.id == outgoing.c.id + "N", notice.c.state == State.DELIVERED)
    # By the ID, which sorts by time: no mail is tried for much longer.
    lately = queue_id(now - 7 * _DAY, b"\0\0\0\0")
    return (
        outgoing.c.message_id > lately,
        outgoing.c.state == State.BOUNCED,
        outgoing.c.finished_at > now - _DAY,
        ~arrived,
    )


def _told() -> Any:
    return exists().where(alarms.c.kind == Kind.FAILURE, alarms.c.subject == outgoing.c.message_id)
