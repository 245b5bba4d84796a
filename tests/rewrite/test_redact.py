"""No secret leaves."""

import email
from base64 import b64encode

import pytest

from relay.mail.headers import every, flat
from tests.rewrite.wishes import ALL, REPAIR, edited, sent


@pytest.mark.parametrize(
    "name", ["Subject", "Comments", "X-Cron-Command", "X-Mailer", "X-Original-Subject"]
)
def test_a_secret_in_a_text_field_goes(name: str) -> None:
    assert b"hunter2" not in sent(f"{name}: run rsync://bob:hunter2@nas/x\n\nx", REPAIR)


@pytest.mark.parametrize("name", ["From", "To", "Date", "Message-ID", "Sender"])
def test_a_secret_in_a_field_that_is_kept_aside_goes(name: str) -> None:
    assert b"hunter2" not in sent(f"{name}: password=hunter2\n\nx", ALL)


def test_a_secret_in_a_line_that_is_no_field_goes() -> None:
    assert b"hunter2" not in sent("From: a\nno field password=hunter2\nTo: root\n\nx", ALL)


def test_crons_environment_keeps_its_names_and_loses_its_secrets() -> None:
    message = edited("X-Cron-Env: <DB_PASSWORD=a b>\nX-Cron-Env: <HOME=/root>\n\nx", REPAIR)
    shown = [flat(field) for field in every(message, "X-Cron-Env")]
    assert shown == ["<DB_PASSWORD=[redacted]>", "<HOME=/root>"]


@pytest.mark.parametrize("encoding", ["7bit", "base64", "quoted-printable"])
def test_a_secret_in_a_text_goes_whatever_its_encoding(encoding: str) -> None:
    text = b"line 1\nRSYNC_PASSWORD=hunter2\nline 3\n"
    body = {"base64": b64encode(text), "quoted-printable": text.replace(b"=", b"=3D")}
    raw = f"Content-Transfer-Encoding: {encoding}\n\n".encode() + body.get(encoding, text)
    out = sent(raw.replace(b"\n", b"\r\n"), REPAIR)
    payload = email.message_from_bytes(out).get_payload(decode=True)
    assert payload.splitlines() == [b"line 1", b"RSYNC_PASSWORD=[redacted]", b"line 3"]


def test_a_secret_in_html_and_in_an_attached_text_goes() -> None:
    raw = (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html\n\n"
        "<p>https://bob:hunter2@x.example/</p>\n--b\nContent-Type: text/x-log\n"
        "Content-Disposition: attachment\n\nGITHUB_TOKEN=hunter2\n--b--\n"
    )
    assert b"hunter2" not in sent(raw, REPAIR)


def test_with_redaction_off_everything_stays() -> None:
    raw = "Subject: token=hunter2\n\npassword: hunter2\n"
    assert sent(raw, REPAIR, redact=False).count(b"hunter2") == 2


def test_a_text_without_secrets_is_not_encoded_anew() -> None:
    message = edited("Content-Type: text/plain; charset=utf-8\n\nplain = text\n", REPAIR)
    assert message.body == b"plain = text\r\n"
