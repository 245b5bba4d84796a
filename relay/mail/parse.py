"""Bytes to a `Message` and back: the fourth step of a message's way.

`parse` reads the header block and the MIME tree under fixed limits and never raises: what is odd
becomes a defect. `render` is its inverse, byte for byte, so nothing that no edit touched can
change. `with_body` and `with_fields` make the edited messages; the parts' offsets always belong
to the body they stand beside, and `received` stays the message as it came (P5).
What happens next: text.py reads it for people, reports/understand.py for verdicts.
"""

from dataclasses import replace

from relay.mail.block import read_block
from relay.mail.message import Field, Message
from relay.mail.mime import walk
from relay.mail.received import Received


def parse(received: Received) -> Message:
    """Read what came in; linear in its size, and never raises."""
    return read(received, received.raw)


def read(received: Received, raw: bytes) -> Message:
    """Read `raw`, a later version of what came in as `received`."""
    block = read_block(raw)
    body = raw[block.body_at :]
    tree = walk(block.fields, body)
    return Message(
        received=received,
        fields=block.fields,
        separator=block.separator,
        body=body,
        parts=tree.parts,
        defects=tuple(dict.fromkeys(block.defects + tree.defects)),
    )


def render(message: Message) -> bytes:
    """Return the message's bytes; `render(parse(received)) == received.raw`."""
    return b"".join((*(field.raw for field in message.fields), message.separator, message.body))


def with_fields(message: Message, fields: tuple[Field, ...]) -> Message:
    """Return `message` with other header fields; those that shape its body stay as they are."""
    return replace(message, fields=fields)


def with_body(message: Message, fields: tuple[Field, ...], body: bytes) -> Message:
    """Return `message` with other fields and another body, whose parts are found anew."""
    tree = walk(fields, body)
    return replace(message, fields=fields, body=body, parts=tree.parts, defects=tree.defects)
