"""Mails of our own: a plain notice, and the delivery status of a mail that did not arrive.

Both come out complete and 7-bit, ready to be signed: the caller gives the moment, the ID and the
names, and sets the null reverse-path (RFC 5321 s6.1). `Auto-Submitted: auto-replied` keeps other
machines from answering (RFC 3834 s5). A delivery status is a multipart/report (RFC 3464, RFC 6522)
that quotes the reply word for word, so that the owner can act on it, and the header of the mail,
not its body. `header`, `part` and `multipart` put together whatever else the relay writes itself.
What happens next: pipeline/conclude.py stores it as an outgoing notice.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from relay.mail.address import Mailbox
from relay.mail.block import read_block
from relay.mail.date import write_date
from relay.mail.encode import write, write_mailboxes, write_tokens
from relay.mail.enhanced import codes
from relay.mail.headers import clean, decode, find
from relay.mail.message import Field
from relay.mail.transfer import encode_text

_LONGEST_REPLY = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """Who writes to whom and when. `id` is unique within `domain` and makes the Message-ID."""

    id: str
    at: datetime
    relay: str
    domain: str
    sender: Mailbox
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One recipient's mail that did not arrive; `message_id` is its queue ID.

    `reply` is what `remote` said last; `status` is used where it names no enhanced code.
    `original` is the mail as it was sent, of which only the header is quoted.
    """

    message_id: str
    recipient: str
    reply: str
    remote: str
    original: bytes
    last_attempt: datetime
    status: str = "5.0.0"
    expired: bool = False


def notice(head: Letterhead, subject: str, lines: Sequence[str]) -> bytes:
    """Return a plain mail with this text."""
    text = encode_text("\n".join((*lines, "")))
    fields = (
        *header(head, subject),
        write_tokens("Content-Type", f"text/plain; charset={text.charset}"),
        write_tokens("Content-Transfer-Encoding", text.encoding),
    )
    return _joined(fields) + text.payload


def delivery_status(head: Letterhead, failure: Failure) -> bytes:
    """Return a failed delivery's report to an owner (RFC 3464)."""
    subject = f"Not delivered to {failure.recipient}: {_subject(failure)}"
    parts = (
        text_part("text/plain", _explanation(head, failure)),
        part("message/delivery-status", "7bit", _status(head, failure)),
        text_part("text/rfc822-headers", _original_header(failure.original)),
    )
    kind = "multipart/report; report-type=delivery-status"
    return multipart(kind, head.id, parts, header(head, subject))


def header(head: Letterhead, subject: str, submitted: str = "auto-replied") -> tuple[Field, ...]:
    """Return the fields of a mail of ours, but for its content's; `submitted` as in RFC 3834 s5."""
    return (
        write_tokens("Date", write_date(head.at)),
        write_mailboxes("From", [head.sender]),
        write_mailboxes("To", [Mailbox(name="", address=head.to)]),
        write("Subject", subject),
        write_tokens("Message-ID", f"<{head.id}@{head.domain}>"),
        write_tokens("Auto-Submitted", submitted),
        write_tokens("X-Auto-Response-Suppress", "All"),
        write_tokens("MIME-Version", "1.0"),
    )


def text_part(kind: str, text: str) -> bytes:
    """Return a part of a mail that is text."""
    encoded = encode_text(text)
    return part(f"{kind}; charset={encoded.charset}", encoded.encoding, encoded.payload)


def part(kind: str, encoding: str, payload: bytes, *more: Field) -> bytes:
    """Return a part of a mail, or all of it; `more` fields stand after those of the content."""
    fields = (
        write_tokens("Content-Type", kind),
        write_tokens("Content-Transfer-Encoding", encoding),
        *more,
    )
    return _joined(fields) + payload


def multipart(kind: str, seed: str, parts: Sequence[bytes], fields: Iterable[Field] = ()) -> bytes:
    """Return `parts` as one, below `fields`; `seed` makes the boundary, which none contains."""
    boundary = f"=_{re.sub('[^A-Za-z0-9]', '', seed)[:50]}"
    while any(b"--" + boundary.encode() in each for each in parts):
        boundary += "_"
    delimiter = b"--" + boundary.encode() + b"\r\n"
    body = b"".join(delimiter + each + b"\r\n" for each in parts)
    own = write_tokens("Content-Type", f'{kind}; boundary="{boundary}"')
    return _joined((*fields, own)) + body + delimiter[:-2] + b"--\r\n"


def _explanation(head: Letterhead, failure: Failure) -> str:
    given_up = "It was tried until its time was up. " if failure.expired else ""
    lines = (
        f"This is {head.relay}. A mail could not be delivered, and it will not be tried again.",
        "",
        f"Recipient: {failure.recipient}",
        f"Subject:   {_subject(failure)}",
        "",
        f"{given_up}The last answer, from {failure.remote or 'the upstream server'}:",
        f"    {clean(failure.reply)[:_LONGEST_REPLY]}",
        "",
        "The header of the mail is attached. What became of it, and the mail as it came:",
        f"    relay why {failure.message_id}",
        f"    relay show {failure.message_id}",
        "",
    )
    return "\n".join(lines)


def _status(head: Letterhead, failure: Failure) -> bytes:
    """Return the machine's part: one group about us, one about the recipient (RFC 3464 s2)."""
    recipient = [
        write_tokens("Final-Recipient", f"rfc822; {failure.recipient}"),
        write_tokens("Action", "failed"),
        write_tokens("Status", next(iter(codes(failure.reply)), failure.status)),
        write_tokens("Diagnostic-Code", f"smtp; {failure.reply[:_LONGEST_REPLY]}"),
        write_tokens("Last-Attempt-Date", write_date(failure.last_attempt)),
    ]
    if failure.remote:
        recipient.insert(3, write_tokens("Remote-MTA", f"dns; {failure.remote}"))
    about_us = _joined([write_tokens("Reporting-MTA", f"dns; {head.relay}")])
    return about_us + _joined(recipient).removesuffix(b"\r\n")


def _subject(failure: Failure) -> str:
    found = find(read_block(failure.original).fields, "Subject")
    return decode(found) if found else "(no subject)"


def _original_header(original: bytes) -> str:
    fields = read_block(original).fields
    return b"".join(field.raw for field in fields).decode("utf-8", "replace")


def _joined(fields: Iterable[Field]) -> bytes:
    return b"".join(field.raw for field in fields) + b"\r\n"
