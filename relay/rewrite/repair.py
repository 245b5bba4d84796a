"""The header that every mail needs, each field exactly once (RFC 5322 s3.6, RFC 2045 s4).

Of a duplicate the best stays and the others become X-Duplicate-NAME; a Date, Message-ID, To or Cc
that is none is replaced and kept as X-Original-NAME. A new Message-ID is made from the queue ID, so
that a mail sent twice is recognised as the same. Blind copies are never shown.
What happens next: marks.py, then trace.py on top.
"""

import re
from collections.abc import Callable

from relay.mail.address import Mailbox, is_address, mailboxes
from relay.mail.date import read_date, write_date
from relay.mail.encode import write, write_mailboxes, write_tokens
from relay.mail.headers import decode, find, flat, put, value, without
from relay.mail.message import Field, Message
from relay.rewrite.edits import Edits

Fields = tuple[Field, ...]

_ATEXT = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
# RFC 5322 s3.6.4, without quoted strings; an IP address in brackets is a domain, too.
_MESSAGE_ID = re.compile(
    rf"<{_ATEXT}(?:\.{_ATEXT})*@(?:{_ATEXT}(?:\.{_ATEXT})*|\[[!-Z^-~]{{1,100}}\])>"
)
_LONGEST_ID = 900
_LONGEST_NAME = 150


def _is_date(field: Field) -> bool:
    return read_date(flat(field)) is not None


def _is_message_id(field: Field) -> bool:
    text = flat(field)
    return len(text) <= _LONGEST_ID and _MESSAGE_ID.fullmatch(text) is not None


def _names_somebody(field: Field) -> bool:
    found = mailboxes(flat(field))
    return bool(found) and all(is_address(mailbox.address) for mailbox in found)


def _is_there(field: Field) -> bool:
    return bool(value(field))


# Which of several is the best: the first that passes.
_UNIQUE: dict[str, Callable[[Field], bool]] = {
    "date": _is_date,
    "from": _names_somebody,
    "sender": _names_somebody,
    "reply-to": _names_somebody,
    "to": _names_somebody,
    "cc": _names_somebody,
    "message-id": _is_message_id,
    "in-reply-to": _is_there,
    "references": _is_there,
    "subject": _is_there,
    "mime-version": _is_there,
    "content-type": _is_there,
    "content-transfer-encoding": _is_there,
    "content-disposition": _is_there,
    "content-id": _is_there,
    "content-description": _is_there,
    "auto-submitted": _is_there,
    "list-id": _is_there,
    "x-original-subject": _is_there,
    "x-original-from": _is_there,
}


def one_of_each(fields: Fields) -> Fields:
    """Return the fields with one of each kind that must not be repeated."""
    best: dict[str, Field] = {}
    for field in fields:
        name = field.name.lower()
        good = _UNIQUE.get(name)
        if good and (name not in best or (not good(best[name]) and good(field))):
            best[name] = field
    return tuple(
        field if best.get(field.name.lower(), field) is field else _duplicate(field)
        for field in fields
    )


def _duplicate(field: Field) -> Field:
    return write(f"X-Duplicate-{field.name[:_LONGEST_NAME]}", decode(field))


def required(fields: Fields, message: Message, edits: Edits) -> Fields:
    """Return the fields with a Date, a Message-ID and a destination, all of them valid."""
    received = message.received
    domain = edits.identity.domain if edits.identity else edits.relay
    fields = _ensured(fields, _is_date, write_tokens("Date", write_date(received.at)))
    new_id = write_tokens("Message-ID", f"<{received.id}@{domain}>")
    fields = _ensured(fields, _is_message_id, new_id)
    return _addressed(without(fields, "Bcc"), edits.to)


def _ensured(fields: Fields, good: Callable[[Field], bool], new: Field) -> Fields:
    """Put `new` in place of a field that is not `good`, and keep what that said."""
    old = find(fields, new.name)
    if old is None:
        return put(fields, new)
    return fields if good(old) else put(_kept(fields, old), new)


def _kept(fields: Fields, old: Field) -> Fields:
    text = decode(old)
    return put(fields, write(f"X-Original-{old.name}", text)) if text else fields


def _addressed(fields: Fields, to: tuple[str, ...]) -> Fields:
    """Return the fields with destination fields that can be read, and a To if nobody is named."""
    for name in ("To", "Cc"):
        old = find(fields, name)
        if old is None or _names_somebody(old) or _is_empty_group(old):
            continue
        valid = [mailbox for mailbox in mailboxes(flat(old)) if is_address(mailbox.address)]
        fields = _kept(fields, old)
        fields = put(fields, write_mailboxes(name, valid)) if valid else without(fields, name)
    there = [field for name in ("To", "Cc") if (field := find(fields, name))]
    if any(map(_names_somebody, there)) or (there and not to):
        return fields
    return put(fields, write_mailboxes("To", [Mailbox(name="", address=each) for each in to]))


def _is_empty_group(field: Field) -> bool:
    """Say whether the field names nobody, validly (RFC 5322 s3.4): `undisclosed-recipients:;`."""
    text = flat(field)
    return ":" in text and text.endswith(";") and not mailboxes(text)
