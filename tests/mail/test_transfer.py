"""Transfer encodings, both ways."""

import binascii

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.charset import decode_text
from relay.mail.splice import splice
from relay.mail.transfer import (
    crlf_only,
    decode_transfer,
    encode_base64,
    encode_text,
    has_long_lines,
    is_plain,
)


@settings(max_examples=500, deadline=None)
@given(st.text(max_size=500) | st.text(alphabet="aé =\t\r\n.", max_size=500))
def test_p7_an_encoded_text_is_plain_and_decodes_to_itself(text: str) -> None:
    encoded = encode_text(text)
    assert is_plain(encoded.payload)
    decoded = decode_text(decode_transfer(encoded.payload, encoded.encoding), encoded.charset)
    lines = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
    assert decoded == lines.replace("\n", "\r\n")


@given(st.binary(max_size=300))
def test_p7_encoded_bytes_are_plain_and_decode_to_themselves(data: bytes) -> None:
    encoded = encode_base64(data)
    assert is_plain(encoded)
    assert decode_transfer(encoded, "base64") == data


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("plain", "7bit"),
        ("größer und länger", "quoted-printable"),
        ("x" * 2000, "quoted-printable"),
        ("резервная копия", "base64"),
        ("", "7bit"),
    ],
)
def test_the_most_readable_encoding_is_chosen(text: str, encoding: str) -> None:
    assert encode_text(text).encoding == encoding


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"", True),
        (b"a\r\nb", True),
        (b"x" * 998, True),
        (b"x" * 998 + b"\r\n", True),
        (b"x" * 999, False),
        (b"a\r\n" + b"x" * 999 + b"\r\n", False),
        (b"\xe9", False),
        (b"a\0b", False),
        (b"a\nb", False),
        (b"a\rb", False),
        (b"a\n\rb", False),
    ],
)
def test_only_what_every_server_carries_is_plain(data: bytes, plain: bool) -> None:
    assert is_plain(data) is plain


@given(st.lists(st.integers(min_value=0, max_value=1200), max_size=5), st.booleans())
def test_long_lines_are_found_wherever_they_are(lengths: list[int], ended: bool) -> None:
    data = b"\r\n".join(b"x" * length for length in lengths) + (b"\r\n" if ended else b"")
    assert has_long_lines(data) is any(len(line) > 998 for line in data.split(b"\r\n"))


@given(st.text(alphabet="a\r\n").map(str.encode))
def test_bare_line_ends_become_crlf(data: bytes) -> None:
    assert crlf_only(data).split(b"\r\n") == data.decode().replace("\r\n", "\n").replace(
        "\r", "\n"
    ).encode().split(b"\n")


@given(st.binary(max_size=200))
def test_quoted_printable_of_any_kind_is_read(data: bytes) -> None:
    assert decode_transfer(data, "quoted-printable") == binascii.a2b_qp(data)


def test_splicing_leaves_everything_else_as_it_was() -> None:
    assert splice(b"aaaBBcccDDeee\r\n", [(3, 5, b"1"), (8, 10, b"")]) == b"aaa1\r\nccc\r\neee\r\n"


def test_splicing_adds_no_line_end_where_there_is_one() -> None:
    assert splice(b"aaBB\r\ncc", [(2, 4, b"1")]) == b"aa1\r\ncc"
