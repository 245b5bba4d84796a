"""The subject that says what the body shows."""

import pytest

from relay.mail.headers import decoded, every
from relay.rewrite.edits import Touch
from tests.rewrite.wishes import edited, names


def test_the_new_subject_is_set_and_the_claim_kept() -> None:
    message = edited("Subject: Backup OK\n\nx", subject="[FAILED] web01")
    assert decoded(message, "Subject") == "[FAILED] web01"
    assert decoded(message, "X-Original-Subject") == "Backup OK"


def test_a_mail_without_a_subject_gets_one_and_had_no_claim() -> None:
    message = edited("From: root\n\nx", subject="[FAILED] web01")
    assert decoded(message, "Subject") == "[FAILED] web01"
    assert "X-Original-Subject" not in names(message)


def test_a_claim_cannot_be_forged_by_a_field_of_that_name() -> None:
    message = edited("X-Original-Subject: forged\nSubject: true\n\nx", subject="new")
    assert [decoded(message, "X-Original-Subject")] == ["true"]
    assert len(every(message, "X-Original-Subject")) == 1


def test_without_a_new_subject_the_old_one_stays_byte_for_byte() -> None:
    message = edited("Subject:   as it was\n\nx", subject=None)
    assert every(message, "Subject")[0].raw == b"Subject:   as it was\r\n"


@pytest.mark.parametrize(
    "subject",
    [
        "a\r\nBcc: b@c.example",
        "naïve 日本",
        "=?utf-8?q?x?=",
        "x" * 500,
    ],
)
def test_any_text_is_carried_safely(subject: str) -> None:
    message = edited("Subject: old\n\nx", subject=subject)
    assert decoded(message, "Subject") == subject.replace("\r\n", "  ")
    assert "Bcc" not in names(message)


def test_secrets_leave_neither_in_the_new_subject_nor_in_the_claim() -> None:
    message = edited(
        "Subject: Cron <root@web01> RSYNC_PASSWORD=hunter2 rsync\n\nx",
        subject="ran rsync://bob:hunter2@nas/",
    )
    assert decoded(message, "X-Original-Subject") == (
        "Cron <root@web01> RSYNC_PASSWORD=[redacted] rsync"
    )
    assert decoded(message, "Subject") == "ran rsync://bob:[redacted]@nas/"


def test_where_nothing_is_to_be_redacted_the_claim_is_verbatim() -> None:
    message = edited("Subject: token=abc\n\nx", subject="new", redact=False)
    assert decoded(message, "X-Original-Subject") == "token=abc"


def test_where_no_other_field_is_searched_the_claim_still_is() -> None:
    message = edited(
        "From: a@b.example\nSubject: token=hunter2\n\nx",
        subject="new",
        touch=Touch.HEADERS,
        automated=False,
    )
    assert decoded(message, "X-Original-Subject") == "token=[redacted]"
