"""250 after the commit, 451 on surprise, and no commit is ever cut in two."""

import asyncio
import socket
import struct
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from relay.errors import StoreBusyError
from relay.mail.received import Received
from tests.ingest.client import MESSAGE, Store, connected, serving, settings, visiting


class Gate:
    """A commit that waits until it is let through, and counts how it ends."""

    def __init__(self) -> None:
        self.reached, self.open = asyncio.Event(), asyncio.Event()
        self.begun = self.finished = 0

    async def __call__(self, _: Received) -> None:
        self.begun += 1
        self.reached.set()
        await self.open.wait()
        self.finished += 1


async def test_p1_250_comes_only_after_the_commit() -> None:
    gate = Gate()
    async with visiting(Store(before=gate)) as client:
        await client.envelope()
        await client.ask("DATA")
        client.send(MESSAGE + b".\r\n")
        await gate.reached.wait()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.reader.read(1), 0.2)
        gate.open.set()
        assert await client.reply() == "250 2.0.0 queued as ID1"


SURPRISES = [
    ValueError("secret-path /var/lib/relay.db"),
    StoreBusyError("secret"),
    asyncio.CancelledError("secret"),
    TimeoutError("secret"),
    ConnectionResetError("secret"),
    SystemError("secret"),
    UnicodeDecodeError("ascii", b"secret", 0, 1, "secret"),
    RecursionError("secret"),
    MemoryError("secret"),
]


@pytest.mark.parametrize("error", SURPRISES, ids=lambda error: type(error).__name__)
async def test_p1_a_surprise_in_the_commit_is_a_bare_451_and_the_session_goes_on(
    error: BaseException,
) -> None:
    def fail(_: Received) -> None:
        raise error

    store = Store(before=fail)
    async with visiting(store) as client:
        with capture_logs() as logs:
            assert await client.message() == "451 4.3.0 local error, try again later"
        store.before = None
        assert (await client.message()).startswith("250 ")
    assert [entry["event"] for entry in logs] == ["session-failed"]


async def test_p1_a_bug_in_a_command_is_a_bare_451() -> None:
    class Broken(Store):
        def ready(self) -> str | None:
            raise LookupError("secret")

    store = Broken()
    async with visiting(store) as client:
        with capture_logs() as logs:
            assert await client.ask("MAIL FROM:<a@b>") == "451 4.3.0 local error, try again later"
            assert await client.is_closed()
    assert [entry["event"] for entry in logs] == ["session-failed"]


@pytest.mark.parametrize("rudely", [False, True])
async def test_p1_a_client_that_leaves_in_mid_commit_does_not_cut_it(rudely: bool) -> None:
    gate = Gate()
    store = Store(before=gate)
    async with serving(store) as server:
        async with connected(server) as client:
            await client.hello()
            await client.envelope()
            await client.ask("DATA")
            client.send(MESSAGE + b".\r\n")
            await gate.reached.wait()
            if rudely:  # a reset instead of an end
                link = client.writer.get_extra_info("socket")
                link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await asyncio.sleep(0.1)
        assert (gate.begun, gate.finished) == (1, 0)
        gate.open.set()
        await asyncio.sleep(0.1)
    assert (gate.begun, gate.finished) == (1, 1)
    assert [received.raw for received in store.received] == [MESSAGE]


async def test_p1_a_server_that_cannot_wait_any_longer_does_not_cut_a_commit() -> None:
    gate = Gate()
    store = Store(before=gate)
    async with serving(store) as server, connected(server) as client:
        await client.hello()
        await client.envelope()
        await client.ask("DATA")
        client.send(MESSAGE + b".\r\n")
        await gate.reached.wait()
        closing = asyncio.create_task(server.close(0.1))
        assert (await client.reply()).startswith("421 4.3.2 ")  # instead of the reply to DATA
        assert not closing.done()
        gate.open.set()
        await closing
    assert (gate.begun, gate.finished) == (1, 1)
    assert len(store.received) == 1


async def test_p1_a_time_limit_in_mid_commit_does_not_cut_it() -> None:
    gate = Gate()
    store = Store(before=gate)
    brief = {name: timedelta(seconds=0.2) for name in ("command_time", "session_time")}
    async with visiting(store, settings(**brief)) as client:
        await client.envelope()
        await client.ask("DATA")
        client.send(MESSAGE + b".\r\n")
        await gate.reached.wait()
        await asyncio.sleep(0.5)
        gate.open.set()
        assert await client.reply() == "250 2.0.0 queued as ID1"
        assert await client.reply() == "421 4.4.2 time limit reached"


async def test_p1_closing_the_server_waits_for_a_commit() -> None:
    gate = Gate()
    store = Store(before=gate)
    async with serving(store) as server, connected(server) as client:
        await client.hello()
        await client.envelope()
        await client.ask("DATA")
        client.send(MESSAGE + b".\r\n")
        await gate.reached.wait()
        closing = asyncio.create_task(server.close(5))
        await asyncio.sleep(0.2)
        assert not closing.done()
        gate.open.set()
        assert await client.reply() == "250 2.0.0 queued as ID1"
        assert await client.reply() == "421 4.3.2 shutting down, try again later"
        await closing
    assert len(store.received) == 1


async def test_commands_pipelined_behind_a_message_wait_for_its_commit() -> None:
    gate = Gate()
    async with visiting(Store(before=gate)) as client:
        await client.envelope()
        await client.ask("DATA")
        client.send(MESSAGE + b".\r\nNOOP\r\nQUIT\r\n")
        await gate.reached.wait()
        gate.open.set()
        assert [(await client.reply())[:3] for _ in range(3)] == ["250", "250", "221"]


async def test_a_commit_that_took_long_leaves_time_for_the_commands_behind_it() -> None:
    gate = Gate()
    brief = settings(command_time=timedelta(seconds=0.3))
    async with visiting(Store(before=gate), brief) as client:
        await client.envelope()
        await client.ask("DATA")
        client.send(MESSAGE + b".\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        await gate.reached.wait()
        await asyncio.sleep(0.5)
        gate.open.set()
        assert [(await client.reply())[:3] for _ in range(4)] == ["250", "250", "250", "354"]
        await asyncio.sleep(0.15)
        client.send(MESSAGE + b".\r\n")
        assert (await client.reply()).startswith("250 ")
