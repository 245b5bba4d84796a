"""Transfer encodings, both ways (RFC 2045 s6).

Decoding is lenient and bounded: whatever is wrong, what can be read is read. Encoding produces
7-bit lines of at most 76 characters with CRLF, which every server passes on unchanged. Text stays
readable in its source form where it can: 7bit, else quoted-printable, else base64.
What happens next: text.py reads parts, rewrite re-encodes those that it edits.
"""

import binascii
from dataclasses import dataclass

from relay.mail.headers import decode_base64
from relay.mail.message import Message, Part

LONGEST_LINE = 998  # RFC 5322 s2.1.1, without the CRLF
_LINE = 76
_BASE64_RAW = _LINE // 4 * 3
_SAMPLE = 4096
_READABLE = bytes([9, 10, 13, *range(0x20, 0x7F)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A text ready for a body: charset, Content-Transfer-Encoding and bytes."""

    charset: str
    encoding: str
    payload: bytes


def payload(message: Message, part: Part) -> bytes:
    """Return the part's payload without its transfer encoding; never raises."""
    return decode_transfer(message.body[part.start : part.end], part.encoding)


def decode_transfer(data: bytes, encoding: str) -> bytes:
    """Undo `encoding`; an unknown one is taken for none."""
    if encoding == "base64":
        return decode_base64(data)
    if encoding == "quoted-printable":
        return binascii.a2b_qp(data)
    return data


def is_plain(data: bytes) -> bool:
    """Say whether any server carries `data` unchanged: 7-bit, CRLF, no NUL, lines <= 998."""
    return data.isascii() and is_transportable(data)


def is_transportable(data: bytes) -> bool:
    """Say the same of a server that takes 8-bit (RFC 6152)."""
    return _ends_right(data) and b"\0" not in data and not has_long_lines(data)


def _ends_right(data: bytes) -> bool:
    return data.count(b"\r") == data.count(b"\r\n") == data.count(b"\n")


def crlf_only(data: bytes) -> bytes:
    """Return `data` with CRLF for each bare CR or LF (RFC 5321 s2.3.8)."""
    if _ends_right(data):
        return data
    return data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")


def has_long_lines(data: bytes) -> bool:
    """Say whether a line is longer than 998 (RFC 5321 s4.5.3.1.6); looks at few bytes."""
    at = 0
    while len(data) - at > LONGEST_LINE:
        newline = data.rfind(b"\n", at, at + LONGEST_LINE + 2)
        if newline < 0:
            return len(data) - at > LONGEST_LINE + 2 or not data.endswith(b"\n")
        at = newline + 1
    return False


def encode_base64(data: bytes) -> bytes:
    """Encode `data` in lines of 76 characters."""
    lines = (
        binascii.b2a_base64(data[at : at + _BASE64_RAW], newline=False)
        for at in range(0, len(data), _BASE64_RAW)
    )
    return b"".join(line + b"\r\n" for line in lines)


def encode_quoted(data: bytes) -> bytes:
    """Encode `data`, which is text with CRLF line ends only, as quoted-printable."""
    encoded = binascii.b2a_qp(data, istext=True)
    return encoded if b"\n" in data else encoded.replace(b"=\n", b"=\r\n")


def encode_text(text: str) -> Encoded:
    """Encode `text`, any line ends, in the most readable way that survives transport."""
    # As bytes: one emoji makes a text of 25 MB take 100 MB, and each step a copy of it.
    data = crlf_only(text.encode("utf-8", "replace").replace(b"\0", b""))
    if is_plain(data):
        return Encoded(charset="us-ascii", encoding="7bit", payload=data)
    charset = "us-ascii" if data.isascii() else "utf-8"
    sample = data[:_SAMPLE]
    if len(sample.translate(None, _READABLE)) * 2 > len(sample):
        return Encoded(charset=charset, encoding="base64", payload=encode_base64(data))
    return Encoded(charset=charset, encoding="quoted-printable", payload=encode_quoted(data))
