"""An upstream as a remedy sees it: what is in force, what each step would touch, what was done.

What happens next: pipeline/remedy.py words the prospects, remedy.py does the steps.
"""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, literal_column, or_, select

from relay.pipeline.addressing import ORDINARY, URGENT
from relay.pipeline.ids import upstream_key
from relay.pipeline.remedy import STALE_AFTER, Remedy, Situation
from relay.pipeline.stages import OutgoingKind
from relay.reports.report import Verdict
from relay.store import press, weather
from relay.store.ledger import Line, lines_about
from relay.store.schema import attempts, messages, outgoing, remedies

MOST = 2000
"""Mails that one act touches at most, so that nobody waits long behind it."""
_QUEUED = outgoing.c.state == literal_column("'queued'")  # likewise
_MILD = (Verdict.SUCCESS, Verdict.WARNING)


def in_force(connection: Connection) -> dict[str, Remedy]:
    """Return the remedies in force, by upstream."""
    names = [remedies.c[each.name] for each in fields(Remedy)]
    return {row["upstream"]: Remedy(**row) for row in connection.execute(select(*names)).mappings()}


def situation(
    connection: Connection,
    upstream: str,
    now: datetime,
    others: tuple[str, ...] = (),
    spares: tuple[str, ...] = (),
) -> Situation:
    """Return an upstream as the procedure sees it."""
    known = weather.kept(connection).get(weather.Egress(upstream=upstream))
    here = (outgoing.c.upstream == upstream, _QUEUED)
    hour = (attempts.c.upstream == upstream, attempts.c.started_at > now - timedelta(hours=1))
    crowds = [each for each in press.crowds(connection) if each.upstream == upstream]
    joined = outgoing.join(messages, messages.c.id == outgoing.c.message_id)
    return Situation(
        upstream=upstream,
        weather=known,
        causes=tuple(weather.causes(connection, upstream, now)),
        remedy=in_force(connection).get(upstream),
        per_hour=_count(connection, attempts, *hour),
        waiting=_count(connection, outgoing, *here),
        urgent=_count(connection, outgoing, *here, outgoing.c.priority == URGENT),
        pressable=sum(each.mails for each in crowds),
        holdable=_count(connection, joined, *holdable(upstream, now)),
        held=_count(connection, outgoing, *held_by_remedy(upstream)),
        stale=_count(connection, joined, *is_stale(upstream, now)),
        others=others,
        spares=spares,
    )


def _count(connection: Connection, table: Any, *where: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).select_from(table).where(*where)).scalar() or 0


def holdable(upstream: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of mails that tell of nothing bad."""
    digest = outgoing.c.kind == OutgoingKind.DIGEST
    mild = (outgoing.c.kind == OutgoingKind.REPORT) & messages.c.verdict.in_(_MILD)
    return (
        outgoing.c.upstream == upstream,
        _QUEUED,
        outgoing.c.priority == ORDINARY,
        outgoing.c.lease_until <= now,
        digest | mild,
    )


def is_stale(upstream: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of reports of a success that waited so long that they are no news."""
    return (
        outgoing.c.upstream == upstream,
        or_(_QUEUED, outgoing.c.state == literal_column("'held'")),
        outgoing.c.kind == OutgoingKind.REPORT,
        outgoing.c.priority == ORDINARY,
        outgoing.c.lease_until <= now,
        outgoing.c.since < now - STALE_AFTER,
        messages.c.verdict == Verdict.SUCCESS,
        messages.c.incident.is_(None),  # the end of a failure is news for ever
    )


def held_by_remedy(upstream: str) -> tuple[ColumnElement[bool], ...]:
    """Return what is true of mails that a remedy holds."""
    return (
        outgoing.c.upstream == upstream,
        outgoing.c.state == literal_column("'held'"),  # in the words of the partial index
        outgoing.c.reason.startswith(f"remedy of {upstream}: ", autoescape=True),
    )


def stale(connection: Connection, upstream: str, now: datetime) -> list[str]:
    """Return the IDs of mails that step clear would give up, the oldest first."""
    query = (
        select(outgoing.c.id)
        .join(messages, messages.c.id == outgoing.c.message_id)
        .where(*is_stale(upstream, now))
        .order_by(outgoing.c.since, outgoing.c.id)
        .limit(MOST)
    )
    return list(connection.execute(query).scalars())


def report(connection: Connection, upstream: str) -> list[Line]:
    """Return what the ledger has of an upstream: its weather, and what was done."""
    return lines_about(connection, upstream_key(upstream))
