"""P8: reading what came back costs time in proportion to it, and no more than a bounded amount."""

import time

import pytest

from relay.returns.read import read
from tests.mail.test_linear import assert_linear
from tests.returns.given import came_back

OPENINGS = {
    "text": "From: MAILER-DAEMON@a.example\r\n\r\n"
    "This is the mail system at host a.example.\r\n\r\n",
    "status": "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    "Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\n",
    "complaint": "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    "Content-Type: message/feedback-report\r\n\r\nFeedback-Type: abuse\r\n",
    "original": "Content-Type: multipart/report; boundary=b\r\n\r\n--b\r\n"
    "Content-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; a@b.example\r\n"
    "--b\r\nContent-Type: text/rfc822-headers\r\n\r\n",
    "html": "From: MAILER-DAEMON@a.example\r\nContent-Type: text/html\r\n\r\n",
    "subject": "Subject: ",
}
UNITS = [
    "a", " ", "\r\n", "a\r\n", "\r\n\r\n", "a@b.example\r\n", "<a@b.example>:\r\n",
    "a@", "@", "<", "to:", "to ",
    "host a", "a.", "5.1.", "550 ", ": 550", "-", "*", ">", "\\x{41}", "+2B", ";", "a:b\r\n",
    "Final-Recipient: rfc822; a@b.example\r\n", "Diagnostic-Code: smtp; 550 5.1.1\r\n x\r\n",
    "Original-Rcpt-To: a@b.example\r\n", "Date: \r\n\r\n", "From: a\r\n", "To: a@b.example,\r\n ",
    "auto",
]  # fmt: skip


@pytest.mark.parametrize("opening", OPENINGS)
@pytest.mark.parametrize("unit", UNITS)
def test_p8_what_came_back_is_read_in_linear_time(opening: str, unit: str) -> None:
    def parsed(text: str) -> object:
        return read(came_back((OPENINGS[opening] + text).encode()))

    assert_linear(parsed, unit, 50_000)


@pytest.mark.parametrize("unit", ["a\r\n", "a@b.example\r\n", "Date: \r\n\r\n"])
def test_p8_a_report_of_many_megabytes_costs_no_more_than_a_short_one(unit: str) -> None:
    message = came_back((OPENINGS["text"] + unit * (8_000_000 // len(unit))).encode())
    start = time.process_time()
    read(message)
    assert time.process_time() - start < 2
