"""One mail through one upstream: what every outcome of every phase becomes."""

import asyncio

import pytest

from relay.pipeline.stages import Deferred, Delivered, Phase, Refused
from relay.reputation.cause import Cause
from tests.delivery.conftest import Open
from tests.smtpd import Sink

SENDER, RECIPIENT = "r+1=abc@example.org", "anna@example.net"
CONTENT = b"From: a@example.org\r\nSubject: Gr\xc3\xbc\xc3\x9fe\r\n\r\n.dot\r\n..\r\n\r\nend\r\n"


async def test_a_mail_arrives_byte_for_byte_with_its_envelope(upstream_to: Open) -> None:
    with Sink(size=10_000) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, CONTENT)
    assert result == Delivered(reply="250 2.0.0 kept as 1", remote="127.0.0.1")
    (mail,) = sink.mails
    assert mail.content == CONTENT
    assert (mail.reverse_path, mail.recipients) == (SENDER, (RECIPIENT,))
    assert mail.helo == "relay.example.org"
    assert mail.parameters == (f"SIZE={len(CONTENT)}", "BODY=8BITMIME", "SMTPUTF8")


@pytest.mark.parametrize("content", [b".\r\n", b"..\r\n.\r\n", b".x\r\n\r\n.\r\n", b"\r\n"])
async def test_dots_at_the_start_arrive_too(upstream_to: Open, content: bytes) -> None:
    with Sink() as sink:
        await (await upstream_to(sink)).send(SENDER, RECIPIENT, content)
        assert sink.mails[0].content == content


async def test_a_last_line_without_an_end_gets_one(upstream_to: Open) -> None:
    with Sink() as sink:
        await (await upstream_to(sink)).send(SENDER, RECIPIENT, b"Subject: a\r\n\r\nb")
        assert sink.mails[0].content == b"Subject: a\r\n\r\nb\r\n"


async def test_the_null_sender_is_written_as_empty_brackets(upstream_to: Open) -> None:
    with Sink() as sink:
        await (await upstream_to(sink)).send("", RECIPIENT, CONTENT)
        assert sink.said("MAIL")[0].startswith("MAIL FROM:<> ")


async def test_extensions_are_not_asked_for_where_they_are_not_needed(upstream_to: Open) -> None:
    with Sink() as sink:
        await (await upstream_to(sink)).send(SENDER, RECIPIENT, b"Subject: a\r\n\r\nb\r\n")
        assert sink.mails[0].parameters == ()


async def test_extensions_are_not_asked_for_where_they_are_not_offered(upstream_to: Open) -> None:
    with Sink(offers=()) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, CONTENT)
        assert isinstance(result, Delivered)
        assert sink.mails[0].parameters == ()
        assert sink.mails[0].content == CONTENT


async def test_a_server_that_only_knows_helo_gets_the_mail(upstream_to: Open) -> None:
    with Sink(script={"ehlo": ["502 5.5.1 not implemented"]}) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, CONTENT)
        assert isinstance(result, Delivered)
        assert sink.said("HELO") == ["HELO relay.example.org"]


async def test_five_megabytes_of_dots_arrive_unchanged(upstream_to: Open) -> None:
    content = b"Subject: big\r\n\r\n" + b".\r\n..\r\n.x\r\n" * 500_000
    with Sink() as sink:
        assert isinstance(
            await (await upstream_to(sink)).send(SENDER, RECIPIENT, content), Delivered
        )
        assert sink.mails[0].content == content


async def test_an_international_address_goes_as_utf8_where_that_is_offered(
    upstream_to: Open,
) -> None:
    with Sink() as sink:
        await (await upstream_to(sink)).send(SENDER, "jörg@bücher.example", b"\r\nx\r\n")
        assert sink.said("RCPT") == ["RCPT TO:<jörg@bücher.example>"]
        assert "SMTPUTF8" in sink.mails[0].parameters


async def test_an_international_domain_goes_in_its_ascii_form_elsewhere(upstream_to: Open) -> None:
    with Sink(offers=()) as sink:
        await (await upstream_to(sink)).send(SENDER, "joerg@bücher.example", b"\r\nx\r\n")
        assert sink.said("RCPT") == ["RCPT TO:<joerg@xn--bcher-kva.example>"]


async def test_an_international_mailbox_is_refused_where_nobody_speaks_it(
    upstream_to: Open,
) -> None:
    with Sink(offers=()) as sink:
        result = await (await upstream_to(sink)).send(SENDER, "jörg@example.net", b"\r\nx\r\n")
        assert isinstance(result, Refused)
        assert result.reply.startswith("553 5.6.7")


async def test_nothing_listening_is_the_sessions_fault(upstream_to: Open) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink)
    result = await upstream.send(SENDER, RECIPIENT, CONTENT)
    assert isinstance(result, Deferred)
    assert (result.phase, result.code, result.session) == (Phase.CONNECT, None, True)


@pytest.mark.parametrize(
    ("phase", "reply", "code"),
    [
        ("greeting", "554 5.3.2 no service here", 554),
        ("greeting", "421 4.3.2 come back later", 421),
        ("greeting", "250 odd", 250),
        ("greeting", b"SSH-2.0-OpenSSH_9.2\r\n", None),
        ("greeting", "DROP", None),
        ("ehlo", "421 4.3.2 closing", 421),
        ("ehlo", "451 4.3.0 dns trouble", 451),
        ("ehlo", "DROP", None),
        ("ehlo", b"999 huh\r\n", None),
    ],
)
async def test_what_fails_before_mail_is_the_sessions_fault(
    upstream_to: Open, phase: str, reply: str, code: int | None
) -> None:
    with Sink(script={phase: [reply]}) as sink:
        upstream = await upstream_to(sink)
        result = await upstream.send(SENDER, RECIPIENT, CONTENT)
        assert isinstance(result, Deferred)
        assert (result.phase, result.code, result.session) == (Phase(phase), code, True)
        assert isinstance(await upstream.send(SENDER, RECIPIENT, CONTENT), Delivered)


@pytest.mark.parametrize("tls", ["none", "opportunistic", "required"])
@pytest.mark.parametrize(
    ("phase", "reply"),
    [
        ("greeting", "220 hello"),
        ("ehlo", "250 sink.example"),
        ("mail", "250 2.1.0 ok"),
        ("rcpt", "250 2.1.5 ok"),
        ("data", "354 go"),
        ("final", "250 2.0.0 kept"),
        ("rset", "250 2.0.0 ok"),
    ],
)
async def test_a_server_that_closes_right_after_a_reply_raises_nothing(
    upstream_to: Open, phase: str, reply: str, tls: str
) -> None:
    with Sink(script={phase: [f"CLOSE {reply}"] * 2}) as sink:
        upstream = await upstream_to(sink, tls=tls)
        results = [await upstream.send(SENDER, RECIPIENT, CONTENT) for _ in range(2)]
    taken = phase in {"final", "rset"} and tls != "required"
    assert all(isinstance(result, Delivered if taken else Deferred) for result in results)


@pytest.mark.parametrize("phase", ["mail", "rcpt", "data", "final"])
async def test_a_4xx_reply_defers_the_mail(upstream_to: Open, phase: str) -> None:
    with Sink(script={phase: ["451 4.3.0 try later"]}) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, CONTENT)
    reply = "451 4.3.0 try later"
    about = {"code": 451, "reply": reply, "remote": "127.0.0.1", "cause": Cause.NETWORK}
    assert result == Deferred(phase=Phase(phase), **about)
    assert sink.mails == []


@pytest.mark.parametrize("phase", ["rcpt", "data", "final"])
async def test_a_5xx_reply_to_what_concerns_the_mail_refuses_it(
    upstream_to: Open, phase: str
) -> None:
    with Sink(script={phase: ["550 5.1.1 no such user"]}) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, CONTENT)
    reply = "550 5.1.1 no such user"
    about = {"code": 550, "reply": reply, "remote": "127.0.0.1", "cause": Cause.MAILBOX}
    assert result == Refused(phase=Phase(phase), **about)


@pytest.mark.parametrize(
    ("phase", "script_phase"), [("mail",) * 2, ("rcpt",) * 2, ("data",) * 2, ("data", "content")]
)
async def test_a_connection_lost_before_the_final_dot_defers_with_its_phase(
    upstream_to: Open, phase: str, script_phase: str
) -> None:
    content = b"\r\n" + b"x" * 99 + b"\r\n" + b"y\r\n" * 2_000_000
    with Sink(script={script_phase: ["DROP"]}) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, content)
    assert isinstance(result, Deferred)
    assert (result.phase, result.session, result.uncertain) == (Phase(phase), False, False)


@pytest.mark.parametrize("lost", ["DROP", "LOSE"])
async def test_a_reply_lost_after_the_final_dot_is_uncertain(upstream_to: Open, lost: str) -> None:
    with Sink(script={"final": [lost]}) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, CONTENT)
    assert isinstance(result, Deferred)
    assert (result.phase, result.code, result.uncertain) == (Phase.FINAL, None, True)
    assert len(sink.mails) == (lost == "LOSE")


async def test_a_reply_that_stays_away_after_the_final_dot_is_uncertain(upstream_to: Open) -> None:
    with Sink(script={"final": ["LATE 5"]}) as sink:
        upstream = await upstream_to(sink, times={"final": "0.2s"})
        result = await upstream.send(SENDER, RECIPIENT, CONTENT)
    assert isinstance(result, Deferred)
    assert (result.phase, result.uncertain) == (Phase.FINAL, True)


async def test_a_late_reply_after_the_final_dot_is_waited_for(upstream_to: Open) -> None:
    with Sink(script={"final": ["LATE 0.5"]}) as sink:
        upstream = await upstream_to(sink, times={"command": "0.2s", "data": "0.2s"})
        assert isinstance(await upstream.send(SENDER, RECIPIENT, CONTENT), Delivered)


@pytest.mark.parametrize("phase", ["greeting", "ehlo", "mail", "rcpt", "data"])
async def test_a_server_that_falls_silent_costs_no_more_than_its_phases_time(
    upstream_to: Open, phase: str
) -> None:
    with Sink(script={phase: ["LATE 5"]}) as sink:
        upstream = await upstream_to(sink, times={"connect": "0.2s", "command": "0.2s"})
        result = await upstream.send(SENDER, RECIPIENT, CONTENT)
    assert isinstance(result, Deferred)
    assert (result.phase, result.code) == (Phase(phase), None)


async def test_a_server_that_stops_reading_the_content_costs_no_more_than_its_time(
    upstream_to: Open,
) -> None:
    content = b"\r\n" + b"0123456789abcdef" * 60 + b"\r\n"
    with Sink(script={"content": ["LATE 60 DROP"]}) as sink:
        upstream = await upstream_to(sink, times={"data": "0.3s"})
        result = await asyncio.wait_for(upstream.send(SENDER, RECIPIENT, content * 40_000), 20)
    assert isinstance(result, Deferred)
    assert (result.phase, result.uncertain) == (Phase.DATA, False)


@pytest.mark.parametrize(
    "reply",
    [
        b"hello\r\n",
        b"25\r\n",
        b"000 zero\r\n",
        b"999 many\r\n",
        b"-12 minus\r\n",
        b"250-never ending\r\n" * 3_000,
        b"x" * 100_000,
        b"150 preliminary\r\n",
        b"\r\n",
        b"2\xd9\xa55 arabic\r\n",
    ],
)
@pytest.mark.parametrize("phase", ["greeting", "ehlo", "mail", "rcpt", "data", "final", "rset"])
async def test_no_reply_however_odd_raises_or_counts_as_a_refusal(
    upstream_to: Open, phase: str, reply: bytes
) -> None:
    with Sink(script={phase: [reply]}) as sink:
        upstream = await upstream_to(sink, times={"connect": "1s", "command": "1s", "final": "1s"})
        results = [await upstream.send(SENDER, RECIPIENT, CONTENT) for _ in range(2)]
    assert isinstance(results[1], Delivered)
    if phase != "rset":  # which is only asked between two mails, and a new connection helps
        assert isinstance(results[0], Deferred)
        assert results[0].uncertain == (phase == "final")


async def test_a_second_reply_to_data_does_not_pass_for_the_reply_to_the_mail(
    upstream_to: Open,
) -> None:
    script = {"data": [b"354 go on\r\n250 2.0.0 done already\r\n"], "final": ["554 5.6.0 spam"]}
    with Sink(script=script) as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, CONTENT)
    assert isinstance(result, Deferred)
    assert result.phase is Phase.DATA


@pytest.mark.parametrize("content", [b"a\nb\r\n", b"a\rb\r\n", b"\r\n.\n.\r\n", b"a\r"])
async def test_content_that_could_smuggle_a_mail_never_leaves(
    upstream_to: Open, content: bytes
) -> None:
    with Sink() as sink:
        result = await (await upstream_to(sink)).send(SENDER, RECIPIENT, content)
        assert isinstance(result, Refused)
        assert sink.connections == 0


@pytest.mark.parametrize(
    "path", ["a@b>\r\nRCPT TO:<c@d", "a b@c", "a@b> NOTIFY=x", "a@b\n", "<a@b>"]
)
async def test_a_path_that_could_smuggle_a_command_never_leaves(
    upstream_to: Open, path: str
) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink)
        assert isinstance(await upstream.send(SENDER, path, CONTENT), Refused)
        assert isinstance(await upstream.send(path, RECIPIENT, CONTENT), Refused)
        assert sink.connections == 0


async def test_a_quoted_mailbox_is_written_as_it_is(upstream_to: Open) -> None:
    with Sink() as sink:
        await (await upstream_to(sink)).send(SENDER, '"a b>c"@example.net', CONTENT)
        assert sink.said("RCPT") == ['RCPT TO:<"a b>c"@example.net>']


async def test_mail_leaves_from_the_address_that_is_set(upstream_to: Open) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink, source_address="127.0.0.9")
        assert isinstance(await upstream.send(SENDER, RECIPIENT, CONTENT), Delivered)
        assert sink.peers == ["127.0.0.9"]
