"""A real `relay serve` process, to be told a story with.

    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        relay.send(mail)
        sink.wait_for(1)

The process logs JSON, so the ports that it took are read from its own words. Killing it is part of
many stories: `kill` is SIGKILL, `start` brings it back on the same store and ports.
"""

import json
import os
import signal
import smtplib
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Self, TypeVar

import yaml
from sqlalchemy import Connection

from relay.store.engine import reading_engine
from relay.store.store import read_from

T = TypeVar("T")
ROOT = Path(__file__).parent.parent.parent
_START_SECONDS = 30


def configuration(folder: Path, upstream_port: int, store_url: str | None = None) -> dict[str, Any]:
    """Return a configuration for tests: loopback, quick retries, no room to doubt."""
    return {
        "identity": {
            "domain": "example.org",
            "postmaster": "postmaster@example.org",
            "postal_address": "Example Ltd, 1 Example Road, Exampleton",
        },
        "hosts": [
            {"name": "web01", "networks": ["127.0.0.0/8", "::1/128"], "owner": "ops@example.org"}
        ],
        "upstreams": [
            {
                "name": "smarthost",
                "kind": "smtp",
                "host": "127.0.0.1",
                "port": upstream_port,
                "tls": "none",
            }
        ],
        "ingest": {
            "hostname": "relay.example.org",
            "listeners": [{"address": "127.0.0.1", "port": 0}],
            "limits": {"free_disk": 0, "free_disk_percent": 0},
        },
        "retry": {"first": "1s", "longest": "2s"},
        "store": {"url": store_url or f"sqlite:///{folder / 'relay.db'}", "node": "test-node"},
        "policy": {"folder": str(ROOT / "tests/policies")},
        "pool": {"processes": 1},
        "web": {"port": 0},
    }


class RunningRelay:
    """The process. Inside the `with` statement it serves, unless a story kills it."""

    def __init__(
        self,
        folder: Path,
        upstream_port: int,
        *,
        store_url: str | None = None,
        program: Sequence[str] = ("-m", "relay"),
        **changes: Any,
    ) -> None:
        self.config = configuration(folder, upstream_port, store_url)
        for section, values in changes.items():
            if isinstance(values, dict):
                self.config[section] = {**self.config.get(section, {}), **values}
            else:
                self.config[section] = values
        self.path = folder / "config.yaml"
        self.log = folder / "relay.log"
        self._program = program
        self._process: subprocess.Popen[str] | None = None
        self.events: list[dict[str, Any]] = []
        self._changed = threading.Condition()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()

    def write_config(self) -> None:
        """Write the configuration as it stands in `config`."""
        self.path.write_text(yaml.safe_dump(self.config))

    def start(self) -> None:
        """Start the process and wait until it takes mail."""
        self.write_config()
        self.events.clear()
        self._process = subprocess.Popen(
            [sys.executable, *self._program, "serve", "--config", self.path, "--log", "json"],
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONWARNINGS": "default"},
        )
        threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        started = self.wait_for_event("started", seconds=_START_SECONDS)
        self.port = int(started["listeners"][0].rpartition(":")[2])
        # The next start takes the same port, as a real one would.
        self.config["ingest"]["listeners"][0]["port"] = self.port

    def _read(self, process: "subprocess.Popen[str]") -> None:
        assert process.stderr is not None
        with process.stderr as lines, self.log.open("a") as log:
            for line in lines:
                log.write(line)
                log.flush()
                if line.startswith("{"):
                    with self._changed:
                        self.events.append(json.loads(line))
                        self._changed.notify_all()
        with self._changed:
            self._changed.notify_all()

    def wait_for_event(self, name: str, count: int = 1, seconds: float = 15) -> dict[str, Any]:
        """Return the `count`-th event of this name since the start; raise if it does not come."""

        def found() -> list[dict[str, Any]]:
            return [event for event in self.events if event["event"] == name]

        def settled() -> bool:
            return len(found()) >= count or self.process.poll() is not None

        with self._changed:
            self._changed.wait_for(settled, seconds)
            if len(found()) < count:
                raise AssertionError(f"no {name} in {seconds} s:\n{self.log.read_text()[-4000:]}")
            return found()[count - 1]

    @property
    def process(self) -> "subprocess.Popen[str]":
        """The running process."""
        assert self._process is not None
        return self._process

    def kill(self) -> None:
        """SIGKILL, as the out-of-memory killer would."""
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)

    def reload(self) -> None:
        """Write the configuration as it stands, and SIGHUP."""
        self.write_config()
        self.process.send_signal(signal.SIGHUP)

    def send(
        self,
        content: bytes | EmailMessage,
        sender: str = "root@web01",
        recipients: Sequence[str] = ("ops@example.org",),
    ) -> str:
        """Submit one message; return its ID from the reply."""
        raw = content if isinstance(content, bytes) else content.as_bytes()
        with smtplib.SMTP("127.0.0.1", self.port, timeout=20) as client:
            client.ehlo("web01")
            _expect_ok(client.mail(sender))
            for recipient in recipients:
                _expect_ok(client.rcpt(recipient))
            text = _expect_ok(client.data(raw))
        return text.decode().rpartition(" ")[2]

    def relay(self, *arguments: str, status: int = 0) -> str:
        """Run a `relay` command on this configuration; return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "relay", *arguments, "--config", self.path],
            capture_output=True,
            text=True,
            cwd=ROOT,
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout

    def ask(self, query: Callable[[Connection], T]) -> T:
        """Ask the store directly, beside the running process."""
        engine = reading_engine(self.config["store"]["url"])
        try:
            return read_from(engine, query)
        finally:
            engine.dispose()


def _expect_ok(reply: tuple[int, bytes]) -> bytes:
    code, text = reply
    if code != 250:
        raise smtplib.SMTPResponseException(code, text)
    return text
