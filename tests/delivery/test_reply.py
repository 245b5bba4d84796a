"""What a reply means: the table of reply.py, row by row."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.delivery.reply import judge, quoted, session_failure
from relay.pipeline.stages import Deferred, Phase, Refused

SESSION, WAITS, REFUSED = "the session waits", "the mail waits", "refused"
TALK = [Phase.MAIL, Phase.RCPT, Phase.DATA, Phase.FINAL]


def meaning(phase: Phase, reply: str, *, null_sender: bool = False) -> str:
    code, _, text = reply.partition(" ")
    result = judge(phase, int(code), text, "mx", null_sender=null_sender)
    if isinstance(result, Refused):
        return REFUSED
    assert not result.uncertain
    return SESSION if result.session else WAITS


@pytest.mark.parametrize(
    ("phase", "reply", "expected"),
    [
        (Phase.MAIL, "421 4.3.2 shutting down", SESSION),
        (Phase.MAIL, "451 4.3.0 try later", WAITS),
        (Phase.MAIL, "530 5.7.0 authentication required", SESSION),
        (Phase.MAIL, "550 5.7.1 sender not allowed", SESSION),
        (Phase.MAIL, "553 5.7.1 not owned by user", SESSION),
        (Phase.MAIL, "554 sender rejected", SESSION),
        (Phase.MAIL, "501 5.1.7 bad sender", SESSION),
        (Phase.MAIL, "571 5.7.26 unauthenticated sender", SESSION),
        (Phase.MAIL, "552 5.3.4 too big", REFUSED),
        (Phase.MAIL, "552 too big", REFUSED),
        (Phase.MAIL, "554 5.2.3 message length exceeds the limit", REFUSED),
        (Phase.MAIL, "501 syntax", WAITS),
        (Phase.MAIL, "555 5.5.4 unsupported option", WAITS),
        (Phase.RCPT, "450 4.2.1 greylisted", WAITS),
        (Phase.RCPT, "421 4.7.0 too many errors", WAITS),
        (Phase.RCPT, "550 5.1.1 no such user", REFUSED),
        (Phase.RCPT, "551 5.1.6 moved", REFUSED),
        (Phase.RCPT, "552 5.2.2 mailbox full", REFUSED),
        (Phase.RCPT, "501 5.1.3 bad address", REFUSED),
        (Phase.RCPT, "554 5.7.1 relay access denied", WAITS),
        (Phase.RCPT, "530 5.7.0 must issue STARTTLS", SESSION),
        (Phase.RCPT, "503 5.5.1 need MAIL", WAITS),
        (Phase.RCPT, "550 5.1.8 sender has no MX", WAITS),
        (Phase.DATA, "554 5.5.1 no valid recipients", REFUSED),
        (Phase.DATA, "503 5.5.1 bad sequence", WAITS),
        (Phase.DATA, "452 4.3.1 out of space", WAITS),
        (Phase.FINAL, "554 5.7.1 spam", REFUSED),
        (Phase.FINAL, "530 5.7.0 odd but clear", REFUSED),
        (Phase.FINAL, "500 line too long", REFUSED),
        (Phase.FINAL, "421 4.7.28 rate of your mail", WAITS),
        (Phase.FINAL, "451 4.7.1 greylisted", WAITS),
    ],
)
def test_a_reply_means_what_the_table_says(phase: Phase, reply: str, expected: str) -> None:
    assert meaning(phase, reply) == expected


def test_a_refusal_of_the_null_sender_holds_nothing_but_that_mail() -> None:
    assert meaning(Phase.MAIL, "553 5.7.1 no null sender here", null_sender=True) == WAITS
    assert meaning(Phase.MAIL, "530 5.7.0 authentication required", null_sender=True) == SESSION


@pytest.mark.parametrize("phase", TALK)
@pytest.mark.parametrize("code", [None, -1, 0, 99, 150, 250, 354, 600, 999])
def test_what_makes_no_sense_is_temporary_and_uncertain_after_the_dot(
    phase: Phase, code: int | None
) -> None:
    result = judge(phase, code, "huh", "mx")
    assert isinstance(result, Deferred)
    assert not result.session
    assert result.uncertain == (phase is Phase.FINAL)


@given(
    phase=st.sampled_from(TALK),
    code=st.none() | st.integers(-999, 9999),
    text=st.text() | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")),
)
def test_only_a_5xx_refuses_and_every_reply_can_be_read(
    phase: Phase, code: int | None, text: str
) -> None:
    result = judge(phase, code, text, "mx")
    if isinstance(result, Refused):
        assert 500 <= result.code <= 599
    for reply in (result.reply, session_failure(Phase.EHLO, code, text, "mx").reply):
        assert len(reply) <= 500
        assert all(character.isprintable() for character in reply)
        reply.encode()


def test_a_reply_of_several_lines_is_quoted_as_one() -> None:
    assert quoted(550, "5.1.1 no\nsuch\tuser\x1b[31m") == "550 5.1.1 no such user [31m"
