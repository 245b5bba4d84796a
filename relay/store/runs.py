"""The history of a job: what each of its reports said, kept when it was concluded.

A job's state knows its last thirty verdicts; this knows all of them, with their figures and with
what the sender claimed. A row stays as long as its message.
What happens next: the operator's page of a job shows it.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, tuple_

from relay.mail.received import Received
from relay.pipeline.job import JobState
from relay.reports.job import identity
from relay.reports.report import Claim, Report
from relay.store.schema import runs
from relay.store.writer import Transaction

_LONGEST = 300
_MOST_FIGURES = 12
LIES_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One report of a job. `lied` is that its subject claimed what its text refutes."""

    message_id: str
    at: datetime
    verdict: str
    what: str
    claim: str
    lied: bool
    figures: dict[str, float]


def keep(tx: Transaction, job: JobState, report: Report, received: Received) -> None:
    """Write one run of `job`."""
    numbers = {
        name: value
        for name, value in report.facts.items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    row = {
        "message_id": received.id,
        "host": job.host,
        "job": identity(job.job),
        "at": received.at,
        "verdict": report.verdict,
        "what": report.what[:_LONGEST],
        "claim": report.claim,
        "lied": report.claim_truthful is False,
        "figures": json.dumps(dict(list(numbers.items())[:_MOST_FIGURES])),
    }
    tx.execute(insert(runs), row)


def of_job(
    connection: Connection, host: str, job: str, limit: int, before: tuple[datetime, str] | None
) -> list[Run]:
    """Return the runs of a job that came `before` a time and a message, the newest first."""
    key = tuple_(runs.c.at, runs.c.message_id)
    query = select(runs).where(runs.c.host == host, runs.c.job == identity(job))
    if before is not None:
        query = query.where(runs.c.at <= before[0], key < before)
    query = query.order_by(runs.c.at.desc(), runs.c.message_id.desc()).limit(limit)
    return [_run(row) for row in connection.execute(query)]


def _run(row: Row[Any]) -> Run:
    return Run(
        message_id=row.message_id,
        at=row.at,
        verdict=row.verdict,
        what=row.what,
        claim=row.claim,
        lied=row.lied,
        figures=json.loads(row.figures),
    )


def lies(connection: Connection, host: str, job: str, now: datetime) -> int:
    """Count how often a job has claimed success within LIES_WITHIN, and its text refuted it."""
    query = (
        select(func.count())
        .where(runs.c.host == host, runs.c.job == identity(job), runs.c.at > now - LIES_WITHIN)
        .where(runs.c.lied.is_(True), runs.c.claim == Claim.SUCCESS)
    )
    return connection.execute(query).scalar() or 0
