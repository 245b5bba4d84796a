"""A message as facts: header fields, parts, defects, over the untouched bytes.

A field or a part that no edit touched is written back byte for byte, so
`render(parse(received)) == received.raw` until something is changed on purpose. Broken input is
not an error here: whatever is odd about a message is listed in `defects`.
What happens next: reports/understand.py reads it, rewrite/apply.py edits it.
"""

from dataclasses import dataclass

from relay.mail.received import Received


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One header field: `raw` is all its lines with their CRLFs, as they came (RFC 5322 s2.2)."""

    name: str
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A leaf of the MIME tree; offsets count bytes of `Message.body`.

    `head_start:start` is the part's own header block with its empty line (empty for a message
    that is one single part), `start:end` its payload, still transfer-encoded.
    """

    head_start: int
    start: int
    end: int
    content_type: str
    charset: str | None
    encoding: str
    disposition: str | None
    filename: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A parsed message. `separator` is the empty line, or nothing where the body is missing."""

    received: Received
    fields: tuple[Field, ...]
    separator: bytes
    body: bytes
    parts: tuple[Part, ...]
    defects: tuple[str, ...] = ()
