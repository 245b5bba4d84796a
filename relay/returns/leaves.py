"""The parts of a returned mail, decoded as far as a report is long.

Reports are short; what makes a returned mail long is the mail it returns. So a part is read for a
quarter of a megabyte at most, and that bounds the time that anything hostile can cost.
What happens next: delivery_status.py, complaint.py, text_form.py and original.py read them.
"""

from itertools import islice

from relay.mail.charset import decode_text
from relay.mail.headers import first, flat
from relay.mail.html import html_to_text
from relay.mail.message import Message, Part
from relay.mail.parameters import parse_parameters
from relay.mail.terminal import visible_lines
from relay.mail.transfer import decode_transfer

MAX_BYTES = 1 << 18
_MAX_LINES = 5000
_TEXTS = ("text/plain", "text/html")


def content(message: Message, part: Part) -> bytes:
    """Return the first MAX_BYTES of a part, without their transfer encoding."""
    end = min(part.end, part.start + MAX_BYTES)
    return decode_transfer(message.body[part.start : end], part.encoding)


def of_type(message: Message, *types: str) -> bytes | None:
    """Return the content of the first part that has one of these types."""
    found = next((part for part in message.parts if part.content_type in types), None)
    return None if found is None else content(message, found)


def report_type(message: Message) -> str | None:
    """Return what a multipart/report reports (RFC 6522 s3), None for any other mail."""
    field = first(message, "Content-Type")
    kind = parse_parameters(flat(field)) if field else None
    if kind is None or kind.value != "multipart/report":
        return None
    return kind.get("report-type").lower()


def lines(message: Message) -> tuple[str, ...]:
    """Return the lines of the first part that a person would read: plain text, else HTML."""
    for kind in _TEXTS:
        for part in message.parts:
            text = _text(message, part) if part.content_type == kind else ""
            if text.strip():
                return tuple(islice(visible_lines(text), _MAX_LINES))
    return ()


def _text(message: Message, part: Part) -> str:
    text = decode_text(content(message, part), part.charset)
    return html_to_text(text) if part.content_type == "text/html" else text
