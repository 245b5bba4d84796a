"""One message's life and one digest's, for tests that end the process in the middle of them.

Each life has numbered mails, so that what was acknowledged and what arrived can be compared to the
last one. A client that heard no 250 sends again, as an MTA does.
"""

import contextlib
import re
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, func, select

from relay.cli.options import order, read_outline
from relay.store.balance import Balance, balance
from relay.store.ledger import broken_links
from relay.store.schema import attempts, batches
from tests.e2e.mails import DONE
from tests.e2e.running import RunningRelay
from tests.smtpd import Mail, Sink

_NUMBER = re.compile(rb"(?:run number |copy of /srv/)(\d+)")
FAILED = "rsync error: error in socket IO (code 10) at main.c(1)"
_SECONDS = 30
DIGEST = """
rules:
  - name: wait
    then: {route: digest, digest: {name: daily, at: "daily at 07:00"}}
"""


def numbered(number: int, text: str = FAILED) -> bytes:
    """Return a mail that is told apart by its number."""
    header = f"From: root@web01\nTo: ops@example.org\nSubject: copy of /srv/{number}\n"
    body = f"{header}\nrun number {number}\n{text}\n"
    return body.replace("\n", "\r\n").encode()


def numbers(mails: Iterable[Mail]) -> Iterator[int]:
    """Yield the numbers that arrived, each as often as it did."""
    for mail in mails:
        text = mail.content.partition(b"text/html")[0]  # a digest says all of it twice
        yield from {int(each) for each in _NUMBER.findall(text)}


def attempts_lost(connection: Connection) -> int:
    """Return how many attempts a process died over: each may be a duplicate."""
    query = select(func.count()).select_from(attempts).where(attempts.c.outcome == "lost")
    return int(connection.execute(query).scalar_one())


@dataclass(slots=True)
class Life:
    """Mails that are sent, and what became of them."""

    relay: RunningRelay
    sink: Sink
    reports: int = 1  # in each mail that leaves
    last: int = 0
    acknowledged: set[int] = field(default_factory=set)

    def send(self, text: str = FAILED) -> int:
        """Submit one mail; note it only if it was acknowledged."""
        self.last += 1
        number = self.last
        with contextlib.suppress(OSError, smtplib.SMTPException):
            self.relay.send(numbered(number, text))
            self.acknowledged.add(number)
        return number

    def over(self, arrived: Callable[[], bool]) -> bool:
        """Wait until `arrived` or the process is dead; return whether it lives."""
        deadline = time.monotonic() + _SECONDS
        while time.monotonic() < deadline:
            if self.relay.process.poll() is not None:
                return False
            if arrived():
                return True
            time.sleep(0.01)
        raise AssertionError(f"neither dead nor done:\n{self.relay.log.read_text()[-3000:]}")

    def has_arrived(self, number: int) -> bool:
        """Say whether a mail has come, by itself or in a digest."""
        return number in set(numbers(self.sink.mails))

    def message(self) -> None:
        """Live one message's life, or as much of it as there is time for."""
        number = self.send()
        self.over(lambda: self.has_arrived(number) and not self.in_flight())

    def digest(self) -> None:
        """Live a digest's life of three reports that wait already."""
        with contextlib.suppress(Exception):  # whatever a command meets when the process dies
            order(read_outline(self.relay.path), "digest send", **DAILY)
        self.over(lambda: not self.waiting() and not self.in_flight())

    def fill(self) -> None:
        """Let three reports wait for a digest."""
        sent = [self.send(DONE) for _ in range(3)]
        self.over(lambda: self.balance().fates["waiting"] >= len(sent))

    def balance(self) -> Balance:
        """Return the account."""
        return self.relay.ask(balance)

    def in_flight(self) -> int:
        """Return how many recipients are still to be served."""
        return self.balance().fates["in_flight"]

    def waiting(self) -> int:
        """Return how many batches are not closed."""
        query = select(func.count()).where(batches.c.state != "closed")
        return self.relay.ask(lambda c: int(c.execute(query).scalar_one()))

    def drain(self) -> None:
        """Wait until nothing is in flight."""
        self.over(lambda: not self.in_flight())

    def verdict(self) -> list[str]:
        """Return everything that is wrong: lost, doubled without cause, unbalanced, unchained."""
        arrived = Counter(numbers(self.sink.mails))
        lost = self.acknowledged - set(arrived)
        doubled = sum(count - 1 for count in arrived.values())
        excuses = self.relay.ask(attempts_lost)
        found = self.balance()
        return [
            *(f"{number} was acknowledged and never arrived" for number in sorted(lost)),
            *(
                [f"{doubled} duplicates, {excuses} attempts lost"]
                * (doubled > self.reports * excuses)
            ),
            *([f"the account is off: {found}"] * (not found.holds)),
            *self.relay.ask(lambda connection: list(broken_links(connection))),
        ]


DAILY = {"recipient": "ops@example.org", "name": "daily", "reason": "now"}


def waiting_policy(folder: Path) -> Path:
    """Write a policy by which everything waits for a digest; return its folder."""
    policies = folder / "policies"
    policies.mkdir()
    (policies / "wait.yaml").write_text(DIGEST)
    return policies
