"""A finished mail put into the thread of an earlier one, and given another subject if need be.

Only header fields change, so that this costs little whatever the body is. In-Reply-To and
References make mail programs show an incident as one conversation (RFC 5322 s3.6.4).
What happens next: pipeline/conclude.py stores the mail.
"""

from relay.mail.block import read_block
from relay.mail.encode import write, write_tokens
from relay.mail.headers import without
from relay.mail.message import Field

_LONGEST_ID = 250


def in_thread(content: bytes, thread: str, subject: str | None) -> bytes:
    """Return the mail `content` as an answer to `thread`, a Message-ID in angle brackets."""
    block = read_block(content)
    fields = block.fields
    if _is_message_id(thread):
        fields = without(fields, "In-Reply-To", "References")
        fields += (write_tokens("In-Reply-To", thread), write_tokens("References", thread))
    if subject is not None:
        fields = tuple(_retitled(field, subject) for field in fields)
    return b"".join(field.raw for field in fields) + block.separator + content[block.body_at :]


def _retitled(field: Field, subject: str) -> Field:
    return write("Subject", subject) if field.name.lower() == "subject" else field


def _is_message_id(text: str) -> bool:
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and text.startswith("<") and text.endswith(">") and len(text) <= _LONGEST_ID
