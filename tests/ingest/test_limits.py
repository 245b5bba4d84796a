"""Every limit on the way in, at the limit and one beyond."""

import asyncio
import socket
import time
import tracemalloc
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest

from tests.ingest.client import MESSAGE, Client, Store, connected, serving, settings, visiting


async def test_p8_a_message_of_the_limit_is_taken_and_one_byte_more_is_552() -> None:
    store = Store()
    async with visiting(store, settings(message_size=1_000)) as client:
        exact = MESSAGE + b"x" * (998 - len(MESSAGE)) + b"\r\n"
        assert len(exact) == 1_000
        assert (await client.message(exact + b".\r\n")).startswith("250 ")
        beyond = await client.message(b"X" + exact + b".\r\n")
        assert beyond == "552 5.3.4 message too big"
        assert (await client.message()).startswith("250 ")
    assert [len(each.raw) for each in store.received] == [1_000, len(MESSAGE)]


async def test_p8_dot_stuffing_does_not_count_against_the_limit() -> None:
    async with visiting(Store(), settings(message_size=300)) as client:
        assert (await client.message(b"..\r\n" * 100 + b".\r\n")).startswith("250 ")
        assert (await client.message(b"..\r\n" * 100 + b"\r\n.\r\n")).startswith("552 ")


async def test_p8_a_declared_size_of_the_limit_is_taken_and_one_byte_more_is_552() -> None:
    async with visiting(Store(), settings(message_size=1_000)) as client:
        assert await client.ask("MAIL FROM:<a@b> SIZE=1001") == "552 5.3.4 message too big"
        assert (await client.ask("MAIL FROM:<a@b> SIZE=1000")).startswith("250 ")


async def test_p8_a_header_block_has_its_limits() -> None:
    store = Store()
    limits = {"header_size": 2_000, "header_lines": 30}
    async with visiting(store, settings(**limits)) as client:
        exact = b"X-A: " + b"a" * 1_993 + b"\r\n"
        assert (await client.message(exact + b"\r\nbody\r\n.\r\n")).startswith("250 ")
        refused = await client.message(b"X" + exact + b"\r\nbody\r\n.\r\n")
        assert refused == "552 5.3.4 message header too big"
        assert (await client.message(b"X-A: b\r\n" * 30 + b"\r\n.\r\n")).startswith("250 ")
        assert (await client.message(b"X-A: b\r\n" * 31 + b"\r\n.\r\n")).startswith("552 5.3.4 ")
    assert len(store.received) == 2


async def test_p8_fifty_hops_pass_and_the_next_is_a_loop() -> None:
    async with visiting(Store()) as client:
        hop = b"Received: from a by b; Sat, 1 Jan 2026 00:00:00 +0000\r\n"
        assert (await client.message(hop * 50 + b"\r\n.\r\n")).startswith("250 ")
        assert (await client.message(hop * 51 + b"\r\n.\r\n")).startswith("554 5.4.6 ")


async def test_p8_a_command_line_of_the_limit_is_read_and_one_byte_more_is_500() -> None:
    async with visiting(Store()) as client:
        exact = b"NOOP " + b"x" * (2_048 - 7)
        assert await client.ask(exact) == "250 2.0.0 ok"
        assert await client.ask(exact + b"x") == "500 5.5.2 line too long"
        assert await client.ask(b"x" * 300_000) == "500 5.5.2 line too long"
        assert await client.ask("NOOP") == "250 2.0.0 ok"


async def test_p8_a_line_too_long_hides_no_command() -> None:
    async with visiting(Store()) as client:
        client.send(b"NOOP " + b"x" * 2_043)
        await asyncio.sleep(0.05)
        client.send(b"QUIT\r\nNOOP\r\n")
        assert await client.reply() == "500 5.5.2 line too long"
        assert await client.reply() == "250 2.0.0 ok"


async def test_p8_so_many_recipients_are_taken_and_no_more() -> None:
    store = Store()
    async with visiting(store, settings(recipients=100, errors=3)) as client:
        await client.ask("MAIL FROM:<a@b>")
        client.send(b"".join(b"RCPT TO:<u%d@example.org>\r\n" % number for number in range(150)))
        replies = [await client.reply() for _ in range(150)]
        assert (await client.data(MESSAGE + b".\r\n")).startswith("250 ")
    assert {reply[:9] for reply in replies[:100]} == {"250 2.1.5"}
    assert {reply[:9] for reply in replies[100:]} == {"452 4.5.3"}
    assert len(store.received[0].envelope.recipients) == 100


async def test_p8_ten_errors_are_answered_and_the_next_ends_the_session() -> None:
    async with visiting(Store()) as client:
        for _ in range(10):
            assert (await client.ask("XYZZY")).startswith("500 ")
        assert await client.ask("XYZZY") == "421 4.7.0 too many errors"
        assert await client.is_closed()


async def test_p8_a_hundred_idle_commands_are_answered_and_the_next_ends_the_session() -> None:
    async with visiting(Store()) as client:  # whose EHLO is the first of them
        for _ in range(99):
            assert (await client.ask("NOOP")).startswith("250 ")
        assert (await client.ask("NOOP")).startswith("421 4.7.0 ")
        assert await client.is_closed()


async def test_refused_recipients_do_not_end_the_session_of_the_others() -> None:
    store = Store()
    async with visiting(store, settings(allowed=["*@example.org"])) as client:
        await client.ask("MAIL FROM:<a@b>")
        for number in range(50):
            assert (await client.ask(f"RCPT TO:<u{number}@evil.example>")).startswith("550 5.7.1 ")
        assert (await client.ask("RCPT TO:<ops@example.org>")).startswith("250 ")
        assert (await client.data(MESSAGE + b".\r\n")).startswith("250 ")
    assert len(store.received) == 1


async def test_p8_so_many_connections_are_taken_and_the_next_hears_421() -> None:
    given = settings(connections=3, connections_per_address=9)
    async with serving(Store(), given) as server, AsyncExitStack() as stack:
        three = [await stack.enter_async_context(connected(server)) for _ in range(3)]
        for client in three:
            await client.hello()
        async with connected(server) as fourth:
            assert await fourth.reply() == "421 4.7.0 too many connections"
            assert await fourth.is_closed()
        await three[0].ask("QUIT")
        assert await three[0].is_closed()
        async with connected(server) as next_one:
            await next_one.hello()


async def test_p8_so_many_connections_from_one_address_are_taken_and_no_more() -> None:
    given = settings(connections=9, connections_per_address=2)
    async with serving(Store(), given) as server, connected(server) as a, connected(server) as b:
        await a.hello()
        await b.hello()
        async with connected(server) as c:
            assert await c.reply() == "421 4.7.0 too many connections from your address"
            assert await c.is_closed()
        async with connected(server, local_addr=("127.0.0.2", 0)) as other:
            await other.hello()


def brief(**limits: float) -> dict[str, timedelta]:
    return {name: timedelta(seconds=seconds) for name, seconds in limits.items()}


async def timed_out(client: Client) -> float:
    """Return after how many seconds the client heard that its time is over."""
    began = time.monotonic()
    assert await client.reply() == "421 4.4.2 time limit reached"
    assert await client.is_closed()
    return time.monotonic() - began


async def test_p8_a_command_must_come_in_its_time() -> None:
    async with visiting(Store(), settings(**brief(command_time=0.4))) as client:
        await asyncio.sleep(0.3)
        assert await client.ask("NOOP") == "250 2.0.0 ok"
        await asyncio.sleep(0.3)
        assert await client.ask("NOOP") == "250 2.0.0 ok"
        assert 0.35 < await timed_out(client) < 2


async def test_p8_a_command_that_drips_in_is_cut_off() -> None:
    async with visiting(Store(), settings(**brief(command_time=0.4))) as client:

        async def drip() -> None:
            while True:
                client.send(b"x")
                await asyncio.sleep(0.05)

        task = asyncio.create_task(drip())
        try:
            assert await timed_out(client) < 2
        finally:
            task.cancel()


async def test_p8_a_session_ends_however_busy_it_is() -> None:
    store = Store()
    given = settings(**brief(session_time=0.6, command_time=0.4))
    async with visiting(store, given) as client:
        began = time.monotonic()
        reply = ""
        while not reply.startswith(("421", "closed")):
            reply = await client.ask("NOOP")
            await asyncio.sleep(0.02)
    assert reply == "421 4.4.2 time limit reached"
    assert 0.5 < time.monotonic() - began < 2


@pytest.mark.parametrize(("rate", "taken"), [(1_000, True), (8_000, False)])
async def test_p8_data_slower_than_the_least_rate_is_cut_off(rate: int, taken: bool) -> None:
    store = Store()
    given = settings(data_rate=rate, **brief(command_time=0.3))
    async with visiting(store, given) as client:
        await client.envelope()
        await client.ask("DATA")

        async def drip() -> None:  # some 4,000 bytes a second
            for line in [b"x" * 198 + b"\r\n"] * 20 + [b".\r\n"]:
                client.send(line)
                await asyncio.sleep(0.05)

        task = asyncio.create_task(drip())
        reply = await client.reply()
        task.cancel()
    assert reply.startswith("250 " if taken else "421 4.4.2 ")
    assert len(store.received) == taken


async def test_p8_data_that_stops_is_cut_off_however_quick_it_was() -> None:
    store = Store()
    async with visiting(store, settings(**brief(command_time=0.3))) as client:
        await client.envelope()
        await client.ask("DATA")
        client.send(b"x" * 1_000_000 + b"\r\n")
        assert await timed_out(client) < 3
    assert store.received == []


async def test_p8_a_peer_that_reads_no_replies_is_cut_off() -> None:
    given = settings(recipients=100, **brief(command_time=0.4))
    async with serving(Store(), given) as server, connected(server, limit=2) as client:
        client.writer.transport.pause_reading()  # type: ignore[attr-defined]
        client.send(b"EHLO x\r\nMAIL FROM:<a@b>\r\n" + b"RCPT TO:<a@b>\r\n" * 400_000)
        await asyncio.sleep(0.6)
        # Its connection is gone, or it would be counted as open and keep the server from closing.
        began = time.monotonic()
        await server.close(5)
        assert time.monotonic() - began < 4


async def test_p8_a_message_of_25_mib_costs_2_5_times_its_memory_from_socket_to_commit() -> None:
    line = b"rsync: send_files failed to open a file: Permission denied (13)\r\n"
    block = line * 1_000
    count = (25 << 20) // len(block)

    def submit(port: int) -> bytes:
        with socket.create_connection(("127.0.0.1", port)) as link:
            link.sendall(b"HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            for _ in range(count):
                link.sendall(block)
            link.sendall(b".\r\nQUIT\r\n")
            return b"".join(iter(lambda: link.recv(4_096), b""))

    store = Store()
    async with serving(store) as server:
        tracemalloc.start()
        replies = await asyncio.to_thread(submit, server.ports[0])
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert b"250 2.0.0 queued" in replies
    assert len(store.received[0].raw) == count * len(block)
    assert peak < 2.5 * len(store.received[0].raw)
