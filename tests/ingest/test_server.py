"""The life of a server: ports, the gate, reload, draining; and clients that exist."""

import asyncio
import shutil
import smtplib
import socket
import time

import pytest
from structlog.testing import capture_logs

from relay.errors import ConfigError
from relay.ingest.settings import ListenSettings
from tests.ingest.client import (
    LOOPBACK,
    MESSAGE,
    STRANGERS,
    Store,
    build,
    connected,
    serving,
    settings,
    visiting,
)


async def test_the_ports_really_taken_can_be_read() -> None:
    given = settings(listeners=(ListenSettings(port=0), ListenSettings(address="::1", port=0)))
    async with serving(Store(), given) as server:
        first, second = server.ports
        assert server.addresses == [f"127.0.0.1:{first}", f"[::1]:{second}"]


async def test_a_port_that_is_taken_is_a_configuration_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        given = settings(listeners=(ListenSettings(port=0), ListenSettings(port=port)))
        server = build(Store(), given)
        with pytest.raises(ConfigError, match=f"cannot listen on 127.0.0.1:{port}"):
            await server.start()
        assert server.addresses == []


async def test_while_nothing_can_be_accepted_mail_is_452_and_the_reason_stays_inside() -> None:
    store = Store(closed="17 bytes free on /secret")
    async with visiting(store) as client:
        with capture_logs() as logs:
            reply = await client.ask("MAIL FROM:<a@b>")
        assert reply == "452 4.3.1 not accepting mail now, try again later"
        store.closed = None
        assert (await client.message()).startswith("250 ")
    assert [(entry["event"], entry["reason"]) for entry in logs] == [
        ("rejected", "17 bytes free on /secret")
    ]


async def test_a_reload_holds_for_the_next_connection() -> None:
    async with serving(Store()) as server, connected(server) as old:
        await old.hello()
        server.reconfigure(settings(message_size=99), [STRANGERS])
        async with connected(server) as client:
            await client.hello()
            assert "250-SIZE 99" in await client.ask("EHLO web01")
            assert (await client.ask("MAIL FROM:<a@b>")).startswith("550 5.7.1 ")
        assert (await old.message()).startswith("250 ")


async def test_other_sockets_need_a_restart_and_the_rest_takes_force() -> None:
    async with serving(Store()) as server:
        with capture_logs() as logs:
            moved = settings(listeners=(ListenSettings(address="127.0.0.2", port=0),))
            server.reconfigure(moved, [STRANGERS])
        assert [entry["event"] for entry in logs] == ["needs-restart"]
        async with connected(server) as client:
            await client.hello()
            assert (await client.ask("MAIL FROM:<a@b>")).startswith("550 ")


async def test_closing_sends_the_idle_home_and_lets_the_busy_finish() -> None:
    store = Store()
    async with serving(store) as server:
        async with connected(server) as idle, connected(server) as busy:
            await idle.hello()
            await busy.hello()
            await busy.envelope()
            closing = asyncio.create_task(server.close(5))
            assert await idle.reply() == "421 4.3.2 shutting down, try again later"
            assert await idle.is_closed()
            assert (await busy.data(MESSAGE + b".\r\n")).startswith("250 ")
            assert (await busy.reply()).startswith("421 4.3.2 ")
            await asyncio.wait_for(closing, 1)
        with pytest.raises(ConnectionError):
            await asyncio.open_connection("127.0.0.1", server.ports[0] if server.ports else 1)
    assert len(store.received) == 1


async def test_closing_ends_a_session_that_does_not_finish() -> None:
    async with serving(Store()) as server, connected(server) as client:
        await client.hello()
        await client.envelope()
        began = time.monotonic()
        await server.close(0.3)
        assert 0.25 < time.monotonic() - began < 1
        assert (await client.reply()).startswith("421 4.3.2 ")
        assert await client.is_closed()


async def test_a_server_without_connections_closes_at_once() -> None:
    server = build(Store(), settings())
    await server.start()
    began = time.monotonic()
    await server.close(5)
    assert time.monotonic() - began < 0.5


async def test_smtplib_submits() -> None:
    store = Store()

    def submit(port: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, local_hostname="web01") as client:
            for _ in range(3):
                refused = client.sendmail(
                    "root", ["ops@example.org", "no%w@x"], "Subject: a\n\nb\n"
                )
                assert list(refused) == ["no%w@x"]

    async with serving(store) as server:
        await asyncio.to_thread(submit, server.ports[0])
    assert [received.raw for received in store.received] == [b"Subject: a\r\n\r\nb\r\n"] * 3


@pytest.mark.skipif(shutil.which("swaks") is None, reason="swaks is not installed")
@pytest.mark.parametrize("more", [(), ("--pipeline",), ("--protocol", "SMTP")])
async def test_swaks_submits(more: tuple[str, ...]) -> None:
    store = Store()
    async with serving(store) as server:
        process = await asyncio.create_subprocess_exec(
            "swaks", "--server", f"127.0.0.1:{server.ports[0]}", "--from", "root", "--to",
            "root@web01", "--helo", "web01", "--body", "rsync error", *more,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert b"rsync error\r\n" in store.received[0].raw


async def test_a_hundred_clients_at_once_are_all_served() -> None:
    store = Store()
    async with serving(store, settings(connections_per_address=100), [LOOPBACK]) as server:

        async def submit() -> None:
            async with connected(server) as client:
                await client.hello()
                for _ in range(5):
                    assert (await client.message()).startswith("250 ")

        await asyncio.gather(*(submit() for _ in range(100)))
    assert len(store.received) == 500
    assert len({received.id for received in store.received}) == 500
