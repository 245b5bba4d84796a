"""A model of the SMTP session, and the real server that has to agree with it in any order.

Hypothesis says any commands in any order, well-formed and not, whole groups of them at once, and
leaves at any point; the model knows in a few lines what may be said then, and what is kept. So no
sender, recipient or byte of a message survives a RSET, an EHLO, a rejection or its own end.
"""

import asyncio
import itertools
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from relay.ingest.settings import IngestSettings
from tests.ingest.client import Store, build
from tests.ingest.client import settings as ingest_settings
from tests.torture.conftest import scaled

SENDERS = ("a@b", "root@web01", "")
GOOD = ("ops@example.org", "root", "boss@partner.example")
BAD = ("x@elsewhere.example", "a@b@c", "evil%x@example.org", "")


class Serving:
    """A server in a thread with a loop of its own, from the first use to the end of the module."""

    def __init__(self) -> None:
        self.store = Store()
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)

    def start(self) -> None:
        self.thread.start()
        limits = {"message_size": 5_000, "errors": 10_000, "junk_commands": 10_000}
        given = ingest_settings(allowed=["*@example.org", "*@partner.example"], **limits)
        self.do(self._serve(given))

    async def _serve(self, given: IngestSettings) -> None:
        self.server = build(self.store, given)
        await self.server.start()

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(20)

    def stop(self) -> None:
        self.do(self.server.close(1))
        self.do(asyncio.sleep(0.1))  # for transports to close
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()


SERVING = Serving()


@pytest.fixture(scope="module", autouse=True)
def serving() -> Iterator[None]:
    SERVING.start()
    yield
    SERVING.stop()


class Visitor:
    """One connection, spoken to line by line."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        self.lines = self.socket.makefile("rb")

    def reply(self) -> str:
        while True:
            line = self.lines.readline()
            assert line.endswith(b"\r\n"), line
            if line[3:4] == b" ":
                return line.decode()

    def leave(self, how: str) -> None:
        if how == "half":
            self.socket.shutdown(socket.SHUT_WR)
            while self.lines.readline():
                pass
        if how == "reset":
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.lines.close()
        self.socket.close()


IDLE = ("NOOP", "VRFY a", "HELP", "EXPN l", "DATA x", "BDAT 1 LAST", "X" * 3000, "RSET x",
        "STARTTLS", "AUTH PLAIN AAAA", "", "\0", "RCPT", "MAIL")  # fmt: skip
numbers = itertools.count(1)


@dataclass
class Model:
    """All that a session may remember."""

    greeted: bool = False
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)

    def forget(self) -> None:
        self.sender, self.recipients = None, []


class Session(RuleBasedStateMachine):
    """Commands, and what the model says must come of each."""

    @initialize()
    def arrive(self) -> None:
        self.model = Model()
        self.client = Visitor(SERVING.server.ports[0])
        assert self.client.reply().startswith("220 ")

    def ask(self, line: str) -> str:
        self.client.socket.sendall(line.encode() + b"\r\n")
        return self.client.reply()

    @rule(verb=st.sampled_from(["EHLO x", "HELO y", "ehlo z"]))
    def greet(self, verb: str) -> None:
        assert self.ask(verb).startswith("250")
        self.model.greeted = True
        self.model.forget()

    @rule(sender=st.sampled_from(SENDERS), wrong=st.sampled_from(["", "", " SIZE=9999", " X=1"]))
    def mail(self, sender: str, wrong: str) -> None:
        code = self.ask(f"MAIL FROM:<{sender}>{wrong}")[:3]
        if not self.model.greeted or self.model.sender is not None:
            assert code == "503"
        elif wrong:
            assert code[0] == "5"
        else:
            assert code == "250"
            self.model.sender = sender

    @rule(path=st.sampled_from(["<a b>", "<x", "", "<@a:b@c>"]))
    def wrong_mail(self, path: str) -> None:
        assert self.ask(f"MAIL FROM:{path}")[0] == "5"

    @rule(recipient=st.sampled_from(GOOD))
    def rcpt(self, recipient: str) -> None:
        code = self.ask(f"RCPT TO:<{recipient}>")[:3]
        if self.model.sender is None:
            assert code == "503"
        else:
            assert code == "250"
            self.model.recipients.append(recipient)

    @rule(recipient=st.sampled_from(BAD))
    def wrong_rcpt(self, recipient: str) -> None:
        assert self.ask(f"RCPT TO:<{recipient}>")[0] == "5"

    @rule(line=st.sampled_from(["RSET", "rset"]))
    def forget(self, line: str) -> None:
        assert self.ask(line).startswith("250")
        self.model.forget()

    @rule(line=st.sampled_from(IDLE))
    def change_nothing(self, line: str) -> None:
        assert self.ask(line)[0] in "25"

    @rule(fate=st.sampled_from(["kept", "kept", "too big", "451", "loop"]), cut=st.booleans())
    def data(self, fate: str, cut: bool) -> None:
        code = self.ask("DATA")[:3]
        if not self.model.recipients:
            assert code == "503"
            return
        assert code == "354"
        number = next(numbers)
        body = f"Subject: {number}\r\n\r\n..{number}\r\n"
        body += "x" * 6_000 + "\r\n" if fate == "too big" else ""
        body = "Received: x\r\n" * 60 + body if fate == "loop" else body
        SERVING.store.before = _raise if fate == "451" else None
        kept, model = len(SERVING.store.received), self.model
        expected = (model.sender, tuple(model.recipients))
        if cut:
            self.leave_within(body)
            return
        code = self.ask(f"{body}.")[:3]
        model.forget()
        assert code == {"kept": "250", "too big": "552", "451": "451", "loop": "554"}[fate]
        found = SERVING.store.received[kept:]
        assert len(found) == (fate == "kept")
        for each in found:
            envelope = each.envelope
            assert (
                envelope.reverse_path,
                tuple(r.address for r in envelope.recipients),
            ) == expected
            assert each.raw == f"Subject: {number}\r\n\r\n.{number}\r\n".encode()

    @precondition(lambda self: self.model.greeted)
    @rule(recipient=st.sampled_from(GOOD))
    def pipelined(self, recipient: str) -> None:
        """A whole transaction in one packet, begun anew, and an error in the midst of it."""
        lines = (
            "RSET",
            "MAIL FROM:<a@b>",
            "RCPT TO:<x@elsewhere.example>",
            f"RCPT TO:<{recipient}>",
        )
        self.client.socket.sendall("\r\n".join((*lines, "")).encode())
        assert [self.client.reply()[:3] for _ in lines] == ["250", "250", "550", "250"]
        self.model.sender, self.model.recipients = "a@b", [recipient]

    def leave_within(self, body: str) -> None:
        """Leave in the middle of a message: nothing of it is kept."""
        kept = len(SERVING.store.received)
        self.client.socket.sendall(body.encode())
        self.leave()
        assert len(SERVING.store.received) == kept

    @rule(how=st.sampled_from(["QUIT", "close", "half", "reset"]))
    def leave(self, how: str = "close") -> None:
        """Leave, and come back: a new session knows nothing."""
        if how == "QUIT":
            assert self.ask("QUIT").startswith("221")
        self.client.leave(how)
        self.arrive()

    def teardown(self) -> None:
        if hasattr(self, "client"):
            self.client.leave("close")


def _raise(_received: object) -> None:
    raise RuntimeError("the store could not commit")


TestSession = Session.TestCase
TestSession.settings = settings(
    max_examples=scaled(60, 2_000),
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
