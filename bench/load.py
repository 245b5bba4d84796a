"""One round: a burst of equal mails into a peer, timed until all are answered and all have arrived.

The mail is what a host sends: 2 kB of rsync output whose subject claims more than the body shows,
so that our relay has to understand, correct and explain it while it is measured. smtp-source opens
a connection for each mail, as hosts do. A round fails if a mail is refused or does not arrive.
What happens next: report.py makes medians of the rounds.
"""

import os
import random
import time
from dataclasses import dataclass
from pathlib import Path

import dkim

from bench.meter import PeakMemory, cpu_seconds
from bench.peers import Peer
from tests.mta import smtp_source, wait_until

_SECONDS = 170.0
_AFTERWARDS = 1.0
_SAMPLES = 5

_HEAD = """\
From: Cron Daemon <root@web01.example.org>
To: ops@example.org
Subject: Backup OK

sending incremental file list
"""
_TAIL = """\
rsync: [sender] send_files failed to open "/srv/www/private/keys.db": Permission denied (13)

sent 1,904,220 bytes  received 12,034 bytes  255,500.53 bytes/sec
total size is 88,111,902  speedup is 45.98
rsync error: some files/attrs were not transferred (see previous errors) (code 23)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How much is sent in each of how many rounds."""

    messages: int
    rounds: int
    sessions: int = 20
    size: int = 2048
    kept: bool = False

    def __str__(self) -> str:
        return (
            f"{self.rounds} rounds of {self.messages} messages of {self.size} bytes, "
            f"{self.sessions} sessions at once, {'kept' if self.kept else 'new'} connections"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one round measured. Rates are messages per second."""

    peer: str
    accepted_rate: float
    delivered_rate: float
    cpu_ms: float
    peak_memory_mb: float

    def __str__(self) -> str:
        return (
            f"{self.peer}: {self.accepted_rate:.0f}/s accepted, {self.delivered_rate:.0f}/s end "
            f"to end, {self.cpu_ms:.2f} ms CPU a message, {self.peak_memory_mb:.0f} MB"
        )


def warm_up(peer: Peer, load: Load) -> None:
    """Let processes start and caches fill: a tenth of a round, measured by nobody."""
    _send(peer, load, load.messages // 10)
    _wait_for_arrival(peer, load.messages // 10)
    peer.clear()


def measure(peer: Peer, load: Load) -> Round:
    """Run one round; raise if a mail got lost or doubled, or a sample of them is not signed."""
    os.sync()  # what the round before left to be written is not to be paid for in this one
    arrived, cpu = peer.sink.count, cpu_seconds(peer.roots)
    with PeakMemory(peer.roots) as memory:
        began = time.monotonic()
        _send(peer, load, load.messages)
        accepted = time.monotonic() - began
        _wait_for_arrival(peer, arrived + load.messages)
        delivered = time.monotonic() - began
        time.sleep(_AFTERWARDS)  # what a peer still does after the last arrival costs it as well
    cpu = cpu_seconds(peer.roots) - cpu
    _check(peer, load)
    peer.clear()
    return Round(
        peer=peer.name,
        accepted_rate=load.messages / accepted,
        delivered_rate=load.messages / delivered,
        cpu_ms=1000 * cpu / load.messages,
        peak_memory_mb=memory.peak / 1e6,
    )


def mail(size: int) -> str:
    """Return a report of about `size` bytes by a host that says OK where it failed."""
    lines: list[str] = []
    room = size - len(_HEAD) - len(_TAIL)
    while room > 0:
        lines.append(f"releases/2026-11-24/assets/images/gallery-{len(lines):04d}.jpg\n")
        room -= len(lines[-1])
    return _HEAD + "".join(lines) + _TAIL


def _send(peer: Peer, load: Load, messages: int) -> None:
    file = peer.folder / "mail.eml"
    file.write_text(mail(load.size))
    count = ("-s", str(load.sessions), "-m", str(messages), *(["-d"] if load.kept else []))
    envelope = ("-M", "web01.example.org", "-f", "root@web01.example.org", "-t", "ops@example.org")
    smtp_source(peer.port, *count, *envelope, "-F", str(file), seconds=_SECONDS)


def _wait_for_arrival(peer: Peer, count: int) -> None:
    def words() -> str:
        return f"{peer.name}: {peer.sink.count} of {count}\n{peer.last_words()}"

    wait_until(lambda: peer.sink.count >= count, words, _SECONDS)


def _check(peer: Peer, load: Load) -> None:
    arrived = list(peer.sink.kept.iterdir())
    if len(arrived) != load.messages:
        raise RuntimeError(f"{peer.name}: {len(arrived)} of {load.messages} arrived")
    for file in random.sample(arrived, min(_SAMPLES, len(arrived))):
        if peer.signs and not _is_signed(file, peer.public_key):
            raise RuntimeError(f"{peer.name}: no valid signature on\n{file.read_text()}")


def _is_signed(file: Path, public_key: str) -> bool:
    valid: bool = dkim.verify(file.read_bytes(), dnsfunc=lambda *_, **__: public_key.encode())
    return valid
