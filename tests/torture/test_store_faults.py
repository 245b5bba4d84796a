"""What a disk, a file system and an operator can do to a store, and what must come of it.

Never a 250 that is not kept, never an empty store in the place of a broken one, never a mail sent
that is on no record; an alarm, and recovery by itself where the fault ends. Faults are injected
into the system calls of a real process (tracing.py), or done to its real files.
"""

import json
import os
import resource
import shutil
import smtplib
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.running import ROOT, RunningRelay
from tests.smtpd import Sink
from tests.torture.conftest import Figure, scaled
from tests.torture.lives import Life, numbered
from tests.torture.tracing import Injection, counted

pytestmark = pytest.mark.timeout(900)
needs_strace = pytest.mark.needs("strace")


def health(relay: RunningRelay) -> tuple[int, str | None]:
    """Return the status of /healthz, and the reason that it gives."""
    port = relay.wait_for_event("started")["web"]
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
            return answer.status, json.load(answer)["reason"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["reason"]


def refused(relay: RunningRelay) -> int:
    """Submit a mail that cannot be taken now; return the reply's code."""
    with pytest.raises(smtplib.SMTPResponseException) as refusal:
        relay.send(numbered(999_999))
    return refusal.value.smtp_code


# The disk.


@needs_strace
@pytest.mark.parametrize(
    ("fault", "calls"),
    [
        ("ENOSPC", "pwrite64"),
        ("EIO", "fdatasync"),
        ("EIO", "pwrite64"),
        ("EROFS", "pwrite64,ftruncate,fdatasync"),
    ],
)
def test_a_disk_that_takes_nothing_is_451_and_an_alarm_until_it_takes_more(
    tmp_path: Path, fault: str, calls: str, figure: Figure
) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        life.message()
        waiting = life.send()  # it is being prepared when the disk goes
        pid = relay.process.pid
        with Injection(pid, calls, f"error={fault}", more="+", every_thread=True):
            assert refused(relay) == 451
            relay.wait_for_event("store-fails")
            assert health(relay) == (503, "the store cannot be written")
        began = time.monotonic()
        life.message()
        relay.wait_for_event("store-works")
        life.over(lambda: life.has_arrived(waiting))
        took = time.monotonic() - began
        assert life.verdict() == []
        assert health(relay) == (200, None)
        figure("store: disk", f"{fault} on {calls}: 451, alarm, well again in {took:.1f} s")


@needs_strace
@pytest.mark.parametrize(("call", "fault"), [("pwrite64", "ENOSPC"), ("fdatasync", "EIO")])
def test_p1_a_disk_that_fails_from_any_call_on_loses_and_doubles_nothing(
    tmp_path: Path, call: str, fault: str, figure: Figure
) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        life.message()
        calls = counted(relay.process.pid, life.message)
        most = max(count for (_, name), count in calls.items() if name == call)
        points = range(1, most + 1, max(1, most // scaled(3, most)))
        for nth in points:
            with Injection(
                relay.process.pid, call, f"error={fault}", nth=nth, more="+", every_thread=True
            ):
                life.send()
                life.over(partial(_quiet, life, len(sink.mails)))
            life.message()
            life.drain()
            assert life.verdict() == [], f"{fault} from {call} {nth} on"
            assert relay.ask(lambda c: len(sink.mails) == _delivered(c)), "a duplicate"
        figure("store: disk", f"{fault} from each of {len(points)} {call} on: 0 lost, 0 doubled")


def _quiet(life: Life, before: int) -> bool:
    """Say whether the fault has been met, or the mail has got through before it."""
    events = {event["event"] for event in life.relay.events}
    return "store-fails" in events or len(life.sink.mails) > before


def _delivered(connection: object) -> int:
    return int(
        connection.exec_driver_sql(  # type: ignore[attr-defined]
            "SELECT count(*) FROM outgoing WHERE state = 'delivered'"
        ).scalar_one()
    )


_IN_TMPFS = (
    "import os, sys; os.execvp('unshare', ['unshare', '-rm', 'sh', '-c', "
    '\'mount -t tmpfs -o size=24m none "$0" && exec "$@"\', sys.argv[1], '
    "sys.executable, '-m', 'relay', *sys.argv[2:]])"
)


@pytest.mark.needs("unshare")
def test_a_full_disk_closes_the_door_in_time_and_room_opens_it(
    tmp_path: Path, figure: Figure
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    ingest = {
        "hostname": "relay.example.org",
        "listeners": [{"address": "127.0.0.1", "port": 0}],
        "limits": {"free_disk": "8MB", "free_disk_percent": 0},
    }
    with (
        Sink() as sink,
        RunningRelay(
            tmp_path,
            sink.port,
            store_url=f"sqlite:///{disk}/relay.db",
            program=("-c", _IN_TMPFS, str(disk)),
            ingest=ingest,
        ) as relay,
    ):
        inside = Path(f"/proc/{relay.process.pid}/root{disk}")
        relay.send(numbered(1))
        with (inside / "filler").open("wb") as filler:
            filler.write(bytes(18 << 20))
        relay.wait_for_event("not-accepting")
        assert refused(relay) == 452
        (inside / "filler").unlink()
        relay.wait_for_event("accepting")
        relay.send(numbered(2))
        with (inside / "filler").open("wb", buffering=0) as filler:
            _fill(filler.write)  # to the last byte, and faster than anybody looks
        codes = {_code(relay, number) for number in range(3, 30)}
        assert codes <= {250, 451, 452}
        assert codes & {451, 452}
        (inside / "filler").unlink()
        deadline = time.monotonic() + 20
        while (code := _code(relay, 30)) != 250 and time.monotonic() < deadline:
            time.sleep(0.2)
        assert code == 250
        relay.wait_for_event("delivered", count=3)
        figure("store: disk", f"a tmpfs filled to the last byte: {sorted(codes)}, then well again")


def _fill(write: Callable[[bytes], int | None]) -> None:
    try:
        while write(bytes(1 << 16)):
            pass
    except OSError:
        return


def _code(relay: RunningRelay, number: int) -> int:
    try:
        relay.send(numbered(number))
    except smtplib.SMTPResponseException as error:
        return error.smtp_code
    return 250


# The file.


def _started(relay: RunningRelay) -> "subprocess.CompletedProcess[str]":
    """Try to start it in vain; return what it said."""
    command = [sys.executable, "-m", "relay", "serve", "--config", relay.path]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=ROOT, check=False, timeout=30
    )


def _corrupt(path: Path, at: int, length: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xa5" * length)


def _written_back(database: Path) -> None:
    """Write the log back and delete it, as the end of the last connection does."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


BROKEN: dict[str, tuple[Callable[[Path], object], str]] = {
    "header": (lambda db: _corrupt(db, 0, 100), "not a database"),
    "first page": (lambda db: _corrupt(db, 100, 3900), "malformed"),
    "gone": (Path.unlink, "is gone or empty"),
    "empty": (_nothing, "is gone or empty"),
    "log in the middle": (lambda db: _corrupt(Path(f"{db}-wal"), 9000, 50), "is damaged"),
    "log's header": (lambda db: _corrupt(Path(f"{db}-wal"), 16, 8), "checksum of its header"),
    "world-readable": (lambda db: db.chmod(0o644), "open to others"),
}


@pytest.mark.parametrize("what", BROKEN)
def test_p1_a_broken_store_is_neither_opened_nor_replaced_by_an_empty_one(
    tmp_path: Path, what: str, figure: Figure
) -> None:
    break_it, words = BROKEN[what]
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        for _ in range(3):
            life.message()
        relay.kill()  # or the log would be written back and gone
        database = tmp_path / "relay.db"
        if what in ("header", "first page", "gone", "empty"):
            _written_back(database)
        break_it(database)
        before = {each.name: each.read_bytes() for each in tmp_path.glob("relay.db*")}
        done = _started(relay)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr
        assert "Traceback" not in done.stderr
        after = {each.name: each.read_bytes() for each in tmp_path.glob("relay.db*")}
        kept = {"relay.db", "relay.db-wal"} & set(before)
        assert {name: after.get(name) for name in kept} == {name: before[name] for name in kept}
    figure("store: file", f"{what}: refused, and left as it was")


def test_a_damaged_page_is_451_and_seen_by_the_check(tmp_path: Path, figure: Figure) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        for _ in range(20):
            life.message()
        assert relay.stop() == 0
        database = tmp_path / "relay.db"
        _corrupt(database, 8 * 4096, database.stat().st_size - 8 * 4096)
        relay.relay("ledger", "check", status=2)
        done = _started(relay)  # its first write already meets the damage
        assert (done.returncode, "malformed" in done.stderr) == (2, True), done.stderr
    figure("store: file", "damaged pages: seen by `relay ledger check`, refused at the start")


@pytest.mark.parametrize("name", ["relay.db", "relay.db-wal"])
def test_p1_a_file_deleted_under_load_is_451_until_it_is_back(
    tmp_path: Path, name: str, figure: Figure
) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        life.message()
        os.link(tmp_path / name, tmp_path / "kept")
        sending = threading.Thread(target=lambda: [life.send() for _ in range(100)])
        sending.start()
        sink.wait_for(20)
        (tmp_path / name).unlink()
        sending.join()
        relay.wait_for_event("store-fails")
        assert refused(relay) == 451
        assert health(relay)[0] == 503
        os.link(tmp_path / "kept", tmp_path / name)
        life.message()
        life.drain()
        assert life.verdict() == []
        relay.kill()
        relay.start()
        life.message()
        assert life.verdict() == []
    figure("store: file", f"{name} deleted under load: 451, alarm, well when it was back, 0 lost")


def test_p1_a_file_replaced_under_load_is_451_until_a_restart(
    tmp_path: Path, figure: Figure
) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        life.message()
        database = tmp_path / "relay.db"
        os.link(database, tmp_path / "kept")
        shutil.copy(database, tmp_path / "other")
        (tmp_path / "other").replace(database)
        assert refused(relay) == 451
        assert relay.wait_for_event("store-fails")["why"].endswith("restart the relay")
        (tmp_path / "kept").replace(database)
        life.message()
        assert life.verdict() == []
    figure("store: file", "relay.db replaced: 451, alarm, well when it was back, 0 lost")


def test_a_long_reader_stops_nobody(tmp_path: Path, figure: Figure) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        life.message()
        reader = sqlite3.connect(tmp_path / "relay.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM messages").fetchone()
        for _ in range(60):
            life.send()
        life.drain()
        grown = (tmp_path / "relay.db-wal").stat().st_size
        reader.execute("ROLLBACK")
        reader.close()
        for _ in range(60):
            life.send()
        life.drain()
        assert life.verdict() == []
        assert (tmp_path / "relay.db-wal").stat().st_size <= grown + (8 << 20)
    figure("store: long reader", f"121 mails beside it, log of {grown >> 10} KiB used again after")


# The machine.


def test_no_file_descriptors_left_costs_time_and_no_mail(tmp_path: Path, figure: Figure) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        life.message()
        pid = relay.process.pid
        usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        used = max(int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir())
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 2, usual[1]))
        sink.close_connections()  # the next delivery needs a new one
        sent = [threading.Thread(target=life.send) for _ in range(12)]
        for each in sent:
            each.start()
        for each in sent:
            each.join()
        resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)
        life.message()
        life.drain()
        assert life.verdict() == []
    figure("store: descriptors", f"12 sessions with none left: {len(life.acknowledged)} of 14 kept")


class _Unread(RunningRelay):
    """A relay whose log nobody reads, from its start until `go_on` is set."""

    def __init__(self, *arguments: object, **more: object) -> None:
        super().__init__(*arguments, **more)  # type: ignore[arg-type]
        self.go_on = threading.Event()

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        self.events.append(json.loads(process.stderr.readline()))
        with self._changed:
            self._changed.notify_all()
        self.go_on.wait(100)
        super()._read(process)


def test_a_log_that_nobody_reads_stops_no_mail(tmp_path: Path, figure: Figure) -> None:
    with Sink() as sink, _Unread(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        longest = 0.0
        for _ in range(300):
            began = time.monotonic()
            life.send()
            longest = max(longest, time.monotonic() - began)
        life.drain()
        assert life.verdict() == []
        assert len(life.acknowledged) == 300
        port = relay.events[0]["web"]
        metrics = urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics").read().decode()
        assert 'relay_events_total{event="log-lost"}' in metrics
        relay.go_on.set()
        life.message()
        relay.wait_for_event("delivered")
    figure("store: log", f"300 mails beside a blocked log, the slowest took {longest:.1f} s")


# The clock.


@pytest.mark.parametrize("hours", [365 * 24, -24, 1, -1])
def test_p1_a_clock_that_jumps_loses_nothing_and_delays_no_new_mail(
    tmp_path: Path, hours: int, figure: Figure
) -> None:
    offset = tmp_path / "offset"
    offset.write_text("0")
    program = ("-m", "tests.torture.moved_clock", str(offset))
    with Sink() as sink, RunningRelay(tmp_path, sink.port, program=program) as relay:
        life = Life(relay, sink)
        life.message()
        sink.script["rcpt"] = deque(["450 4.2.1 busy"] * 2)
        waiting = life.send()
        relay.wait_for_event("deferred")
        offset.write_text(str(hours))
        new = life.send()
        life.over(lambda: life.has_arrived(new))  # at once
        found = life.balance()
        assert found.holds
        assert life.has_arrived(waiting) or found.fates["in_flight"] or found.fates["bounced"]
        what = {name: count for name, count in found.fates.items() if count}
    figure("store: clock", f"jumps by {hours} h: new mail leaves at once, 0 lost: {what}")
