"""Header fields that are well formed, each for itself (RFC 5322 s2.2, s3.6.8).

A field that is 7-bit, folded within 998 and free of control characters stays byte for byte, line
ends aside. Any other is read tolerantly and written anew by our own encoder, as mailboxes, tokens
or text, whichever its name asks for. A line that was no field at all is kept as X-Malformed; an
mbox `From ` line and a field without a value say nothing and go.
What happens next: repair.py sees to it that each required field is there once.
"""

import re

from relay.mail.address import mailboxes
from relay.mail.encode import write, write_mailboxes, write_tokens
from relay.mail.headers import clean, decode, flat, value
from relay.mail.message import Field
from relay.mail.parameters import parse_parameters
from relay.mail.transfer import is_plain

_SOUND = re.compile(rb"[!-9;-~]{1,200}:(?:[\t -~]|\r\n(?=[\t ][\t ]*+[!-~]))*+\r\n")
_ADDRESSES = {"from", "sender", "reply-to", "to", "cc", "bcc", "errors-to"}
_PARAMETERS = {"content-type", "content-disposition"}
_TOKENS = {"date", "message-id", "in-reply-to", "references", "received", "mime-version"}
_TOKENS |= {"content-transfer-encoding", "content-id", "auto-submitted", "precedence", "list-id"}
_TOKENS |= {"dkim-signature", "return-path", "list-unsubscribe", "authentication-results"}


def sound(field: Field) -> bool:
    """Say whether the field may go out as it is."""
    return is_plain(field.raw) and _SOUND.fullmatch(field.raw) is not None


def sound_fields(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    """Return the fields, each well formed; those that say nothing are left out."""
    made = (made_sound(field) for field in fields)
    return tuple(field for field in made if field is not None)


def made_sound(field: Field) -> Field | None:
    """Return the field well formed, None where it says nothing."""
    if not field.name:
        text = clean(decode(field))
        mbox = text.startswith(("From ", ">From "))
        return None if mbox or not text else write("X-Malformed", text)
    if not value(field):
        return None
    if sound(field):
        return field
    lines = field.raw.replace(b"\r\n", b"\n").removesuffix(b"\n")
    repaired = Field(name=field.name, raw=lines.replace(b"\n", b"\r\n") + b"\r\n")
    return repaired if sound(repaired) else _rewritten(field)


def _rewritten(field: Field) -> Field | None:
    name = field.name.lower()
    if name in _ADDRESSES or name.startswith("resent-"):
        found = mailboxes(flat(field))
        return (
            write_mailboxes(field.name, found) if found else write_tokens(field.name, flat(field))
        )
    if name in _PARAMETERS:
        return write_tokens(field.name, str(parse_parameters(flat(field))))
    if name in _TOKENS:
        return write_tokens(field.name, flat(field))
    text = decode(field)
    return write(field.name, text) if text else None
