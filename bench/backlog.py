"""`python -m bench.backlog`: 100,000 mails wait, and a fresh failure must not notice.

Real: the store (SQLite, durable), the pool of processes, understanding, concluding, signing (RSA
and Ed25519), claims, settling. Virtual: the upstream, which takes a mail in some milliseconds and
defers some. One host has half of the backlog, the rest is spread over 200. Every two seconds
another host reports a failure; how long each takes from acceptance to the upstream is printed, with
the rate of draining and the memory of all processes.
"""

import argparse
import asyncio
import os
import random
import secrets
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from sqlalchemy import insert

from bench.meter import PeakMemory
from bench.report import machine
from relay import journal
from relay.assembly import Keys, orders, tools
from relay.config import load
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.ids import queue_id
from relay.pipeline.stages import Deferred, Delivered, Phase, Result
from relay.signing.keys import Algorithm, make_key
from relay.store import queue
from relay.store.schema import contents, messages, outgoing, recipients
from relay.store.store import Store
from relay.store.writer import Transaction
from relay.workers.crew import Crew
from relay.workers.pool import Pool
from relay.workers.sweep import DiskGate

POLICIES = Path(__file__).parent.parent / "policies"
CONFIG = """\
identity: {domain: example.org, postmaster: postmaster@example.org, postal_address: Example}
hosts: [{name: web01, networks: [127.0.0.0/8], owner: ops@example.org}]
upstreams: [{name: smarthost, host: 192.0.2.1, connections: 10}]
ingest: {hostname: relay.example.org}
signing: {keys: [{selector: a, file: rsa.pem}, {selector: b, file: ed.pem}]}
policy: {folder: POLICIES}
"""
FAILURE = (
    b"From: root\r\nTo: root\r\nSubject: Backup\r\n\r\n"
    b"rsync error: some files/attrs were not transferred (code 23) at main.c(1338)\r\n"
)
CONTENT = (
    b"From: a@example.org\r\nTo: b@example.org\r\nSubject: a note\r\n"
    b"Date: Wed, 25 Nov 2026 10:00:00 +0000\r\nMessage-ID: <a@example.org>\r\n\r\nall is well\r\n"
)
BLOCK = 5_000
EVERY = 2.0


@dataclass
class Virtual:
    """An upstream that takes a mail in `seconds`, and defers one in fifty."""

    seconds: float
    name: str = "smarthost"
    taken: int = 0
    sent_at: dict[str, float] = field(default_factory=dict)
    taken_at: dict[str, float] = field(default_factory=dict)

    async def open(self) -> None:
        """Do nothing."""

    async def close(self) -> None:
        """Do nothing."""

    async def send(self, _reverse_path: str, recipient: str, _content: bytes) -> Result:
        """Take a mail, or defer it."""
        await asyncio.sleep(self.seconds)
        if recipient in self.sent_at:
            self.taken_at.setdefault(recipient, time.perf_counter())
        elif random.random() < 0.02:
            return Deferred(phase=Phase.RCPT, code=450, reply="450 busy", remote="virtual")
        else:
            self.taken += 1
        return Delivered(reply="250 ok", remote="virtual")

    def waits(self) -> list[float]:
        """Return how long each fresh failure took, in order."""
        now = time.perf_counter()
        return sorted(self.taken_at.get(to, now) - at for to, at in self.sent_at.items())


def pile_up(tx: Transaction, numbers: range) -> None:
    """Put mails into the queue as concluding would, half of them of one host."""
    hosts = ["loud" if number % 2 else f"host{number % 400}" for number in numbers]
    ids = [f"{number:016}" for number in numbers]
    common = {"accepted_at": tx.now, "due_at": tx.now, "size": 1, "sha256": "", "reverse_path": ""}
    more = {"recipient_count": 1, "envelope": "{}", "origin": "{}", "state": "concluded"}
    tx.execute(
        insert(messages),
        [{"id": key, "host": host, **common, **more} for key, host in zip(ids, hosts, strict=True)],
    )
    tx.execute(insert(contents), [{"id": f"{key}-1", "content": CONTENT} for key in ids])
    tx.execute(
        insert(outgoing),
        [
            {
                "id": f"{key}-1",
                "kind": "report",
                "message_id": key,
                "recipient": f"{key}@example.org",
                "reverse_path": "r@example.org",
                "upstream": "smarthost",
                "priority": 1,
                "content_id": f"{key}-1",
                "state": "queued",
                "since": tx.now,
                "due_at": tx.now,
                "host": host,
                "turn": number // 2 if host == "loud" else number // 400,
            }
            for key, host, number in zip(ids, hosts, numbers, strict=True)
        ],
    )
    tx.execute(
        insert(recipients),
        [{"message_id": k, "position": 0, "address": "a", "carried_by": f"{k}-1"} for k in ids],
    )


def failure(number: int, now: datetime) -> Received:
    to = f"fresh{number}@example.org"
    return Received(
        id=queue_id(now, secrets.token_bytes(4)),
        raw=FAILURE,
        envelope=Envelope(reverse_path="root@web01", recipients=(Recipient(address=to),)),
        origin=Origin(host=f"fresh{number}", address="127.0.0.1", helo="web01"),
        at=now,
    )


def now() -> datetime:
    return datetime.now(UTC)


async def drain(store: Store, folder: Path, options: argparse.Namespace, out: Console) -> None:
    config = load(folder / "config.yaml", {})
    upstream = Virtual(options.seconds)
    pool = Pool(config.pool, tools(config))
    await pool.start()
    gate = DiskGate(free_space=store.free_space, least_bytes=0, least_percent=0)
    by = orders(config, Keys(verp=b"k" * 32, choice=()))
    crew = Crew(by, store, pool, {"smarthost": upstream}, gate, now)
    began, number = time.perf_counter(), 0
    crew.start()
    with PeakMemory([os.getpid()]) as memory:
        while upstream.taken < options.mails and time.perf_counter() - began < options.most:
            upstream.sent_at[f"fresh{number}@example.org"] = time.perf_counter()
            message = failure(number, now())
            await store.write(lambda tx, message=message: queue.accept(tx, message))
            crew.accepted.ring()
            number += 1
            await asyncio.sleep(EVERY)
            if number % 15 == 0:
                elapsed = time.perf_counter() - began
                rate = upstream.taken / elapsed
                out.print(f"{elapsed:6.0f} s  {upstream.taken:7} sent  {rate:5.0f}/s")
        seconds = time.perf_counter() - began
        await asyncio.sleep(EVERY)
    await crew.stop(10)
    report(upstream, seconds, memory.peak, out)


def report(upstream: Virtual, seconds: float, most_bytes: int, out: Console) -> None:
    waits = upstream.waits()
    late = waits[int(len(waits) * 0.99)]
    out.print(f"drained {upstream.taken} in {seconds:.0f} s: {upstream.taken / seconds:.0f}/s")
    out.print(
        f"{len(waits)} fresh failures: median {median(waits):.2f} s, 99 % within {late:.2f} s, "
        f"longest {waits[-1]:.2f} s"
    )
    out.print(f"memory of all processes (PSS): at most {most_bytes / 1e6:.0f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=0.005, help="that the upstream takes")
    parser.add_argument("--most", type=float, default=3600, help="stop after so many seconds")
    options = parser.parse_args()
    out = Console()
    out.print(machine())
    with tempfile.TemporaryDirectory() as name, Path(os.devnull).open("w") as nowhere:
        journal.configure(to=nowhere)
        folder = Path(name)
        make_key(Algorithm.RSA, folder / "rsa.pem")
        make_key(Algorithm.ED25519, folder / "ed.pem")
        (folder / "config.yaml").write_text(CONFIG.replace("POLICIES", str(POLICIES)))
        with Store(f"sqlite:///{folder / 'relay.db'}", "bench", now) as store:
            for start in range(0, options.mails, BLOCK):
                numbers = range(start, min(start + BLOCK, options.mails))
                store.write_now(lambda tx, numbers=numbers: pile_up(tx, numbers))
            asyncio.run(drain(store, folder, options, out))


if __name__ == "__main__":
    main()
