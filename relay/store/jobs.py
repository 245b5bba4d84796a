"""What is known of each job, one row for each; its state is a JobState written as JSON.

Jobs are kept by the identity of their names (reports/job.py); the state has the name as it came
first. A job is read and written in the transaction that concludes a report of it. With several
nodes two of them may do so at once: the row is locked while one does, and carries a version, so
that whoever read it before finds it changed and has the whole transaction run again.
What happens next: queue.py hands the state to the decision.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, update
from sqlalchemy import delete as sql_delete

from relay.errors import ConflictError, NotFoundError, RelayError
from relay.pipeline.batch import Batch
from relay.pipeline.incident import Incident, reminded
from relay.pipeline.job import JobState
from relay.policy.match import short
from relay.reports.job import identity
from relay.reports.report import Verdict
from relay.store.schema import jobs
from relay.store.writer import Transaction, insert_or_conflict

_MOST_NAMED = 10
_MOMENTS = {
    *("first_seen", "last_seen", "opened_at", "last_at", "told_at"),
    *("foreseen_at", "expected_at", "late_after", "missing_at"),
}


_NAMED = (jobs.c.host == bindparam("of_host"), jobs.c.job == bindparam("of_job"))
_LOAD = select(jobs.c.state, jobs.c.version).where(*_NAMED).with_for_update()
_SAVE = update(jobs).where(*_NAMED, jobs.c.version == bindparam("of_version"))


def load(tx: Transaction, host: str, job: str) -> tuple[JobState | None, int]:
    """Return the state of a job and its version, None and 0 if it is new."""
    row = tx.execute(_LOAD, {"of_host": host, "of_job": identity(job)}).first()
    return (_read(row.state), row.version) if row is not None else (None, 0)


def _is(host: str, job: str) -> tuple[ColumnElement[bool], ...]:
    return (jobs.c.host == host, jobs.c.job == identity(job))


def find(connection: Connection, host: str, job: str) -> JobState | None:
    """Return the state of a job, None if there is none."""
    query = select(jobs.c.state).where(*_is(host, job))
    text = connection.execute(query).scalar()
    return None if text is None else _read(text)


def incident_of(connection: Connection, batch: Batch) -> Incident | None:
    """Return the incident that a batch of repeats belongs to, None if it has ended."""
    last = batch.items[-1]
    state = find(connection, last.host, last.job)
    incident = state.incident if state else None
    return incident if incident and incident.id == batch.key.name else None


def open_incidents(connection: Connection) -> list[JobState]:
    """Return the jobs that are not well."""
    query = select(jobs.c.state).where(jobs.c.incident.is_not(None)).order_by(jobs.c.host)
    return [_read(text) for text in connection.execute(query).scalars()]


def which(connection: Connection, condition: ColumnElement[bool], limit: int) -> list[JobState]:
    """Return the first jobs whose rows fulfil a condition, by host and name."""
    query = select(jobs.c.state).where(condition).order_by(jobs.c.host, jobs.c.job).limit(limit)
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


def of_reader(connection: Connection, recipient: str) -> list[JobState]:
    """Return the jobs whose last report went to `recipient`, by host and name."""
    may_be = jobs.c.state.contains(json.dumps(recipient), autoescape=True)
    query = select(jobs.c.state).where(may_be).order_by(jobs.c.host, jobs.c.job)
    states = (_read(text) for text in connection.execute(query).scalars())
    return [state for state in states if recipient in state.recipients]


def names(connection: Connection) -> list[tuple[str, str]]:
    """Return host and name of every job."""
    return [(state.host, state.job) for state in every(connection)]


def named(connection: Connection, host: str, part: str) -> tuple[str, str]:
    """Return host and name of the one job that is meant by `part` of its name; raise if none is.

    A host may go by its short name. A whole name means that job, whatever else contains it.
    """
    known = names(connection)
    of_host = [each for each in known if host.lower() in (each[0].lower(), short(each[0]).lower())]
    if not of_host:
        raise NotFoundError(f"no job of a host {host} is known; `relay jobs list` shows them")
    whole = [each for each in of_host if each[1] == part]
    found = whole or [each for each in of_host if part.lower() in each[1].lower()]
    if not found:
        raise NotFoundError(f'{host} has no job like "{part}"; it has {_named(of_host)}')
    if len(found) > 1:
        raise RelayError(f'"{part}" may mean {_named(found)}: write more of the name')
    return found[0]


def _named(found: list[tuple[str, str]]) -> str:
    more = "" if len(found) <= _MOST_NAMED else f", and {len(found) - _MOST_NAMED} more"
    return ", ".join(f'"{job}" ({host})' for host, job in found[:_MOST_NAMED]) + more


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
        "missing_at": state.missing_at,
        "state": write(state),
        "version": version + 1,
    }
    if version == 0:
        insert_or_conflict(tx, jobs, {"host": state.host, "job": identity(state.job), **row})
        return
    of_job = {"of_host": state.host, "of_job": identity(state.job), "of_version": version}
    if tx.execute(_SAVE, of_job | row).rowcount != 1:
        raise ConflictError(f"the job {state.job} of {state.host} was changed by another node")


def delete(tx: Transaction, state: JobState, version: int) -> None:
    """Forget a job that was loaded as `version`; raise if somebody else has changed it since."""
    of_job = _is(state.host, state.job)
    if tx.execute(sql_delete(jobs).where(*of_job, jobs.c.version == version)).rowcount != 1:
        raise ConflictError(f"the job {state.job} of {state.host} was changed by another node")


def write(state: JobState) -> str:
    """Return a state as JSON."""
    return json.dumps(_fields(state), default=_plain, separators=(",", ":"))


def _fields(value: JobState | Incident) -> dict[str, Any]:
    """Return the fields as they are: `asdict` would copy each of many times, one by one."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Incident):
        return _fields(value)
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
    data["told"] = tuple(data["told"])
    data["known"] = {to: tuple(news) for to, news in data["known"].items()}
    return Incident(**data)


def _with_moments(stored: Mapping[str, Any], kind: type) -> dict[str, Any]:
    """Return the fields that `kind` has, its times as such; what an older relay wrote may lack."""
    names = {field.name for field in fields(kind)}
    return {
        name: datetime.fromisoformat(value) if name in _MOMENTS and value else value
        for name, value in stored.items()
        if name in names
    }
