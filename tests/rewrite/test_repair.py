"""The header that every mail needs."""

import pytest

from relay.mail.headers import decoded, every, flat
from relay.mail.message import Message
from tests.rewrite.wishes import REPAIR, edited, names


def repaired(header: str, **changes: object) -> Message:
    return edited(header + "\n\nbody\n", REPAIR, **changes)


def test_a_missing_date_is_the_moment_of_acceptance() -> None:
    assert decoded(repaired("From: root"), "Date") == "Tue, 24 Nov 2026 12:00:00 +0000"


def test_a_valid_date_stays_byte_for_byte() -> None:
    message = repaired("Date: Mon,  5 Oct 2026 01:00:12 -0500 (EST)")
    assert every(message, "Date")[0].raw == b"Date: Mon,  5 Oct 2026 01:00:12 -0500 (EST)\r\n"


def test_a_date_that_is_none_is_replaced_and_kept() -> None:
    message = repaired("Date: heute")
    assert decoded(message, "Date") == "Tue, 24 Nov 2026 12:00:00 +0000"
    assert decoded(message, "X-Original-Date") == "heute"


def test_a_missing_message_id_is_made_from_the_queue_id_and_the_public_domain() -> None:
    assert decoded(repaired("From: root"), "Message-ID") == "<ABC123@example.com>"


def test_a_message_id_is_the_same_each_time() -> None:
    assert repaired("From: root").fields == repaired("From: root").fields


@pytest.mark.parametrize(
    "message_id",
    [
        "<1.2.3@web01>",
        "<6ad30ee8.bfa239%root@filer.example>",
        "<a@[192.0.2.1]>",
        "<E1xGA0w-000bDT-d6@app7.example>",
    ],
)
def test_a_valid_message_id_stays(message_id: str) -> None:
    assert decoded(repaired(f"Message-Id: {message_id}"), "Message-ID") == message_id


@pytest.mark.parametrize(
    "message_id",
    ["x", "<x>", "<a b@c>", "<a@b> <c@d>", "a@b", "<a@b", "<@b>", "<a@>", "<a@@b>", "<a..b@c>"],
)
def test_a_malformed_message_id_is_replaced_and_kept(message_id: str) -> None:
    message = repaired(f"Message-ID: {message_id}")
    assert decoded(message, "Message-ID") == "<ABC123@example.com>"
    assert decoded(message, "X-Original-Message-ID") == message_id


def test_of_several_message_ids_the_first_valid_one_stays() -> None:
    message = repaired("Message-ID: bad\nMessage-ID: <a@b.example>\nMessage-ID: <c@d.example>")
    assert [flat(field) for field in every(message, "Message-ID")] == ["<a@b.example>"]
    duplicates = [flat(field) for field in every(message, "X-Duplicate-Message-ID")]
    assert duplicates == ["bad", "<c@d.example>"]


def test_of_several_dates_the_first_valid_one_stays() -> None:
    message = repaired("Date: x\nDate: Mon, 5 Oct 2026 01:00:12 -0500")
    assert decoded(message, "Date") == "Mon, 5 Oct 2026 01:00:12 -0500"
    assert decoded(message, "X-Duplicate-Date") == "x"


@pytest.mark.parametrize(
    "name", ["Subject", "To", "Cc", "Reply-To", "In-Reply-To", "References", "Content-Type"]
)
def test_what_must_be_unique_is_made_so(name: str) -> None:
    message = repaired(f"{name}: a@b.example\n{name.upper()}: c@d.example")
    assert len(every(message, name)) == 1
    assert len(every(message, f"X-Duplicate-{name}")) == 1


def test_fields_that_may_be_repeated_are() -> None:
    assert len(every(repaired("X-Cron-Env: <A=b>\nX-Cron-Env: <C=d>"), "X-Cron-Env")) == 2


def test_a_mail_addressed_to_nobody_is_addressed_as_policy_says() -> None:
    assert decoded(repaired("From: root"), "To") == "ops@example.com"


def test_a_mail_for_nobody_at_all_says_so_validly() -> None:
    assert decoded(repaired("From: root", to=()), "To") == "undisclosed-recipients:;"


@pytest.mark.parametrize("header", ["To: root", "To: ", "Cc: recipient list not shown: ;"])
def test_a_destination_that_is_none_does_not_count(header: str) -> None:
    assert decoded(repaired(header), "To") == "ops@example.com"


def test_a_local_destination_is_kept_for_the_record() -> None:
    assert decoded(repaired("To: root"), "X-Original-To") == "root"


def test_a_destination_in_cc_is_enough() -> None:
    assert "To" not in names(repaired("Cc: a@b.example"))


def test_of_several_addressees_those_that_can_be_written_stay() -> None:
    message = repaired("To: root, Anna <a@b.example>, operator")
    assert decoded(message, "To") == "Anna <a@b.example>"
    assert decoded(message, "X-Original-To") == "root, Anna <a@b.example>, operator"


def test_blind_copies_are_not_shown() -> None:
    assert "Bcc" not in names(repaired("To: a@b.example\nBcc: boss@example.com"))


def test_empty_fields_and_an_mbox_line_go_and_garbage_is_kept_aside() -> None:
    message = repaired("From root Mon Oct\nSubject:\nthis is no field\nTo: a@b.example")
    assert "Subject" not in names(message)
    assert decoded(message, "X-Malformed") == "this is no field"


def test_raw_8bit_values_are_encoded() -> None:
    message = repaired("Subject: Sauvegarde terminée")
    assert every(message, "Subject")[0].raw.isascii()
    assert decoded(message, "Subject") == "Sauvegarde terminée"


def test_a_field_on_one_endless_line_is_folded() -> None:
    message = repaired("Subject: " + "word " * 500)
    assert max(map(len, every(message, "Subject")[0].raw.split(b"\r\n"))) <= 998
    assert decoded(message, "Subject") == ("word " * 500).strip()


def test_a_field_without_a_space_after_its_colon_may_stay() -> None:
    assert every(repaired("Subject:x"), "Subject")[0].raw == b"Subject:x\r\n"


def test_automated_mail_says_so_to_machines() -> None:
    message = repaired("From: root", list_id="job.web01.example.com")
    assert decoded(message, "Auto-Submitted") == "auto-generated"
    assert decoded(message, "X-Auto-Response-Suppress") == "All"
    assert decoded(message, "List-Id") == "<job.web01.example.com>"


def test_a_reply_of_a_machine_stays_one() -> None:
    assert decoded(repaired("Auto-Submitted: auto-replied"), "Auto-Submitted") == "auto-replied"


def test_automated_mail_does_not_deny_it() -> None:
    assert decoded(repaired("Auto-Submitted: no"), "Auto-Submitted") == "auto-generated"


def test_precedence_is_left_alone_and_requests_for_receipts_go() -> None:
    message = repaired("Precedence: bulk\nDisposition-Notification-To: a@b.example")
    assert decoded(message, "Precedence") == "bulk"
    assert "Disposition-Notification-To" not in names(message)


def test_a_persons_mail_is_not_called_automated() -> None:
    message = repaired("From: a@b.example\nReturn-Receipt-To: a@b.example", automated=False)
    assert not {"Auto-Submitted", "X-Auto-Response-Suppress"} & set(names(message))
    assert "Return-Receipt-To" in names(message)
