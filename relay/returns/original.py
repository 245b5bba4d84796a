"""The header of the mail that came back: from its own part, or from the text that quotes it.

What happens next: it stands in a Bounce or a Complaint, as `original`.
"""

import re
from collections.abc import Sequence

from relay.mail.address import mailboxes
from relay.mail.block import read_block
from relay.mail.headers import find, text_of
from relay.mail.message import Field, Message
from relay.returns import leaves
from relay.returns.diagnosis import address, message_id, one_line, valid
from relay.returns.returned import Original

_PARTS = (
    *("message/rfc822", "text/rfc822-headers", "message/rfc822-headers"),
    *("message/global", "message/global-headers"),  # RFC 6532 s3.7, RFC 6533 s5
)
_MOST_RECIPIENTS = 20
_BEGINS = re.compile(
    r"\s*(?:Return-Path|Received|Message-ID|DKIM-Signature|MIME-Version|Date|From|Delivered-To"
    r"|X-[\w-]{1,60}):\s",
    re.IGNORECASE,
)


def returned_header(message: Message) -> tuple[Field, ...]:
    """Return the header fields of the mail that came back as a part of this one."""
    data = leaves.of_type(message, *_PARTS)
    return read_block(data.lstrip(b"\r\n")).fields if data else ()


def quoted_header(lines: Sequence[str]) -> tuple[Field, ...]:
    """Return the header fields that a text quotes: a block of them that identifies a mail."""
    at = 0
    while at < len(lines):
        if _BEGINS.match(lines[at]) is None:
            at += 1
            continue
        end = next((n for n in range(at, len(lines)) if not lines[n].strip()), len(lines))
        raw = "\r\n".join((*_unindented(lines[at:end]), "", "")).encode("utf-8", "replace")
        fields = read_block(raw).fields
        if any(find(fields, name) for name in ("Message-ID", "Return-Path", "Received")):
            return fields
        at = end
    return ()


def _unindented(lines: Sequence[str]) -> list[str]:
    indent = len(lines[0]) - len(lines[0].lstrip())
    return [line[indent:] if not line[:indent].strip() else line for line in lines]


def original(fields: tuple[Field, ...]) -> Original:
    """Return what these header fields say of their mail."""
    return Original(
        message_id=message_id(text_of(fields, "Message-ID")),
        reverse_path=address(text_of(fields, "Return-Path")),
        recipients=_recipients(fields),
        feedback_id=one_line(text_of(fields, "Feedback-ID")),
        list_unsubscribe=one_line(text_of(fields, "List-Unsubscribe")),
    )


def _recipients(fields: tuple[Field, ...]) -> tuple[str, ...]:
    # Outlook.com blanks To and names the recipient in a field of its own.
    names = ("X-HmXmrOriginalRecipient", "To")
    found = (valid(box.address) for name in names for box in mailboxes(text_of(fields, name)))
    return tuple(dict.fromkeys(each for each in found if each))[:_MOST_RECIPIENTS]
