"""What no single mail of the corpus shows: our own notices, codes, forgeries, limits."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from relay.mail.address import Mailbox
from relay.mail.compose import Failure, Letterhead, delivery_status, notice
from relay.returns.forms import FORMS
from relay.returns.read import read
from relay.returns.returned import Action, AutoReply, Bounce, RecipientStatus, Reply
from tests.mail.receiving import AT
from tests.returns.given import MAILS, came_back, expected, mail

HEAD = Letterhead(
    id="n1",
    at=AT,
    relay="relay.example.com",
    domain="example.com",
    sender=Mailbox(name="Relay", address="relay@example.com"),
    to="owner@example.com",
)
FAILURE = Failure(
    message_id="M7Q2X4",
    recipient="anna@example.org",
    reply="550 5.1.1 <anna@example.org>: no such user",
    remote="mx.example.org",
    original=b"Message-ID: <one@web01.example>\r\nSubject: nightly\r\n\r\nbody\r\n",
    last_attempt=AT + timedelta(minutes=1),
)
FAILED = RecipientStatus(recipient="anna@example.org", action=Action.FAILED)


def bounce(raw: bytes, reverse_path: str = "") -> Bounce:
    found = read(came_back(raw, reverse_path))
    assert isinstance(found, Bounce)
    return found


def test_our_own_delivery_status_reads_back() -> None:
    found = bounce(delivery_status(HEAD, FAILURE))
    assert found.recipients == (
        RecipientStatus(
            recipient="anna@example.org",
            action=Action.FAILED,
            status="5.1.1",
            code=550,
            text="550 5.1.1 <anna@example.org>: no such user",
            remote="mx.example.org",
        ),
    )
    assert found.original.message_id == "<one@web01.example>"
    assert found.failed
    assert found.recipients[0].permanent


def test_our_own_notice_is_a_machines_mail() -> None:
    found = read(came_back(notice(HEAD, "Held", ["550 5.1.1 is what it said"])))
    assert found == AutoReply(why="Auto-Submitted: auto-replied")


@pytest.mark.parametrize(
    ("status", "code", "permanent"),
    [
        ("5.1.1", 550, True),
        ("5.1.1", None, True),
        (None, 550, True),
        ("5.2.2", 552, True),
        (None, None, False),
        ("4.4.1", None, False),
        ("5.0.0", 451, False),
        ("4.7.0", 550, False),
        ("2.0.0", None, False),
    ],
)
def test_only_codes_of_one_mind_make_a_failure_permanent(
    status: str | None, code: int | None, permanent: bool
) -> None:
    assert dataclasses.replace(FAILED, status=status, code=code).permanent is permanent


@pytest.mark.parametrize("action", [each for each in Action if each is not Action.FAILED])
def test_what_has_not_failed_is_never_permanent(action: Action) -> None:
    late = dataclasses.replace(FAILED, action=action, status="5.1.1", code=550)
    assert not late.permanent


@pytest.mark.parametrize("name", ["028-qmail", "032-exim", "036-postfix-text", "049-domino"])
def test_the_words_of_a_form_count_only_from_a_mail_system(name: str) -> None:
    raw = mail(MAILS / f"{name}.eml").received.raw
    from_anna = raw.replace(raw.split(b"\r\n", 1)[0], b"From: Anna Berg <anna@example.org>")
    assert isinstance(read(came_back(raw, "")), Bounce)
    assert not isinstance(read(came_back(from_anna, "anna@example.org")), Bounce)


def test_the_copy_of_a_mail_says_nothing_of_its_delivery() -> None:
    raw = mail(MAILS / "029-qmail-no-code.eml").received.raw
    assert b"550 5.1.1" in raw
    assert not bounce(raw).recipients[0].permanent


def test_a_report_holds_at_most_a_hundred_recipients() -> None:
    groups = "".join(
        f"\r\nFinal-Recipient: rfc822; u{number}@example.org\r\nAction: failed\r\n"
        for number in range(1000)
    )
    raw = (
        "Content-Type: multipart/report; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; a\r\n"
        f"{groups}--b--\r\n"
    )
    assert len(bounce(raw.encode()).recipients) == 100


def test_nothing_at_all_is_a_persons_mail_unless_the_null_sender_brings_it() -> None:
    assert read(came_back(b"", "anna@example.org")) == Reply(sender=None)
    assert read(came_back(b"", "")) == AutoReply(why="the null reverse-path")


def test_every_form_is_described() -> None:
    described = (Path(__file__).parents[2] / "docs/returns.md").read_text("utf-8")
    names = {form.name for form in FORMS} | {"rfc3464", "unrecognised"}
    assert [name for name in sorted(names) if f"`{name}`" not in described] == []


def test_every_form_has_a_mail_in_the_corpus() -> None:
    told = {expected(path).get("form") for path in MAILS.glob("*.eml")}
    assert {form.name for form in FORMS} - told == set()
