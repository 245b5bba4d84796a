"""The pool: connections are used again, within limits, and never at a mail's expense."""

import asyncio

import pytest

from relay.delivery import upstream as pool
from relay.pipeline.stages import Deferred, Delivered, Phase, Refused
from tests.delivery.conftest import Open
from tests.smtpd import Sink

MAIL = ("sender@example.org", "anna@example.net", b"Subject: a\r\n\r\nb\r\n")
BIG = b"\r\n" + b"0123456789\r\n" * 3_000_000


async def test_a_connection_is_reset_and_used_again(upstream_to: Open) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink)
        for _ in range(3):
            assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.connections == 1
        assert len(sink.said("RSET")) == 2


async def test_a_connection_is_left_with_quit_after_so_many_mails(upstream_to: Open) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink, messages_per_connection=2)
        for _ in range(5):
            await upstream.send(*MAIL)
        assert [mail.connection for mail in sink.mails] == [1, 1, 2, 2, 3]
        await upstream.close()
        assert len(sink.said("QUIT")) == 3


async def test_there_are_never_more_connections_than_allowed(upstream_to: Open) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink, connections=3, messages_per_connection=4)
        results = await asyncio.gather(*(upstream.send(*MAIL) for _ in range(60)))
        assert all(isinstance(result, Delivered) for result in results)
        assert sink.most_at_once == 3
        assert len(sink.mails) == 60


async def test_a_connection_that_is_slow_to_close_still_counts(upstream_to: Open) -> None:
    with Sink(script={"quit": ["LATE 0.2"] * 2}) as sink:
        upstream = await upstream_to(sink, connections=1, messages_per_connection=1)
        for _ in range(3):
            assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.most_at_once == 1


async def test_one_recipient_refused_does_not_spoil_the_connection(upstream_to: Open) -> None:
    with Sink(script={"rcpt": ["550 5.1.1 no such user"]}) as sink:
        upstream = await upstream_to(sink)
        assert isinstance(await upstream.send(*MAIL), Refused)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.connections == 1


async def test_many_refusals_end_a_connection_before_the_server_does(upstream_to: Open) -> None:
    with Sink(script={"rcpt": ["550 5.1.1 no such user"] * 12}) as sink:
        upstream = await upstream_to(sink)
        for _ in range(12):
            await upstream.send(*MAIL)
        assert sink.connections == 3


async def test_a_connection_that_died_idle_costs_no_mail_a_delay(upstream_to: Open) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink)
        await upstream.send(*MAIL)
        sink.close_connections()
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.connections == 2


@pytest.mark.parametrize(
    ("phase", "reply"),
    [
        ("rset", "421 4.3.2 enough"),
        ("rset", "DROP"),
        ("rset", "500 5.5.1 what"),
        ("mail", "421 4.7.0 too many mails in this connection"),
        ("mail", "DROP"),
    ],
)
async def test_a_server_that_has_had_enough_of_a_connection_gets_a_new_one(
    upstream_to: Open, phase: str, reply: str
) -> None:
    script = {phase: [reply] if phase == "rset" else [None, reply]}
    with Sink(script=script) as sink:
        upstream = await upstream_to(sink)
        await upstream.send(*MAIL)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.connections == 2


async def test_on_a_fresh_connection_the_same_word_counts(upstream_to: Open) -> None:
    with Sink(script={"mail": ["421 4.3.2 shutting down"]}) as sink:
        result = await (await upstream_to(sink)).send(*MAIL)
        assert isinstance(result, Deferred)
        assert (result.phase, result.session) == (Phase.MAIL, True)
        assert sink.connections == 1


async def test_a_connection_with_a_lost_reply_is_not_used_again(upstream_to: Open) -> None:
    with Sink(script={"final": ["LATE 0.4"]}) as sink:
        upstream = await upstream_to(sink, times={"final": "0.1s"})
        assert isinstance(await upstream.send(*MAIL), Deferred)
        assert isinstance(await upstream.send(*MAIL), Delivered)
        assert sink.connections == 2


async def test_an_idle_connection_is_given_back(
    upstream_to: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_IDLE_SECONDS", 0.05)  # a constant, not a part that is replaced
    with Sink() as sink:
        upstream = await upstream_to(sink)
        await upstream.send(*MAIL)
        await asyncio.sleep(0.4)
        assert sink.said("QUIT") == ["QUIT"]
        assert sink.open_connections == 0


@pytest.mark.parametrize("phase", ["greeting", "rcpt", "final"])
async def test_a_cancelled_send_leaves_no_connection_and_no_slot_behind(
    upstream_to: Open, phase: str
) -> None:
    with Sink(script={phase: ["LATE 30"]}) as sink:
        upstream = await upstream_to(sink, connections=1)
        sending = asyncio.create_task(upstream.send(*MAIL))
        await asyncio.sleep(0.2)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert isinstance(await upstream.send(*MAIL), Delivered)


async def test_closing_cuts_off_what_is_under_way(upstream_to: Open) -> None:
    with Sink(script={"final": ["LATE 30"]}) as sink:
        upstream = await upstream_to(sink)
        sending = asyncio.create_task(upstream.send(*MAIL))
        await asyncio.sleep(0.2)
        await upstream.close()
        result = await asyncio.wait_for(sending, 5)
    assert isinstance(result, Deferred)
    assert result.uncertain


async def test_a_lost_connection_in_a_big_mail_leaves_the_next_one_alone(upstream_to: Open) -> None:
    with Sink(script={"content": ["DROP"]}) as sink:
        upstream = await upstream_to(sink)
        assert isinstance(await upstream.send(MAIL[0], MAIL[1], BIG), Deferred)
        assert isinstance(await upstream.send(*MAIL), Delivered)


async def test_an_upstream_can_be_closed_unused_and_twice(upstream_to: Open) -> None:
    with Sink() as sink:
        upstream = await upstream_to(sink)
        await upstream.close()
        await upstream.close()
        assert sink.connections == 0
