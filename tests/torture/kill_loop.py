"""SIGKILL at random under load, then count: what was acknowledged must be there, once.

Senders submit numbered mails and note which were answered 250. A killer waits a random moment and
kills the relay, starts it again, and asks for the balance. At the end everything drains and three
counts are compared: acknowledged, arrived, and attempts whose outcome was lost. Loss is an
acknowledged number that never arrived; a duplicate is fair only if an attempt was in flight when a
process died, which the store has on record.
"""

import os
import random
import re
import signal
import smtplib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

from relay.store.balance import Balance, balance
from tests.e2e.running import RunningRelay
from tests.smtpd import Sink
from tests.torture.lives import attempts_lost

_NUMBER = re.compile(rb"run number (\d+)")
_BODIES: tuple[Callable[[int], str], ...] = (
    lambda n: f"run number {n}\nsent 1,234 bytes  received 56 bytes\ntotal size is 7\n",
    lambda n: f"run number {n}\nrsync error: error in socket IO (code 10) at main.c(1)\n",
    lambda n: f"run number {n}\n" + "a line of some log\n" * 2000,
)


@dataclass(slots=True)
class Tally:
    """What the senders saw; numbers are given out once."""

    acknowledged: set[int] = field(default_factory=set)
    last: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def number(self) -> int:
        """Return a number that no mail has had."""
        with self.lock:
            self.last += 1
            return self.last


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """How it ended."""

    kills: int
    acknowledged: int
    lost: set[int]
    duplicates: int
    in_flight: int
    balances: list[Balance]

    @property
    def sound(self) -> bool:
        """Whether nothing was lost, nothing doubled without cause, and it always balanced."""
        return (
            not self.lost
            and self.duplicates <= self.in_flight
            and all(found.holds for found in self.balances)
        )

    def __str__(self) -> str:
        unbalanced = [found for found in self.balances if not found.holds]
        return (
            f"{self.acknowledged} acknowledged, {self.kills} kills, {len(self.lost)} lost, "
            f"{self.duplicates} duplicates with {self.in_flight} attempts in flight, "
            f"{len(unbalanced)} of {len(self.balances)} balances off {unbalanced[:1]}"
        )


def run(
    relay: RunningRelay,
    sink: Sink,
    *,
    kills: int,
    acknowledged: int,
    seed: int,
    end: Callable[[], object] | None = None,
) -> Account:
    """Kill a running relay at least `kills` times, until `acknowledged` mails were taken.

    `end` is how it ends instead of by SIGKILL.
    """
    chance = random.Random(seed)
    tally, stop = Tally(), threading.Event()
    senders = [threading.Thread(target=_send, args=(relay, tally, stop)) for _ in range(4)]
    for sender in senders:
        sender.start()
    balances, done = [], 0
    try:
        while done < kills or len(tally.acknowledged) < acknowledged:
            time.sleep(chance.uniform(0.05, 1.0))  # the moment of the kill, not a wait for anything
            (end or relay.kill)()
            done += 1
            balances.append(relay.ask(balance))
            relay.start()
    finally:
        stop.set()
        for sender in senders:
            sender.join()
    balances.append(_drain(relay, seconds=120))
    return _account(relay, sink, tally, done, balances)


def _send(relay: RunningRelay, tally: Tally, stop: threading.Event) -> None:
    """Submit mails for ever, several on a connection, whatever happens to the other side."""
    while not stop.is_set():
        try:
            with smtplib.SMTP("127.0.0.1", relay.port, timeout=10) as client:
                for _ in range(5):
                    _submit(client, tally)
        except (OSError, smtplib.SMTPException):
            stop.wait(0.05)


def _submit(client: smtplib.SMTP, tally: Tally) -> None:
    number = tally.number()
    mail = EmailMessage()
    mail["Subject"] = f"Backup OK ({number})"
    mail["From"], mail["To"] = "root@web01", "ops@example.org"
    mail.set_content(_BODIES[number % len(_BODIES)](number))
    client.send_message(mail)  # raises unless it was answered 250
    with tally.lock:
        tally.acknowledged.add(number)


def kill_a_child(relay: RunningRelay, seconds: float = 30) -> bool:
    """SIGKILL the process of the pool that was made last, once it is there; say if it was."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        workers = [pid for parent in _children(relay.process.pid) for pid in _children(parent)]
        if workers:
            os.kill(workers[-1], signal.SIGKILL)
            return True
    return False


def _children(pid: int) -> list[int]:
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(each) for file in found for each in file.read_text().split()]


def _drain(relay: RunningRelay, seconds: float) -> Balance:
    """Wait until nothing is in flight; return the balance."""
    deadline = time.monotonic() + seconds
    found = relay.ask(balance)
    while found.fates["in_flight"] and time.monotonic() < deadline:
        time.sleep(0.2)
        found = relay.ask(balance)
    return found


def _account(
    relay: RunningRelay, sink: Sink, tally: Tally, kills: int, balances: list[Balance]
) -> Account:
    arrived = Counter(_numbers(mail.content for mail in sink.mails))
    return Account(
        kills=kills,
        acknowledged=len(tally.acknowledged),
        lost=tally.acknowledged - set(arrived),
        duplicates=sum(count - 1 for count in arrived.values()),
        in_flight=relay.ask(attempts_lost),
        balances=balances,
    )


def _numbers(contents: Iterable[bytes]) -> Iterable[int]:
    for content in contents:
        match = _NUMBER.search(content)
        if match:
            yield int(match[1])
