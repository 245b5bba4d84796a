"""Fields are found, unfolded and decoded, and nothing in them can act."""

import pytest

from relay.mail.headers import clean, decode, decode_base64, decode_words, decoded, every, put
from relay.mail.message import Field
from tests.mail.receiving import message


def subject(value: bytes) -> str:
    return decode(Field(name="Subject", raw=b"Subject: " + value + b"\r\n"))


def test_fields_are_found_in_any_case() -> None:
    parsed = message("SUBJECT: a\nsubject: b\n\nx")
    assert decoded(parsed, "Subject") == "a"
    assert len(every(parsed, "sUbJeCt")) == 2


def test_a_missing_field_reads_as_nothing() -> None:
    assert decoded(message("To: x\n\n"), "Subject") == ""


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"plain", "plain"),
        (b"=?utf-8?q?gr=C3=B6=C3=9Fer?=", "größer"),
        (b"=?UTF-8?B?Z3LDtsOfZXI=?=", "größer"),
        (b"=?iso-8859-1?q?f=FCr?= all", "für all"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b"),
        (b"=?utf-8?q?=C3?= =?utf-8?q?=B6?=", "ö"),  # split within a character
        (b"=?utf-8*en?q?a_b?=", "a b"),
        (b"=?utf-8?b?Z3LDtg?=", "grö"),  # no padding
        (b"=?nobody-knows?q?a=C3=B6?=", "aö"),
        (b"=?utf-8?x?a?=", "=?utf-8?x?a?="),
        (b"=?utf-8?q?unfinished", "=?utf-8?q?unfinished"),
        (b"\xc3\xa9quipe", "équipe"),
        (b"\xe9quipe", "équipe"),
        (b"=?utf-8?q?a=0D=0ABcc:_x?=", "a  Bcc: x"),
        (b"a\x00b\x1b[31mc", "a b [31mc"),
        (b"", ""),
    ],
)
def test_a_value_is_decoded_as_a_person_reads_it(value: bytes, text: str) -> None:
    assert subject(value) == text


@pytest.mark.parametrize("codec", ["punycode", "idna", "unicode_escape", "zlib", "rot13", "utf-7"])
def test_a_codec_that_is_no_charset_is_not_run(codec: str) -> None:
    assert decode_words(f"=?{codec}?q?a-b?=") == "a-b"


def test_clean_leaves_no_line_end_no_control_and_no_override() -> None:
    text = clean(" a\r\nb\x85c\u2028d\u202ee\ud800 ")
    assert text == "a  b c d\ufffde\ufffd"


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"YWJj", b"abc"),
        (b"YW Jj\r\n", b"abc"),
        (b"YWI", b"ab"),
        (b"YWJjZ", b"abc"),
        (b"YQ==YQ==", b"aa"),
        (b"!!!", b""),
        (b"", b""),
        (b"====", b""),
    ],
)
def test_base64_is_decoded_as_far_as_it_goes(data: bytes, text: bytes) -> None:
    assert decode_base64(data) == text


def test_put_replaces_the_first_and_removes_the_rest() -> None:
    fields = message("A: 1\nB: 2\nX-C: 3\na: 4\n\n").fields
    replaced = put(fields, Field(name="A", raw=b"A: new\r\n"))
    assert [field.raw for field in replaced] == [b"A: new\r\n", b"B: 2\r\n", b"X-C: 3\r\n"]
