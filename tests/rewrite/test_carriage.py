"""Bodies that any server carries, and as little changed in them as can be."""

import base64
import email

import pytest

from relay.mail.headers import decoded
from relay.mail.parse import parse
from relay.mail.text import read_lines
from tests.mail.receiving import received
from tests.rewrite.validity import assert_valid
from tests.rewrite.wishes import PERSON, REPAIR, edited, names, sent

MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
PNG = bytes(range(256)) * 8


def test_p5_a_body_that_needs_nothing_stays_byte_for_byte() -> None:
    body = "one\ntwo  \n\n.\nlast without end"
    message = edited(f"Content-Type: text/plain; charset=utf-8\n\n{body}", REPAIR)
    assert message.body == body.replace("\n", "\r\n").encode()


def test_p5_parts_that_need_nothing_stay_byte_for_byte_beside_one_that_does() -> None:
    kept = base64.encodebytes(PNG).replace(b"\n", b"\r\n")
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\npreamble\r\n--b\r\n\r\nna\xc3\xafve\r\n"
        b"--b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\nX-Own: 1\r\n\r\n"
        + kept + b"\r\n--b--\r\nepilogue\r\n"
    )  # fmt: skip
    out = sent(raw, REPAIR)
    assert_valid(out)
    assert raw[raw.index(b"\r\n--b\r\nContent-Type: image") :] in out
    assert b"preamble\r\n--b\r\n" in out


def test_8bit_text_becomes_quoted_printable_with_a_true_charset() -> None:
    message = edited("Content-Transfer-Encoding: 8bit\n\nGröße\n", REPAIR)
    assert message.body == b"Gr=C3=B6=C3=9Fe\r\n"
    assert decoded(message, "Content-Type") == "text/plain; charset=utf-8"
    assert decoded(message, "Content-Transfer-Encoding") == "quoted-printable"


def test_7bit_text_called_8bit_is_called_7bit_and_stays() -> None:
    raw = "Content-Type: text/plain; charset=UTF-8\nContent-Transfer-Encoding: 8bit\n\nx\n"
    message = edited(raw, REPAIR)
    assert decoded(message, "Content-Transfer-Encoding") == "7bit"
    assert message.body == b"x\r\n"


@pytest.mark.parametrize(
    ("given", "charset"),
    [
        ("text/plain", "us-ascii"),
        ("text/plain; charset=nobody-knows", "us-ascii"),
        ("text", "us-ascii"),
        ("text/plain; charset=UTF-8", "UTF-8"),
        ("text/plain; charset=iso-8859-1; format=flowed", "iso-8859-1"),
    ],
)
def test_plain_text_has_a_charset_that_is_true(given: str, charset: str) -> None:
    message = edited(f"Content-Type: {given}\n\nx\n", REPAIR)
    read = email.message_from_bytes(sent(f"Content-Type: {given}\n\nx\n", REPAIR))
    assert read.get_param("charset") == charset
    assert message.body == b"x\r\n"


def test_a_charset_that_lies_is_corrected_and_the_text_kept() -> None:
    raw = b"Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\ngr\xf6\xdfer\r\n"
    message = edited(raw, REPAIR)
    assert decoded(message, "Content-Type") == "text/plain; charset=utf-8; format=flowed"
    assert read_lines(message) == ("größer",)


def test_lines_over_998_become_quoted_printable() -> None:
    message = edited("Subject: x\n\n" + "x" * 3000 + "\n", REPAIR)
    assert decoded(message, "Content-Transfer-Encoding") == "quoted-printable"
    assert max(map(len, message.body.split(b"\r\n"))) <= 76


def test_nul_bytes_go_and_bare_line_ends_become_crlf() -> None:
    message = edited(b"Subject: x\r\n\r\na\0b\rc\nd\r\n", REPAIR)
    assert message.body == b"ab\r\nc\r\nd\r\n"


def test_a_binary_attachment_that_cannot_travel_goes_as_base64_unchanged() -> None:
    data = PNG.replace(b"\r", b"").replace(b"\n", b"")
    raw = b"Content-Type: image/png\r\nContent-Transfer-Encoding: binary\r\n\r\n" + data
    out = sent(raw, REPAIR)
    assert_valid(out)
    assert email.message_from_bytes(out).get_payload(decode=True) == data


def test_an_attached_text_that_cannot_travel_keeps_its_charset_and_bytes() -> None:
    raw = (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"
        b"Content-Type: text/csv; charset=iso-8859-1\r\nContent-Disposition: attachment\r\n\r\n"
        b"gr\xf6\xdfe\r\n--b--\r\n"
    )
    part = email.message_from_bytes(sent(raw, REPAIR)).get_payload(0)
    assert part.get_payload(decode=True) == b"gr\xf6\xdfe"
    assert part.get_param("charset") == "iso-8859-1"


def test_an_attached_mail_that_cannot_travel_goes_as_a_file() -> None:
    raw = (
        MIXED + b"--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"Subject: caf\xc3\xa9\r\n\r\nx\r\n--b--\r\n"
    )
    part = email.message_from_bytes(sent(raw, REPAIR)).get_payload(0)
    assert part.get_content_type() == "application/octet-stream"
    assert part.get_payload(decode=True) == b"Subject: caf\xc3\xa9\r\n\r\nx"


def test_a_multipart_that_was_cut_off_is_closed() -> None:
    raw = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntw"
    out = sent(raw, REPAIR)
    assert_valid(out)
    assert out.endswith(b"tw\r\n--b--")
    assert [part.get_payload() for part in email.message_from_bytes(out).get_payload()] == [
        "one",
        "tw",
    ]


def test_inner_multiparts_that_were_not_closed_are_closed_in_their_place() -> None:
    raw = (
        "Content-Type: multipart/mixed; boundary=o\n\n--o\n"
        "Content-Type: multipart/mixed; boundary=i\n\n--i\n\none\n--o\n\ntwo\n--o--\n"
    )
    out = sent(raw, REPAIR)
    assert_valid(out)
    assert b"one\r\n--i--\r\n--o\r\n" in out


@pytest.mark.parametrize(
    "raw",
    [
        MIXED + b"pre\xe9amble\r\n--b\r\n\r\nshown\r\n--b--\r\n",
        b"Content-Type: multipart/mixed; boundary=\xe9\r\n\r\n--\xe9\r\n\r\nshown\r\n--\xe9--\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"x" * 2000
        + b"\r\n--b\r\n\r\nshown\r\n",
    ],
)
def test_a_skeleton_that_cannot_be_carried_is_sent_as_the_text_it_shows(raw: bytes) -> None:
    out = sent(raw, REPAIR)
    assert_valid(out)
    assert "shown" in read_lines(parse(received(out)))


def test_a_multipart_without_delimiters_is_sent_as_text() -> None:
    message = edited("Content-Type: multipart/mixed; boundary=b\n\nno parts here\n", REPAIR)
    assert decoded(message, "Content-Type") == "text/plain; charset=us-ascii"
    assert message.body == b"no parts here\r\n"


def test_a_multipart_has_no_transfer_encoding_of_its_own() -> None:
    raw = (
        "Content-Type: multipart/mixed; boundary=b\nContent-Transfer-Encoding: base64\n\n"
        "--b\n\nx\n--b--\n"
    )
    assert "Content-Transfer-Encoding" not in names(edited(raw, REPAIR))


def test_a_raw_file_name_in_a_part_is_encoded() -> None:
    raw = (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        'Content-Disposition: attachment; filename="größe.log"\n\nx\n--b--\n'
    )
    out = sent(raw, REPAIR)
    assert_valid(out)
    assert email.message_from_bytes(out).get_payload(0).get_filename() == "größe.log"


def test_a_persons_body_stays_byte_for_byte_even_if_it_is_8bit() -> None:
    body = "Grüße,\nAnna\n"
    assert (
        edited(f"From: a@b.example\n\n{body}", PERSON).body == body.replace("\n", "\r\n").encode()
    )


def test_a_persons_8bit_body_is_described_truly() -> None:
    message = edited("From: a@b.example\n\nGrüße\n", PERSON)
    assert decoded(message, "Content-Type") == "text/plain; charset=utf-8"
    assert decoded(message, "Content-Transfer-Encoding") == "8bit"


def test_a_persons_body_that_no_server_could_carry_is_encoded_and_not_edited() -> None:
    line = "x" * 3000
    message = edited(f"From: a@b.example\n\npassword: y\n{line}\n", PERSON)
    assert max(map(len, message.body.split(b"\r\n"))) <= 998
    assert "password: y" in read_lines(message)


def test_a_decoded_text_that_looks_like_a_delimiter_makes_no_new_part() -> None:
    hidden = base64.encodebytes(b"--b--\ntoken=hunter2\n").decode()
    raw = (
        "Content-Type: multipart/mixed; boundary=b\n\n--b\n"
        f"Content-Transfer-Encoding: base64\n\n{hidden}--b--\n"
    )
    message = edited(raw, REPAIR)
    assert read_lines(message) == ("--b--", "token=[redacted]")
