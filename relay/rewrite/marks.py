"""What machines must know about automated mail: answer nothing, file it by its job.

`Auto-Submitted` (RFC 3834 s5) and `X-Auto-Response-Suppress` keep vacation programs quiet,
`List-Id` (RFC 2919) lets mail programs sort by job, and requests for receipts go, because nobody
reads what would come back. `MIME-Version` is here, too, since it is as mechanical. A person's mail
gets only that last one.
What happens next: trace.py.
"""

from relay.mail.charset import bears_out
from relay.mail.encode import write_tokens
from relay.mail.headers import find, flat, put, value, without
from relay.mail.message import Field
from relay.rewrite.edits import Edits

_RECEIPTS = ("Disposition-Notification-To", "Return-Receipt-To", "X-Confirm-Reading-To")
_AUTOMATED = ("auto-generated", "auto-replied", "auto-notified")


def mark(fields: tuple[Field, ...], edits: Edits) -> tuple[Field, ...]:
    """Return the fields with the marks that automated mail should carry."""
    if not edits.automated:
        return fields
    fields = tuple(map(_set_aside, without(fields, *_RECEIPTS)))
    said = find(fields, "Auto-Submitted")
    if said is None or not flat(said).lower().startswith(_AUTOMATED):
        fields = put(fields, write_tokens("Auto-Submitted", "auto-generated"))
    fields = put(fields, write_tokens("X-Auto-Response-Suppress", "All"))
    if edits.list_id:
        list_id = edits.list_id if edits.list_id.endswith(">") else f"<{edits.list_id}>"
        fields = put(fields, write_tokens("List-Id", list_id))
    return fields


def _set_aside(field: Field) -> Field:
    """Keep a way to opt out that the sender gave beside ours: it may be another list's."""
    if field.name.lower() not in ("list-unsubscribe", "list-unsubscribe-post"):
        return field
    return write_tokens(f"X-Original-{field.name}", flat(field))


def mark_mime(fields: tuple[Field, ...], body: bytes) -> tuple[Field, ...]:
    """Return the fields with MIME-Version and a Content-Type (RFC 2045 s4, s5)."""
    if find(fields, "Content-Type") is None:
        kind = f"text/plain; charset={_charset(body)}"
        fields = put(fields, write_tokens("Content-Type", kind))
    if find(fields, "Content-Transfer-Encoding") is None and not body.isascii():
        fields = put(fields, write_tokens("Content-Transfer-Encoding", "8bit"))
    version = find(fields, "MIME-Version")
    if version is not None and value(version) == b"1.0":
        return fields
    return put(fields, write_tokens("MIME-Version", "1.0"))


def _charset(body: bytes) -> str:
    return next((name for name in ("us-ascii", "utf-8") if bears_out(body, name)), "iso-8859-1")
