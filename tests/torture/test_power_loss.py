"""A relay whose disk loses all that was not synced still has what it acknowledged.

One run under load is recorded; then the power goes at many moments of it (power.py). In each, the
store must open, be whole, hold every message that a client had heard 250 for, with its bytes, and
have an attempt on record for every mail that had been begun with upstream. The twins that do not
sync, or say 250 early, must be found out.
"""

import random
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from relay.store.balance import balance
from relay.store.ledger import broken_links
from relay.store.schema import attempts, originals
from relay.store.store import ask
from tests.e2e.running import RunningRelay
from tests.smtpd import Sink
from tests.torture.conftest import Figure, scaled
from tests.torture.lives import Life
from tests.torture.power import Disk, Done, options, read
from tests.torture.tracing import Strace

pytestmark = [pytest.mark.needs("strace"), pytest.mark.timeout(900)]
SEED = 20261124
_QUEUED = re.compile(rb"250 2\.0\.0 queued as (\w+)")
_BEGUN = re.compile(rb"MAIL FROM:<r\+([\w-]+)=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """Where it was made, and what the disk held when it began."""

    folder: Path
    trace: Path
    before: dict[str, bytes]


def record(tmp_path: Path, mails: int, program: tuple[str, ...] = ("-m", "relay")) -> Recording:
    """Run a relay under load, and record it."""
    trace = tmp_path / "trace"
    with Sink() as sink, RunningRelay(tmp_path, sink.port, program=program) as relay:
        life = Life(relay, sink)
        life.message()
        before = {
            str(path): path.read_bytes()
            for path in (tmp_path / "relay.db", tmp_path / "relay.db-wal")
        }
        with Strace(relay.process.pid, *options(trace), every_thread=True):
            senders = [
                threading.Thread(target=lambda: [life.send() for _ in range(mails // 4)])
                for _ in range(4)
            ]
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
            life.drain()
    return Recording(folder=tmp_path, trace=trace, before=before)


def losses(recording: Recording, moments: int) -> Iterator[list[str]]:
    """Let the power go at so many moments; yield what is wrong after each."""
    chance = random.Random(SEED)
    acts = list(read(recording.trace))
    when = set(chance.sample(range(len(acts)), min(moments, len(acts))))
    disk = Disk({name: bytearray(data) for name, data in recording.before.items()})
    acknowledged: set[str] = set()
    begun: set[str] = set()
    for number, act in enumerate(acts):
        if number in when:
            yield wrong(recording.folder / "found", disk.after_loss(chance), acknowledged, begun)
        disk.take(act)
        acknowledged |= _ids(_QUEUED, act)
        begun |= _ids(_BEGUN, act)
    assert acknowledged
    assert begun


def _ids(form: re.Pattern[bytes], act: Done) -> set[str]:
    return {each.decode().upper() for each in form.findall(act.said)}


def wrong(folder: Path, files: dict[str, bytes], kept: set[str], begun: set[str]) -> list[str]:
    """Open what survived; return what is missing or broken."""
    folder.mkdir(exist_ok=True)
    (folder / "relay.db-shm").unlink(missing_ok=True)
    for name, data in files.items():
        (folder / Path(name).name).write_bytes(data)

    def look(connection: Connection) -> list[str]:
        whole = connection.exec_driver_sql("PRAGMA integrity_check").scalar_one()
        there = {row[0] for row in connection.execute(select(originals.c.message_id))}
        tried = {row[0] for row in connection.execute(select(attempts.c.outgoing_id))}
        account = balance(connection)
        return [
            *([f"not whole: {whole}"] * (whole != "ok")),
            *(f"{each} was acknowledged and is gone" for each in sorted(kept - there)),
            *(f"{each} was begun and is on no record" for each in sorted(begun - tried)),
            *([f"the account is off: {account}"] * (not account.holds)),
            *broken_links(connection),
        ]

    return ask(f"sqlite:///{folder / 'relay.db'}", look)


def test_p1_power_loss_takes_nothing_that_was_acknowledged(tmp_path: Path, figure: Figure) -> None:
    recording = record(tmp_path, mails=scaled(40, 200))
    found = list(losses(recording, moments=scaled(60, 500)))
    assert [each for each in found if each] == []
    figure("crash: power loss", f"{len(found)} moments of {scaled(40, 200)} mails, 0 lost")


@pytest.mark.parametrize("guarantee", ["no-sync", "early-250"])
def test_sabotage_power_loss_finds_a_broken_promise(tmp_path: Path, guarantee: str) -> None:
    recording = record(tmp_path, mails=12, program=("-m", "tests.torture.sabotage", guarantee))
    assert any(losses(recording, moments=60))
