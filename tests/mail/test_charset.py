"""Bytes to text, whatever the label says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.mail.charset import bears_out, canonical, decode_text


@pytest.mark.parametrize(
    ("data", "label", "text"),
    [
        ("é".encode(), "utf-8", "é"),
        ("é".encode(), None, "é"),
        ("é".encode(), "us-ascii", "é"),
        ("é".encode(), "ANSI_X3.4-1968", "é"),
        ("é".encode(), "iso-8859-1", "é"),  # valid UTF-8 is UTF-8
        (b"\xe9", "iso-8859-1", "é"),
        (b"\xe9", None, "é"),
        (b"\xe9", "utf-8", "é"),
        (b"\x80", None, "€"),
        (b"\xa4", "iso-8859-15", "€"),
        (b"\xa4", "ISO_8859-15", "€"),
        ("ok é\nund ".encode() + b"\xfc", "utf-8", "ok é\nund ü"),
        ("привет".encode("koi8-r"), "KOI8-R", "привет"),
        ("日本".encode("shift-jis"), "Shift_JIS", "日本"),
        ("x".encode("utf-16"), "utf-16", "x"),
        (b"plain", "punycode", "plain"),
        (b"", "", ""),
    ],
)
def test_a_label_is_believed_as_far_as_the_bytes_bear_it_out(
    data: bytes, label: str | None, text: str
) -> None:
    assert decode_text(data, label) == text


@given(st.binary(max_size=50), st.sampled_from([None, "utf-8", "iso-8859-1", "utf-16", "gbk"]))
def test_any_bytes_become_text_that_can_be_written(data: bytes, label: str | None) -> None:
    text = decode_text(data, label)
    assert text.encode().decode() == text


@pytest.mark.parametrize(
    "label", ["zlib", "idna", "unicode_escape", "../x", "x" * 999, "", "utf-7"]
)
def test_what_is_no_charset_of_mail_is_unknown(label: str) -> None:
    assert canonical(label) is None


def test_a_label_is_borne_out_by_bytes_that_decode() -> None:
    assert bears_out(b"x", None)
    assert bears_out("é".encode(), "utf-8")
    assert not bears_out("é".encode(), None)
    assert not bears_out(b"x", "nobody-knows")
