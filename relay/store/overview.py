"""The relay at a glance: one read for `relay status`, `relay top` and the page that opens first.

Each part is by an index or by what waits, so it is quick with a million lines in the ledger.
What happens next: cli/status.py prints it, the web shows it.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, literal_column, select

from relay.pipeline.alarm import Standing
from relay.pipeline.conditions import Flow
from relay.pipeline.health import Word, say
from relay.pipeline.remedy import Remedy
from relay.reports.report import Verdict
from relay.reputation.weather import Weather
from relay.store import alarms, flow, weather
from relay.store.schema import batches, jobs, messages, outgoing
from relay.store.situation import in_force
from relay.store.weather import Egress

_LATELY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The moment `at`: how it is in a sentence, and the figures behind it.

    `unread` messages wait to be understood, `held` mails for the operator; `failing` jobs are in
    an incident of failures.
    """

    at: datetime
    word: Word
    accepted_at: datetime | None
    flows: list[Flow]
    weather: dict[Egress, Weather]
    alarms: list[Standing]
    remedies: list[Remedy]
    unread: int
    held: int
    failing: int
    batches: int
    next_batch: datetime | None


def overview(connection: Connection, upstreams: Collection[str], now: datetime) -> Overview:
    """Return the relay at a glance."""
    flows = flow.flows(connection, upstreams, now - _LATELY)
    standing, known = alarms.present(connection), weather.kept(connection)
    accepted = select(messages.c.accepted_at).order_by(messages.c.id.desc()).limit(1)
    open_batches = select(func.count(), func.min(batches.c.due_at)).where(batches.c.state == "open")
    failing = select(func.count()).where(
        jobs.c.verdict == Verdict.FAILURE, jobs.c.incident.is_not(None)
    )
    # In the words of the partial indexes.
    queued = messages.c.state == literal_column("'queued'")
    unread = select(func.count()).select_from(messages).where(queued)
    on_hold = outgoing.c.state == literal_column("'held'")
    held = select(func.count()).select_from(outgoing).where(on_hold)
    waiting, next_due = connection.execute(open_batches).one()
    return Overview(
        at=now,
        word=say(standing, flows, known.values(), now),
        accepted_at=connection.execute(accepted).scalar(),
        flows=flows,
        weather=known,
        alarms=standing,
        remedies=list(in_force(connection).values()),
        unread=connection.execute(unread).scalar() or 0,
        held=connection.execute(held).scalar() or 0,
        failing=connection.execute(failing).scalar() or 0,
        batches=waiting,
        next_batch=next_due,
    )
