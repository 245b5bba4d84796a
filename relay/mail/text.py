"""The text that a person would read in a mail, as numbered lines, under limits.

Plain text parts in order, and attached logs: text by label, or by the look of it where the label
says nothing (s-nail labels a text with colours `application/octet-stream`), unpacked where they
are gzip. HTML counts only where there is no plain text. Line numbers are positions in `lines`,
from 1. What is too long is cut in the middle, because verdicts stand at the beginning and at the
end, and `truncated` says so. A mail of 25 MB costs less than two seconds and 256 MB.
What happens next: secrets.py, then reports/letter.py.
"""

import zlib
from dataclasses import dataclass

from relay.mail.charset import decode_text
from relay.mail.html import html_to_text
from relay.mail.message import Message, Part
from relay.mail.terminal import LONGEST_LINE, visible_lines
from relay.mail.transfer import payload

MAX_BYTES = 32 << 20
_MAX_HTML = 4 << 20
MAX_LINES = 1_200_000

_SAMPLE = 4096
_GZIP = b"\x1f\x8b"
_READABLE = bytes([7, 8, 9, 10, 12, 13, 27, *range(0x20, 0x7F), *range(0x80, 0x100)])
_UNREAD = ("image/", "audio/", "video/", "font/", "message/rfc822", "application/pgp-")
_TEXTUAL = {
    "application/json",
    "application/x-log",
    "application/x-sh",
    "application/xml",
    "message/delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Lines without their ends; `truncated` where the mail holds more than these."""

    lines: tuple[str, ...]
    truncated: bool


def read_lines(message: Message) -> tuple[str, ...]:
    """Return the lines of the text; line 1 is the first."""
    return read_text(message).lines


def read_text(message: Message) -> Text:
    """Read the message's text; never raises."""
    plain = [part for part in message.parts if not _is_html(part)]
    texts, cut = _texts(message, plain, MAX_BYTES)
    if not any(text.strip() for text in texts):
        html, cut = _texts(message, [part for part in message.parts if _is_html(part)], _MAX_HTML)
        texts = [html_to_text(text) for text in html]
    lines: list[str] = []
    for text in texts:
        shown, shortened = _bounded(text.removesuffix("\n"), MAX_LINES - len(lines))
        cut = cut or shortened
        lines += visible_lines(shown)
    cut = cut or any(len(line) > LONGEST_LINE for line in lines)
    return Text(lines=tuple(lines), truncated=cut)


def _bounded(text: str, most: int) -> tuple[str, bool]:
    """Return `text` without its middle if it has more than `most` lines, and whether it had."""
    if text.count("\n") < most:
        return text, False
    half = max(most, 2) // 2
    head = text.split("\n", half)
    tail = head.pop().rsplit("\n", half)[1:]
    return "\n".join((*head, *tail)), True


def _texts(message: Message, parts: list[Part], room: int) -> tuple[list[str], bool]:
    """Return the decoded texts of `parts`, `room` bytes in all, and whether any was cut."""
    texts: list[str] = []
    truncated = False
    for part in parts:
        if room <= 0:
            return texts, True
        data, cut = _text_bytes(message, part, room)
        truncated = truncated or cut
        if data:
            room -= len(data)
            texts.append(decode_text(data, part.charset))
    return texts, truncated


def _text_bytes(message: Message, part: Part, room: int) -> tuple[bytes, bool]:
    """Return at most `room` bytes of a part's text, nothing if it holds none."""
    if part.content_type.startswith(_UNREAD):
        return b"", False
    data = payload(message, part)
    cut = False
    if data.startswith(_GZIP):
        data, cut = _unpacked(data, room)
    labelled = part.content_type.startswith("text/") or part.content_type in _TEXTUAL
    if not labelled and not _looks_textual(data):
        return b"", False
    if len(data) <= room:
        return data, cut
    return data[: room // 2] + b"\n" + data[-(room // 2) :], True


def _unpacked(data: bytes, room: int) -> tuple[bytes, bool]:
    """Unpack gzip as far as `room` goes; a damaged end costs only itself (RFC 1952)."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        unpacked = unpacker.decompress(data, room)
    except zlib.error:
        return b"", True
    return unpacked, not unpacker.eof


def _looks_textual(data: bytes) -> bool:
    sample = data[:_SAMPLE]
    odd = len(sample.translate(None, _READABLE))
    return bool(sample) and b"\0" not in sample and odd * 20 <= len(sample)


def _is_html(part: Part) -> bool:
    return part.content_type in ("text/html", "application/xhtml+xml")
