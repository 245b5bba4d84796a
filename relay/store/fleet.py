"""The fleet: hosts with their jobs, a page of hosts at a time, as far as a list shows a job.

A page begins after a host, so the last one costs what the first does. Of a job's state only what is
shown is read.
What happens next: web/operator/fleet.py lays it out.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, or_, select

from relay.store.schema import jobs


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which jobs: all words of `text` in the name of host or job, and what is wrong with them."""

    text: str = ""
    only: str = ""  # one of ONLY, or all of them

    def conditions(self) -> Iterator[ColumnElement[bool]]:
        """Yield what a row must fulfil."""
        for word in self.text.lower().split():
            names = (func.lower(jobs.c.host), func.lower(jobs.c.job))
            yield or_(*(name.contains(word, autoescape=True) for name in names))
        if self.only in ONLY:
            yield ONLY[self.only]


ONLY: dict[str, ColumnElement[bool]] = {
    "bad": or_(jobs.c.incident.is_not(None), jobs.c.missing_at.is_not(None)),
    "failing": jobs.c.incident.is_not(None),
    "missing": jobs.c.missing_at.is_not(None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A job as the fleet shows it; times and words are those of a JobState."""

    host: str
    job: str
    verdict: str
    strip: str
    rhythm: str
    last_seen: datetime
    last_message: str
    expected_at: datetime | None
    missing_at: datetime | None
    incident_since: datetime | None
    incident_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Hosts in their order, each with its jobs; `after` begins the next page, None at the end."""

    hosts: dict[str, list[Cell]]
    after: str | None


def page(connection: Connection, search: Search, after: str, limit: int) -> Page:
    """Return the next hosts after a name that have jobs which are looked for."""
    conditions = tuple(search.conditions())
    names = select(jobs.c.host).where(jobs.c.host > after, *conditions)
    names = names.group_by(jobs.c.host).order_by(jobs.c.host).limit(limit + 1)
    hosts = list(connection.execute(names).scalars())
    shown = hosts[:limit]
    query = select(jobs).where(jobs.c.host.in_(shown), *conditions)
    found: dict[str, list[Cell]] = {host: [] for host in shown}
    for row in connection.execute(query.order_by(jobs.c.host, jobs.c.job)):
        found[row.host].append(_cell(row))
    return Page(hosts=found, after=shown[-1] if len(hosts) > limit else None)


def count(connection: Connection, search: Search) -> int:
    """Count the jobs that are looked for."""
    query = select(func.count()).select_from(jobs).where(*search.conditions())
    return connection.execute(query).scalar() or 0


def _cell(row: Row[Any]) -> Cell:
    state = json.loads(row.state)
    incident = state.get("incident")
    return Cell(
        host=row.host,
        job=state["job"],
        verdict=row.verdict,
        strip=state["strip"],
        rhythm=state["rhythm"],
        last_seen=row.last_seen,
        last_message=state["last_message"],
        expected_at=_moment(state["expected_at"]),
        missing_at=row.missing_at,
        incident_since=_moment(incident["opened_at"]) if incident else None,
        incident_count=incident["count"] if incident else 0,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
