"""The originator of what leaves."""

import pytest

from relay.mail.address import mailbox
from relay.mail.headers import decoded, every
from tests.rewrite.wishes import ALL, IDENTITY, REPAIR, edited, names


def test_from_becomes_the_identity_and_the_original_is_kept() -> None:
    message = edited("From: root (Cron Daemon)\n\nx")
    found = mailbox(message, "From")
    assert found is not None
    assert (found.name, found.address) == ("web01 · rsync", "reports@example.com")
    assert decoded(message, "X-Original-From") == "root (Cron Daemon)"


def test_a_mail_without_from_gets_one() -> None:
    message = edited("Subject: x\n\nx")
    assert len(every(message, "From")) == 1
    assert "X-Original-From" not in names(message)


def test_the_senders_reply_to_is_kept() -> None:
    message = edited("From: root\nReply-To: Anna <anna@example.org>\n\nx")
    assert decoded(message, "Reply-To") == "Anna <anna@example.org>"


@pytest.mark.parametrize("reply_to", ["root", "", "<>", "nobody here"])
def test_a_reply_to_that_nobody_can_answer_is_replaced(reply_to: str) -> None:
    message = edited(f"From: root\nReply-To: {reply_to}\n\nx")
    assert decoded(message, "Reply-To") == "ops@example.com"


def test_without_an_address_for_replies_there_is_no_reply_to() -> None:
    message = edited("From: root\n\nx", identity=IDENTITY.__class__(
        from_name="", from_address="reports@example.com", reply_to=None, domain="example.com"
    ))  # fmt: skip
    assert "Reply-To" not in names(message)
    assert decoded(message, "From") == "reports@example.com"


def test_sender_and_return_path_go() -> None:
    message = edited("Return-Path: <root@web01>\nSender: cron@web01\nFrom: root\n\nx")
    assert not {"Sender", "Return-Path"} & set(names(message))


def test_without_an_identity_a_good_from_stays_as_it_is() -> None:
    message = edited("From: Anna <anna@example.org>\nSender: x@example.org\n\nx", identity=None)
    assert decoded(message, "From") == "Anna <anna@example.org>"
    assert decoded(message, "Sender") == "x@example.org"
    assert "X-Original-From" not in names(message)


def test_without_an_identity_a_from_that_is_no_mailbox_is_completed_from_the_envelope() -> None:
    message = edited("From: root (Cron Daemon)\n\nx", REPAIR, identity=None)
    assert decoded(message, "From") == "Cron Daemon <root@web01.example>"


def test_a_display_name_cannot_add_a_field() -> None:
    hostile = IDENTITY.__class__(
        from_name="x\r\nBcc: y@z.example",
        from_address="reports@example.com",
        reply_to=None,
        domain="example.com",
    )
    message = edited("From: root\n\nx", ALL, identity=hostile)
    assert "Bcc" not in names(message)
    found = mailbox(message, "From")
    assert found is not None
    assert found.name == "x  Bcc: y@z.example"
