"""What is known of each job, one row for each; its state is a JobState written as JSON.

A job is read and written in the transaction that concludes a report of it. With several nodes two
of them may do so at once: the row carries a version, and the one that comes second finds it changed
and has its whole transaction run again.
What happens next: queue.py hands the state to the decision.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from relay.errors import StoreError
from relay.pipeline.incident import Incident, reminded
from relay.pipeline.job import JobState
from relay.reports.report import Verdict
from relay.store.schema import jobs
from relay.store.writer import Transaction

_MOMENTS = {
    *("first_seen", "last_seen", "opened_at", "last_at", "told_at"),
    *("foreseen_at", "expected_at", "late_after", "missing_at"),
}


def load(tx: Transaction, host: str, job: str) -> tuple[JobState | None, int]:
    """Return the state of a job and its version, None and 0 if it is new."""
    query = select(jobs.c.state, jobs.c.version).where(jobs.c.host == host, jobs.c.job == job)
    row = tx.execute(query).first()
    return (_read(row.state), row.version) if row is not None else (None, 0)


def find(connection: Connection, host: str, job: str) -> JobState | None:
    """Return the state of a job, None if there is none."""
    query = select(jobs.c.state).where(jobs.c.host == host, jobs.c.job == job)
    text = connection.execute(query).scalar()
    return None if text is None else _read(text)


def open_incidents(connection: Connection) -> list[JobState]:
    """Return the jobs that are not well."""
    query = select(jobs.c.state).where(jobs.c.incident.is_not(None)).order_by(jobs.c.host)
    return [_read(text) for text in connection.execute(query).scalars()]


def unforeseen(connection: Connection, limit: int) -> list[JobState]:
    """Return jobs whose next report is still to be foreseen."""
    query = select(jobs.c.state).where(jobs.c.foreseen.is_(False)).limit(limit)
    return [_read(text) for text in connection.execute(query).scalars()]


def late(connection: Connection, now: datetime) -> list[JobState]:
    """Return the jobs whose report should have come by `now`."""
    query = select(jobs.c.state).where(jobs.c.late_after <= now).order_by(jobs.c.host, jobs.c.job)
    return [_read(text) for text in connection.execute(query).scalars()]


def of_hosts(connection: Connection, hosts: Iterable[str]) -> list[JobState]:
    """Return all jobs of `hosts`."""
    query = select(jobs.c.state).where(jobs.c.host.in_(tuple(hosts)))
    return [_read(text) for text in connection.execute(query).scalars()]


def every(connection: Connection) -> list[JobState]:
    """Return all jobs, by host and name."""
    query = select(jobs.c.state).order_by(jobs.c.host, jobs.c.job)
    return [_read(text) for text in connection.execute(query).scalars()]


def change(
    tx: Transaction, host: str, job: str, last_seen: datetime, with_: Callable[[JobState], JobState]
) -> bool:
    """Change a job's state unless a report of it has come since `last_seen`; say whether."""
    state, version = load(tx, host, job)
    if state is None or state.last_seen != last_seen:
        return False
    save(tx, with_(state), version)
    return True


def remind(tx: Transaction, host: str, job: str, incident: str, due_at: datetime) -> None:
    """Note that a reminder of `incident` that was due at `due_at` has gone out.

    Each recipient gets one of their own; the first of them moves the incident to its next step.
    """
    state, version = load(tx, host, job)
    current = state.incident if state else None
    if state is None or current is None or current.id != incident or current.told_at >= due_at:
        return
    save(tx, replace(state, incident=reminded(current, tx.now)), version)


def save(tx: Transaction, state: JobState, version: int) -> None:
    """Write the state of a job that was loaded as `version`; raise if somebody else has since."""
    row = {
        "last_seen": state.last_seen,
        "verdict": state.verdict,
        "incident": state.incident.id if state.incident else None,
        "foreseen": state.foreseen_at == state.last_seen,
        "late_after": state.late_after,
        "state": write(state),
        "version": version + 1,
    }
    of_job = (jobs.c.host == state.host, jobs.c.job == state.job)
    if version == 0:
        tx.execute(insert(jobs), {"host": state.host, "job": state.job, **row})
        return
    changed = update(jobs).where(*of_job, jobs.c.version == version).values(row)
    if tx.execute(changed).rowcount != 1:
        raise StoreError(f"the job {state.job} of {state.host} was changed by another node")


def write(state: JobState) -> str:
    """Return a state as JSON."""
    return json.dumps(asdict(state), default=_plain, separators=(",", ":"))


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a job's state")


def _read(text: str) -> JobState:
    data = _with_moments(json.loads(text), JobState)
    data["verdict"] = Verdict(data["verdict"])
    data["arrivals"] = tuple(map(datetime.fromisoformat, data["arrivals"]))
    data["figures"] = tuple(data["figures"])
    data["recipients"] = tuple(data["recipients"])
    if data["incident"] is not None:
        data["incident"] = _incident(data["incident"])
    return JobState(**data)


def _incident(stored: Mapping[str, Any]) -> Incident:
    data = _with_moments(stored, Incident)
    data["worst"] = Verdict(data["worst"])
    data["told"], data["recipients"] = tuple(data["told"]), tuple(data["recipients"])
    return Incident(**data)


def _with_moments(stored: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Return the fields that `kind` has, its times as such; what an older relay wrote may lack."""
    names = {field.name for field in fields(kind)}
    return {
        name: datetime.fromisoformat(value) if name in _MOMENTS and value else value
        for name, value in stored.items()
        if name in names
    }
