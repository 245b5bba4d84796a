"""The protocol itself: commands, their order, replies, pipelining, strange clients."""

import random

import pytest
from structlog.testing import capture_logs

from tests.ingest.client import (
    MESSAGE,
    NOW,
    Client,
    Store,
    connected,
    serving,
    settings,
    visiting,
)


async def test_a_message_arrives_as_it_was_sent() -> None:
    store = Store()
    async with visiting(store) as client:
        assert await client.message() == "250 2.0.0 queued as ID1"
    (received,) = store.received
    assert received.raw == MESSAGE
    assert received.at == NOW
    assert received.envelope.reverse_path == "root@web01"
    assert [each.address for each in received.envelope.recipients] == ["ops@example.org"]
    assert (received.origin.host, received.origin.address) == ("web01", "127.0.0.1")
    assert (received.origin.helo, received.origin.user, received.origin.tls) == (
        "web01",
        None,
        None,
    )


async def test_the_parameters_arrive_too() -> None:
    store = Store()
    async with visiting(store) as client:
        mail = "MAIL FROM:<> SIZE=50 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=QQ+20314"
        assert (await client.ask(mail)).startswith("250 2.1.0 ")
        rcpt = "RCPT TO:<jürgen@example.org> NOTIFY=FAILURE,DELAY ORCPT=rfc822;j"
        assert (await client.ask(rcpt)).startswith("250 2.1.5 ")
        assert (await client.data(MESSAGE + b".\r\n")).startswith("250 ")
    envelope = store.received[0].envelope
    assert envelope.reverse_path == ""
    assert envelope.eight_bit
    assert envelope.smtputf8
    assert (envelope.ret, envelope.envid) == ("HDRS", "QQ+20314")
    (recipient,) = envelope.recipients
    assert recipient.address == "jürgen@example.org"
    assert (recipient.notify, recipient.orcpt) == (("FAILURE", "DELAY"), "rfc822;j")


async def test_what_is_offered_is_what_is_done() -> None:
    async with visiting(Store(), settings(message_size=12_345)) as client:
        reply = await client.ask("EHLO web01")
    assert set(reply.split("\n")) == {
        "250-relay.example",
        "250-PIPELINING",
        "250-SIZE 12345",
        "250-ENHANCEDSTATUSCODES",
        "250-8BITMIME",
        "250-DSN",
        "250 SMTPUTF8",
    }


async def test_helo_is_enough_to_send() -> None:
    store = Store()
    async with serving(store) as server, connected(server) as client:
        assert await client.reply() == "220 relay.example ESMTP"
        assert await client.ask("HELO web01") == "250 relay.example"
        assert (await client.message()).startswith("250 ")
    assert store.received[0].origin.helo == "web01"


ORDER = [
    (["MAIL FROM:<a@b>"], "503 5.5.1 send EHLO first"),
    (["EHLO x", "RCPT TO:<a@b>"], "503 5.5.1 send MAIL first"),
    (["EHLO x", "DATA"], "503 5.5.1 send MAIL first"),
    (["EHLO x", "MAIL FROM:<a@b>", "DATA"], "503 5.5.1 send RCPT first"),
    (["EHLO x", "MAIL FROM:<a@b>", "MAIL FROM:<a@b>"], "503 5.5.1 command out of sequence"),
    (["EHLO x", "MAIL FROM:<a@b>", "RSET", "RCPT TO:<a@b>"], "503 5.5.1 send MAIL first"),
    (["EHLO x", "MAIL FROM:<a@b>", "EHLO x", "RCPT TO:<a@b>"], "503 5.5.1 send MAIL first"),
    (["EHLO"], "501 5.5.4 syntax error in the argument"),
    (["HELO"], "501 5.5.4 syntax error in the argument"),
    (["EHLO a\tb"], "501 5.5.4 syntax error in the argument"),
    (["EHLO " + "a" * 256], "501 5.5.4 syntax error in the argument"),
    (["EHLO x", "RSET now"], "501 5.5.4 syntax error in the argument"),
    (["EHLO x", "DATA now"], "501 5.5.4 syntax error in the argument"),
    (["EHLO x", "MAIL"], "501 5.5.4 syntax: FROM:<address>"),
    (["EHLO x", "BDAT 5 LAST"], "500 5.5.2 command not recognised"),
    ([""], "500 5.5.2 command not recognised"),
    (["\x7f\0"], "500 5.5.2 command not recognised"),
    (["EHLO x", "STARTTLS"], "502 5.5.1 command not offered"),
    (["EHLO x", "AUTH PLAIN AAA="], "502 5.5.1 command not offered"),
    (["EHLO x", "EXPN staff"], "502 5.5.1 command not offered"),
    (["EHLO x", "VRFY root"], "252 2.5.0 cannot verify, but will take mail"),
    (["NOOP anything"], "250 2.0.0 ok"),
    (["HELP"], "214 2.0.0 see RFC 5321"),
    (["ehlo x", "mail from:<a@b>"], "250 2.1.0 sender ok"),
    (["QUIT"], "221 2.0.0 bye"),
]


@pytest.mark.parametrize(("lines", "reply"), ORDER)
async def test_each_command_has_its_place_and_its_reply(lines: list[str], reply: str) -> None:
    async with serving(Store()) as server, connected(server) as client:
        await client.reply()
        for line in lines[:-1]:
            assert (await client.ask(line)).startswith("250")
        assert await client.ask(lines[-1]) == reply


async def test_quit_closes_the_connection() -> None:
    async with visiting(Store()) as client:
        assert await client.ask("QUIT") == "221 2.0.0 bye"
        assert await client.is_closed()


async def test_a_pipelined_session_is_answered_in_order() -> None:
    store = Store()
    async with serving(store) as server, connected(server) as client:
        client.send(
            b"EHLO web01\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nRCPT TO:<no\r\nRCPT TO:<e@f>\r\n"
            b"DATA\r\n"
            + MESSAGE
            + b".\r\nMAIL FROM:<g@h>\r\nRCPT TO:<i@j>\r\nDATA\r\n.\r\nQUIT\r\n"
        )
        codes = [(await client.reply())[:3] for _ in range(14)]
        assert await client.is_closed()
    assert " ".join(codes) == "220 250 250 250 501 250 354 250 250 250 354 250 221 clo"
    assert [received.raw for received in store.received] == [MESSAGE, b""]
    assert [len(received.envelope.recipients) for received in store.received] == [2, 1]


async def test_a_session_may_come_byte_by_byte() -> None:
    store = Store()
    async with serving(store) as server, connected(server) as client:
        script = b"EHLO web01\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + MESSAGE + b".\r\n"
        for byte in script:
            client.send(bytes((byte,)))
            await client.writer.drain()
        codes = [(await client.reply())[:3] for _ in range(6)]
    assert codes == ["220", "250", "250", "250", "354", "250"]
    assert store.received[0].raw == MESSAGE


async def test_many_messages_fit_in_one_session() -> None:
    store = Store()
    async with visiting(store, settings(junk_commands=3, errors=1)) as client:
        for _ in range(20):
            assert (await client.message()).startswith("250 ")
            assert await client.ask("RSET") == "250 2.0.0 ok"
    assert len(store.received) == 20


async def test_who_stops_sending_may_still_hear_the_reply() -> None:
    store = Store()
    async with serving(store) as server, connected(server) as client:
        client.send(b"HELO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n" + MESSAGE + b".\r\n")
        client.writer.write_eof()
        replies = [await client.reply() for _ in range(7)]
    assert replies[-2:] == ["250 2.0.0 queued as ID1", "closed"]
    assert len(store.received) == 1


async def test_a_message_that_never_ends_is_not_accepted() -> None:
    store = Store()
    async with visiting(store) as client:
        await client.envelope()
        await client.ask("DATA")
        client.send(MESSAGE + b".\r")
        client.writer.write_eof()
        assert await client.is_closed()
    assert store.received == []


@pytest.mark.parametrize(
    "wire",
    [
        b"\r\nlines\nof\rall\r\n\n\r kinds",
        b"x" * 2_000_000,
        b"\0\x80\xff" * 50,
        b"\r\n" * 5_000,
    ],
    ids=["endings", "one long line", "bytes", "empty lines"],
)
async def test_a_body_may_hold_anything(wire: bytes) -> None:
    store = Store()
    async with visiting(store) as client:
        assert (await client.message(b"A: b\r\n\r\n" + wire + b"\r\n.\r\n")).startswith("250 ")
        assert await client.ask("NOOP") == "250 2.0.0 ok"
    raw = store.received[0].raw
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert raw.translate(None, b"\r\n") == b"A: b" + wire.translate(None, b"\r\n")


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (b"[192.0.2.1]", "[192.0.2.1]"),
        (b"web_01", "web_01"),
        (b"my PC", "my?PC"),
        ("é(x);y".encode(), "??x??y"),
        (b"B\xfcro", "B?ro"),
    ],
)
async def test_a_strange_helo_is_taken_without_its_strangeness(name: bytes, kept: str) -> None:
    store = Store()
    async with serving(store) as server, connected(server) as client:
        await client.reply()
        assert (await client.ask(b"EHLO " + name)).startswith("250")
        assert (await client.message()).startswith("250 ")
    assert store.received[0].origin.helo == kept


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "POST / HTTP/1.1", "Host: relay.example:25"])
async def test_p8_a_web_browser_is_sent_away_at_once(line: str) -> None:
    async with serving(Store()) as server, connected(server) as client:
        await client.reply()
        client.send(line.encode() + b"\r\n\r\nMAIL FROM:<a@b>\r\n")
        assert await client.reply() == "421 4.7.0 this is not SMTP"
        assert await client.is_closed()


async def test_p8_nothing_a_client_says_comes_back_to_it() -> None:
    async def echoes(client: Client, line: str) -> bool:
        return "qwzx" in await client.ask(line)

    async with visiting(Store()) as client:
        for line in ("qwzx", "VRFY qwzx", "MAIL FROM:<qwzx>x", "HELP qwzx", "NOOP qwzx"):
            assert not await echoes(client, line)
        await client.ask("MAIL FROM:<qwzx@b>")
        for line in ("RCPT TO:<qwzx%c@d>", "RCPT TO:<a@b> QWZX=qwzx", "RCPT TO:<a@b> ORCPT=qwzx"):
            assert not await echoes(client, line)


WORDS = [
    b"EHLO x", b"HELO y", b"MAIL FROM:<a@b>", b"MAIL FROM:<>", b"RCPT TO:<c@d>", b"RCPT TO:<root>",
    b"DATA", b"RSET", b"NOOP", b"VRFY", b"AUTH PLAIN", b"STARTTLS", b"BDAT 1", b"", b".", b"..",
    b"MAIL", b"RCPT TO:<" + b"x" * 3_000 + b">", b"\xff\0\r", b"Received: x", b"body", b"\n.\n",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(10))
async def test_p8_no_stream_of_commands_is_a_surprise(seed: int) -> None:
    chance, store = random.Random(seed), Store()
    with capture_logs() as logs:
        async with serving(store, settings(errors=50)) as server:
            for _ in range(10):
                async with connected(server) as client:
                    words = chance.choices(WORDS, k=60)
                    stream = b"\r\n".join([*WORDS[:1], *words, b".", b"QUIT", b""])
                    while stream:
                        size = chance.choice((1, 3, 50, 5_000))
                        client.send(stream[:size])
                        stream = stream[size:]
                        await client.writer.drain()
                    client.writer.write_eof()
                    text = await client.reader.read()
                assert text.endswith(b"\r\n")
                replies = text.removesuffix(b"\r\n").split(b"\r\n")
                assert all(each[:3].isdigit() and each[3:4] in b" -" for each in replies)
    assert "session-failed" not in {entry["event"] for entry in logs}
