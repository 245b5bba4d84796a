"""The subject that says what the body shows, and beside it the one that the sender wrote (P2).

The new text goes into Subject safely encoded; the old one is kept in X-Original-Subject, decoded
and free of secrets. A field of that name that came with the message is replaced, so that nobody can
forge a claim. Nothing happens where Subject already says it.
What happens next: identity.py.
"""

from relay.mail.encode import write
from relay.mail.headers import clean, decode, find, put, without
from relay.mail.message import Field
from relay.mail.secrets import redact
from relay.rewrite.edits import Edits


def set_subject(fields: tuple[Field, ...], edits: Edits) -> tuple[Field, ...]:
    """Return the fields with the subject that `edits` asks for."""
    if edits.subject is None:
        return fields
    hide = redact if edits.redact else str
    new, old = write("Subject", hide(clean(edits.subject))), find(fields, "Subject")
    if old is not None and decode(old) == decode(new):
        return fields
    fields = without(fields, "X-Original-Subject")
    if old is not None:
        fields = put(fields, write("X-Original-Subject", hide(decode(old))))
    return put(fields, new)
