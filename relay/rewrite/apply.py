"""The seventh step: carry out the edits that policy decided on, one module an edit.

Bodies are spliced, never serialised anew, and header fields that need nothing stay byte for byte.
The order matters: duplicates go before anything is replaced, secrets after everything has been
copied into X-Original fields, and our Received field comes last, on top. Applying the same edits
twice changes nothing more but that field. What DKIM covers stays unless policy says FULL.
What happens next: mail/parse.py renders it, pipeline/conclude.py addresses it.
"""

from dataclasses import replace

from relay.mail.headers import without
from relay.mail.message import Field, Message, Part
from relay.mail.mime import content_type
from relay.mail.parse import with_body, with_fields
from relay.mail.protection import Protection, protection, signed_fields
from relay.mail.secrets import redact
from relay.mail.transfer import crlf_only, is_transportable
from relay.rewrite.carriage import TextEdit, carry
from relay.rewrite.edits import Edits, Touch
from relay.rewrite.identity import set_identity
from relay.rewrite.marks import mark, mark_mime
from relay.rewrite.preface import frame, place
from relay.rewrite.redact import redact_fields
from relay.rewrite.repair import one_of_each, required
from relay.rewrite.shorten import shortened
from relay.rewrite.soundness import sound_fields
from relay.rewrite.subject import set_subject
from relay.rewrite.trace import received_field

_EMPTY_LINE = b"\r\n"
_INDISPENSABLE = ("from", "date", "message-id")


def apply(message: Message, edits: Edits) -> Message:
    """Return `message` as it is to leave; never raises for what is in it."""
    if edits.touch is Touch.FULL:
        message = _edited(message, edits)
    elif edits.touch is Touch.HEADERS:
        message = _header_edited(message, edits)
    trace = received_field(message.received, edits.relay)
    return _separated(with_fields(message, (trace, *message.fields)))


def _edited(message: Message, edits: Edits) -> Message:
    """Carry out all edits, on header and body."""
    fields = one_of_each(sound_fields(message.fields))
    message = with_body(message, fields, crlf_only(message.body))
    message = carry(message, lambda each: _text_edit(each, edits))
    fields = _header(message, message.fields, edits)
    if content_type(fields).value.startswith("multipart/"):
        fields = without(fields, "Content-Transfer-Encoding")  # none means 7bit, which is true
    return with_fields(message, fields)


def _text_edit(message: Message, edits: Edits) -> TextEdit:
    target = place(message)

    def edit(part: Part, text: str) -> str:
        text = shortened(part, redact(text) if edits.redact else text, edits.body)
        return frame(part, text, edits) if part == target else text

    return edit


def _header_edited(message: Message, edits: Edits) -> Message:
    """Carry out what concerns the header; a body stays, unless no server could carry it."""
    guard = protection(message)
    # Where policy replaces From, it found the signature to be worth nothing.
    if guard is Protection.DKIM and edits.identity is None:
        return with_fields(message, _uncovered(message, edits))
    fields = one_of_each(sound_fields(message.fields))
    if guard is Protection.NONE and not is_transportable(message.body):
        message = with_body(message, fields, crlf_only(message.body))
        message = carry(message, lambda _: lambda _part, text: text)
        fields = message.fields
    return with_fields(message, _header(message, fields, edits))


def _header(message: Message, fields: tuple[Field, ...], edits: Edits) -> tuple[Field, ...]:
    fields = set_subject(fields, edits)
    fields = set_identity(fields, message, edits)
    fields = required(fields, message, edits)
    if edits.redact and (edits.automated or edits.touch is Touch.FULL):
        fields = redact_fields(fields)
    return mark_mime(mark(fields, edits), message.body)


def _uncovered(message: Message, edits: Edits) -> tuple[Field, ...]:
    """Edit only the fields that no DKIM signature covers; add what no mail may lack."""
    covered = signed_fields(message) | {"dkim-signature"}
    kept = tuple(field for field in message.fields if field.name.lower() in covered)
    present = {field.name.lower() for field in kept}
    wanted = _header(message, one_of_each(sound_fields(message.fields)), edits)
    added = [
        field
        for field in wanted
        if (name := field.name.lower()) not in present
        and (name not in covered or name in _INDISPENSABLE)
        and not _is_about_what_stays(name)
    ]
    return (*kept, *added)


def _is_about_what_stays(name: str) -> bool:
    """Whether a field only keeps what was replaced, where nothing is replaced."""
    kept = name.startswith(("x-original-", "x-duplicate-"))
    return kept and not name.startswith("x-original-list-")


def _separated(message: Message) -> Message:
    """Return `message` with an empty line between header and body (RFC 5322 s2.1)."""
    return message if message.separator == _EMPTY_LINE else replace(message, separator=_EMPTY_LINE)
