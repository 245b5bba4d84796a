"""A crowd at the door: idle sessions, and sessions in the middle of DATA, beside one that is new.

The real process holds them all within its limits, answers the one that comes then, and does not
grow beyond what is said here; what the others had begun is gone when they leave.
"""

import resource
import smtplib
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.e2e.running import RunningRelay
from tests.smtpd import Sink
from tests.torture.conftest import Figure, scaled
from tests.torture.lives import Life

_MEMORY = 200 << 20


def resident(pid: int) -> int:
    """Return the proportional memory of the process itself, in bytes."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return next(int(line.split()[1]) << 10 for line in text.splitlines() if line.startswith("Pss:"))


def arrive(port: int, number: int) -> socket.socket:
    """Connect from an address of one's own, and hear the greeting."""
    visitor = socket.socket()
    visitor.bind((f"127.1.{number // 40}.{number % 40 + 1}", 0))
    visitor.settimeout(20)
    visitor.connect(("127.0.0.1", port))
    assert visitor.recv(500).startswith(b"220 ")
    return visitor


def begin(visitor: socket.socket) -> None:
    """Get as far as the middle of a message."""
    for line in (b"EHLO x", b"MAIL FROM:<root@web01>", b"RCPT TO:<ops@example.org>", b"DATA"):
        visitor.sendall(line + b"\r\n")
        assert visitor.recv(2_000)[:1] in b"23"
    visitor.sendall(b"Subject: never ends\r\n\r\n" + b"x" * 2_000)


@pytest.mark.timeout(300)
def test_p8_a_crowd_is_held_and_a_new_one_is_served(tmp_path: Path, figure: Figure) -> None:
    idle, writing = scaled(300, 2_000), scaled(60, 300)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 20_000), hard))
    limits = {"connections": 5_000, "free_disk": 0, "free_disk_percent": 0, "command_time": "200s"}
    ingest = {
        "hostname": "relay.example.org",
        "listeners": [{"address": "127.0.0.1", "port": 0}],
        "limits": limits,
    }
    with ExitStack() as stack:
        sink = stack.enter_context(Sink())
        relay = stack.enter_context(RunningRelay(tmp_path, sink.port, ingest=ingest))
        life = Life(relay, sink)
        life.message()
        crowd = [stack.enter_context(arrive(relay.port, n)) for n in range(idle + writing)]
        for visitor in crowd[:writing]:
            begin(visitor)
        began = time.monotonic()
        with smtplib.SMTP("127.0.0.1", relay.port, timeout=20) as client:
            client.ehlo("web01")
            answered = time.monotonic() - began
        life.message()
        memory = resident(relay.process.pid)
        for visitor in crowd:
            visitor.close()
        life.message()
        assert life.verdict() == []
        assert life.balance().accepted == 3  # and nothing of what was begun
        assert memory <= _MEMORY
        figure("SMTP: crowd", f"{idle} idle and {writing} in DATA held at {memory >> 20} MiB, "
               f"a new one answered in {answered:.2f} s")  # fmt: skip
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
