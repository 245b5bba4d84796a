"""`python -m bench.month`: a month of many hosts on a virtual clock, through the real relay.

Real: understanding, the shipped policies, conclude, the store (SQLite, durability as it is, its
file in memory where there is /dev/shm), digests, the watch for missing reports, settling. Left out:
SMTP on both sides, signing, the pool of processes. Mails of ten virtual seconds are taken together,
as the relay does under load. What was sent is known, so what was told can be judged.
"""

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection, Row, func, select

from bench.month_traffic import Mail, Month, month
from bench.report import machine
from relay import journal
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.addressing import Addressing
from relay.pipeline.conclude import conclude
from relay.pipeline.history import Pace
from relay.pipeline.prepare import prepare
from relay.pipeline.settle import Patience, settle
from relay.pipeline.stages import Delivered
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import IdentitySettings
from relay.store import outbox, queue
from relay.store.balance import balance
from relay.store.schema import batches, items, jobs, outgoing
from relay.store.store import Store, read_from
from relay.workers.digest import Digest
from relay.workers.watch import Watch

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
TICK = timedelta(seconds=10)
LEASE = timedelta(minutes=2)
PACE = Pace()
PATIENCE = Patience(
    first=timedelta(minutes=1), longest=timedelta(hours=1), give_up=timedelta(days=5)
)
POLICIES = Path(__file__).parent.parent / "policies"
ADDRESSING = Addressing(
    relay="relay.example.org",
    domain="example.org",
    upstream="smarthost",
    bounce_domain="bounces.example.org",
    verp_key=b"k" * 32,
    postmaster="postmaster@example.org",
    owners={},
)
STAGES = ("understand", "accept", "claim", "conclude", "digest", "watch", "deliver")


@dataclass
class Run:
    """A relay on a clock that the simulation moves, and what it cost by stage."""

    store: Store
    rules: Rules
    now: datetime = BEGIN
    sent: dict[str, Mail] = field(default_factory=dict)
    cost: dict[str, float] = field(default_factory=lambda: dict.fromkeys(STAGES, 0.0))

    def __post_init__(self) -> None:
        self.digest = Digest(
            store=self.store,
            addressing=ADDRESSING,
            lease=LEASE,
            now=lambda: self.now,
            closed=lambda: None,
        )
        self.watch = Watch(
            store=self.store,
            addressing=ADDRESSING,
            now=lambda: self.now,
            started_at=BEGIN,
            told=lambda: None,
        )

    async def play(self, mails: tuple[Mail, ...], end: datetime) -> None:
        """Send everything when it is due, and do what falls due in between."""
        at = 0
        while self.now < end:
            nexts = [end, await self._due()] + ([mails[at].at] if at < len(mails) else [])
            self.now = max(min(nexts), self.now) + TICK
            first = at
            while at < len(mails) and mails[at].at <= self.now:
                at += 1
            await self._accept(mails[first:at])
            await self._work()

    async def _due(self) -> datetime:
        with self._timed("claim"):
            queries = (
                select(func.min(batches.c.due_at)).where(batches.c.state != "closed"),
                select(func.min(jobs.c.late_after)),
            )
            found = [
                await self.store.read(partial(Connection.scalar, statement=query))
                for query in queries
            ]
        return min((each for each in found if each), default=self.now + timedelta(days=99))

    async def _accept(self, mails: tuple[Mail, ...]) -> None:
        received = []
        for mail in mails:
            message_id = f"{len(self.sent):016d}"
            self.sent[message_id] = mail
            received.append(_received(message_id, mail))
        with self._timed("accept"):
            await asyncio.gather(
                *(self.store.write(partial(queue.accept, received=each)) for each in received)
            )

    async def _work(self) -> None:
        with self._timed("claim"):
            claimed = await self.store.write(lambda tx: queue.claim_messages(tx, 500, LEASE))
        with self._timed("understand"):
            prepared = [prepare(each.received, self.rules) for each in claimed]
        with self._timed("conclude"):
            await asyncio.gather(
                *(
                    self.store.write(
                        partial(
                            queue.conclude,
                            message=each,
                            prepared=made,
                            pace=PACE,
                            stewards=ADDRESSING.stewards(each.received.origin.host),
                            decide=partial(conclude, made, each.received, ADDRESSING, PACE),
                        )
                    )
                    for each, made in zip(claimed, prepared, strict=True)
                )
            )
        with self._timed("digest"):
            while await self.digest.step():
                pass
        with self._timed("watch"):
            while await self.watch.step():
                pass
        with self._timed("deliver"):
            await self._deliver()

    async def _deliver(self) -> None:
        claim = partial(
            outbox.claim_attempts,
            upstream="smarthost",
            limit=200,
            lease=LEASE,
            crash_delay=timedelta(minutes=1),
        )
        done = Delivered(reply="250 ok", remote="mx")
        while attempts := await self.store.write(claim):
            made = [settle(each, done, self.now, 0.5, PATIENCE, ADDRESSING) for each in attempts]
            await asyncio.gather(
                *(
                    self.store.write(partial(outbox.settle, settled=each, signature=b""))
                    for each in made
                )
            )

    @contextmanager
    def _timed(self, stage: str) -> Iterator[None]:
        began = time.process_time()
        yield
        self.cost[stage] += time.process_time() - began


def _received(message_id: str, mail: Mail) -> Received:
    name = f"{mail.host}.acme.example"
    text = (
        f"From: root@{name}\nTo: {mail.to}\nSubject: {mail.subject}\n"
        f"Date: {mail.at:%a, %d %b %Y %H:%M:%S +0000}\nMessage-ID: <{message_id}@{name}>\n\n"
    )
    return Received(
        id=message_id,
        raw=(text + mail.body).replace("\n", "\r\n").encode(),
        envelope=Envelope(reverse_path=f"root@{name}", recipients=(Recipient(address=mail.to),)),
        origin=Origin(host=mail.host, address="127.0.0.1", helo=name),
        at=mail.at,
    )


@dataclass
class Told:
    """What the people got, by what they should have got."""

    mails_in: Counter[str] = field(default_factory=Counter)
    mails_out: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    untold: list[str] = field(default_factory=list)
    latency: timedelta = timedelta(0)
    missing: dict[tuple[str, str], datetime] = field(default_factory=dict)
    false_alarms: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    delays: list[timedelta] = field(default_factory=list)
    balanced: bool = False


def judge(run: Run, what: Month, end: datetime) -> Told:
    """Compare what arrived with what was sent."""
    ask = partial(read_from, run.store._reader)  # noqa: SLF001 - the bench looks inside
    told = Told(balanced=ask(balance).holds)
    told.mails_in.update(mail.to for mail in run.sent.values())
    rows = ask(lambda c: c.execute(select(outgoing)).all())
    told.mails_out.update(row.recipient for row in rows)
    told.kinds.update(row.kind for row in rows)
    members = ask(
        lambda c: c.execute(
            select(items.c.message_id, batches.c.state, batches.c.due_at, batches.c.kind).join(
                batches, batches.c.id == items.c.batch_id
            )
        ).all()
    )
    alone = {row.message_id: row for row in rows if row.kind == "report"}
    waits = {row.message_id: row for row in members}
    _judge_failures(told, run, alone, waits)
    _judge_missing(told, what, ask, end)
    return told


def _judge_failures(
    told: Told, run: Run, alone: Mapping[str, Row[Any]], waits: Mapping[str, Row[Any]]
) -> None:
    last: dict[tuple[str, str], Mail] = {}
    for message_id, mail in run.sent.items():
        before = last.get((mail.host, mail.job))
        last[mail.host, mail.job] = mail
        if not mail.failed:
            continue
        told.failures += 1
        if message_id in alone:
            told.latency = max(told.latency, alone[message_id].finished_at - mail.at)
        elif message_id not in waits or waits[message_id].kind != "repeat":
            told.untold.append(f"{mail.host} {mail.job} {mail.at}: in no mail")
        elif before is None or not before.failed:
            told.untold.append(f"{mail.host} {mail.job} {mail.at}: news, but only counted")


def _judge_missing(
    told: Told, what: Month, ask: Callable[[Callable[[Connection], Any]], Any], end: datetime
) -> None:
    lines = ask(_missing_jobs)
    for host, job, at in lines:
        if host in what.silent and at > what.silent[host]:
            told.missing.setdefault((host, job), at)
        else:
            told.false_alarms.append(f"{host} {job} {at}")
    for job in what.jobs:
        since = what.silent.get(job.host)
        if since is None:
            continue
        due = _next_start(job.hourly, job.start, since)
        found = told.missing.get((job.host, job.name))
        if found is not None:
            told.delays.append(found - due)
        elif due + timedelta(hours=2) < end:
            told.missed.append(f"{job.host} {job.name}, due {due}")


def _next_start(hourly: bool, start: timedelta, since: datetime) -> datetime:
    step = timedelta(hours=1) if hourly else timedelta(days=1)
    offset = timedelta(minutes=start.seconds // 60 % 60) if hourly else start
    number = (since - BEGIN - offset) // step + 1
    return BEGIN + offset + number * step


ALARMS: list[tuple[str, tuple[str, ...], datetime]] = []


def _missing_jobs(_connection: object) -> list[tuple[str, str, datetime]]:
    return [(host.split(".")[0], job, at) for host, jobs_, at in ALARMS for job in jobs_]


def simulate(hosts: int, days: int, seed: int) -> tuple[Run, Told, float]:
    """Play it; return the run, what was told, and the CPU seconds it took."""
    identity = IdentitySettings.model_validate(
        {"domain": "example.org", "postmaster": "postmaster@example.org"}
    )
    rules = load_rules(POLICIES, [], identity, "relay.example.org")
    what, end = month(hosts, days, seed, BEGIN), BEGIN + timedelta(days=days)
    memory = "/dev/shm" if Path("/dev/shm").is_dir() else None
    with tempfile.TemporaryDirectory(prefix="month-", dir=memory) as folder:
        clock: list[Run] = []

        def now() -> datetime:
            return clock[0].now if clock else BEGIN

        with Store(f"sqlite:///{folder}/relay.db", "node-a", now) as store:
            run = Run(store, rules)
            clock.append(run)
            ALARMS.clear()
            journal.missing = lambda host, jobs: ALARMS.append((host, tuple(jobs), run.now))
            journal.batch_closed = lambda *_: None
            began = time.process_time()
            asyncio.run(run.play(what.mails, end))
            return run, judge(run, what, end), time.process_time() - began


def show(hosts: int, days: int, run: Run, told: Told, cpu: float) -> None:
    """Print the figures of one run."""
    table = Table(title=f"{hosts} hosts x 8 jobs, {days} days", caption=machine())
    table.add_column("figure")
    table.add_column("value", justify="right")
    cut = {to: 1 - told.mails_out[to] / many for to, many in told.mails_in.items()}
    worst = min(cut, key=cut.__getitem__)
    delays = sorted(told.delays)
    for name, value in (
        ("mails in", f"{len(run.sent):,}"),
        ("mails out", f"{sum(told.mails_out.values()):,} {dict(told.kinds)}"),
        ("fewer mails per person, median", f"{median(cut.values()):.1%} of {len(cut)}"),
        ("fewer mails per person, worst", f"{cut[worst]:.1%} ({worst})"),
        ("failures", f"{told.failures:,}"),
        ("failures told to nobody, or late", f"{len(told.untold)} {told.untold[:3]}"),
        ("worst failure latency", f"{told.latency.total_seconds():.0f} s"),
        ("missing reports found", f"{len(delays)}, missed {len(told.missed)} {told.missed[:3]}"),
        (
            "their delay, median and worst",
            f"{delays[len(delays) // 2]}, {delays[-1]}" if delays else "-",
        ),
        ("false missing alerts", f"{len(told.false_alarms)} {told.false_alarms[:3]}"),
        ("the balance holds", str(told.balanced)),
        ("CPU ms per mail", f"{cpu * 1000 / len(run.sent):.2f}"),
        *((f"  {stage}", f"{run.cost[stage] * 1000 / len(run.sent):.2f}") for stage in STAGES),
    ):
        table.add_row(name, value)
    Console(width=140).print(table)


def main() -> None:
    """Run the sizes asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench.month", description=__doc__)
    parser.add_argument("--hosts", type=int, nargs="+", default=[10, 50, 100])
    parser.add_argument("--days", type=int, default=10)
    parser.add_argument("--seed", type=int, default=20261124)
    parser.add_argument(
        "--full", action="store_true", help="500 hosts, 30 days: the better part of an hour"
    )
    parser.add_argument("--profile", action="store_true", help="print what the time goes to")
    options = parser.parse_args()
    days = 30 if options.full else options.days
    for hosts in [500] if options.full else options.hosts:
        profile = cProfile.Profile()
        if options.profile:
            profile.enable()
        run, told, cpu = simulate(hosts, days, options.seed)
        if options.profile:
            profile.disable()
            pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
        show(hosts, days, run, told, cpu)


if __name__ == "__main__":
    main()
