"""Mails of our own are complete, 7-bit, and read by others."""

import email
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.address import Mailbox
from relay.mail.compose import Failure, Letterhead, delivery_status, notice
from relay.mail.headers import decoded
from relay.mail.text import read_lines
from relay.mail.transfer import is_plain
from tests.mail.receiving import message

HEAD = Letterhead(
    id="ABC123-1N",
    at=datetime(2026, 11, 24, 12, 0, tzinfo=UTC),
    relay="relay.example.com",
    domain="example.com",
    sender=Mailbox(name="Mail relay", address="mailer-daemon@example.com"),
    to="ops@example.com",
)
FAILURE = Failure(
    message_id="06H0Q331K5GSRXYT",
    recipient="anna@there.example",
    reply="550 5.1.1 <anna@there.example>: no such user",
    remote="mx.there.example",
    original="Subject: Größe geprüft\r\nFrom: a@b.example\r\n\r\nsecret body".encode(),
    last_attempt=datetime(2026, 11, 24, 11, 59, tzinfo=UTC),
)
REQUIRED = ("Date", "From", "To", "Subject", "Message-ID", "MIME-Version", "Auto-Submitted")


def assert_complete(raw: bytes) -> None:
    assert is_plain(raw)
    read = email.message_from_bytes(raw)
    for name in REQUIRED:
        assert len(read.get_all(name, [])) == 1
    assert all(not part.defects for part in read.walk())
    assert read["Auto-Submitted"] == "auto-replied"


def test_a_delivery_status_has_the_three_parts_of_a_report() -> None:
    raw = delivery_status(HEAD, FAILURE)
    assert_complete(raw)
    read = email.message_from_bytes(raw)
    assert read.get_content_type() == "multipart/report"
    assert read.get_param("report-type") == "delivery-status"
    kinds = [part.content_type for part in message(raw).parts]
    assert kinds == ["text/plain", "message/delivery-status", "text/rfc822-headers"]


def test_a_delivery_status_tells_machines_who_what_and_why() -> None:
    status = email.message_from_bytes(delivery_status(HEAD, FAILURE)).get_payload(1)
    about_us, recipient = status.get_payload()
    assert about_us["Reporting-MTA"] == "dns; relay.example.com"
    assert recipient["Final-Recipient"] == "rfc822; anna@there.example"
    assert recipient["Action"] == "failed"
    assert recipient["Status"] == "5.1.1"
    assert recipient["Remote-MTA"] == "dns; mx.there.example"
    assert recipient["Diagnostic-Code"] == "smtp; 550 5.1.1 <anna@there.example>: no such user"


def test_a_delivery_status_quotes_the_reply_and_the_header_but_not_the_body() -> None:
    parsed = message(delivery_status(HEAD, FAILURE))
    text = "\n".join(read_lines(parsed))
    assert "550 5.1.1 <anna@there.example>: no such user" in text
    assert "From: a@b.example" in text
    assert "secret body" not in text
    assert decoded(parsed, "Subject") == "Not delivered to anna@there.example: Größe geprüft"


def test_a_reply_without_an_enhanced_code_gets_the_status_that_was_given() -> None:
    expired = replace(FAILURE, reply="connection timed out", status="4.4.7", expired=True)
    status = email.message_from_bytes(delivery_status(HEAD, expired)).get_payload(1)
    assert status.get_payload()[1]["Status"] == "4.4.7"


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=100), st.text(max_size=100), st.binary(max_size=200))
def test_a_delivery_status_is_complete_whatever_the_remote_said(
    reply: str, remote: str, original: bytes
) -> None:
    failure = replace(FAILURE, reply=reply, remote=remote, original=original)
    assert_complete(delivery_status(HEAD, failure))


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=100), st.lists(st.text(max_size=100), max_size=5))
def test_a_notice_is_complete_whatever_it_says(subject: str, lines: list[str]) -> None:
    assert_complete(notice(HEAD, subject, lines))


def test_a_notice_says_its_lines() -> None:
    parsed = message(notice(HEAD, "Angehalten", ["eins", "zwei: ä"]))
    assert read_lines(parsed) == ("eins", "zwei: ä")
    assert decoded(parsed, "Message-ID") == "<ABC123-1N@example.com>"
