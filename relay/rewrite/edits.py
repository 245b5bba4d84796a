"""What is to be done to a message's bytes, decided elsewhere.

`rewrite` knows nothing of verdicts or rules: `policy` fills in an `Edits`, `rewrite.apply` carries
it out, one module per edit. Everything here is plain text that may hold anything; encoding it
safely into headers and bodies is `rewrite`'s work. What happens next: rewrite/apply.py.
"""

from dataclasses import dataclass
from enum import StrEnum


class Touch(StrEnum):
    """How much of a message may change.

    FULL: header and body. HEADERS: the header only, because the body is signed, encrypted or a
    person's. NONE: nothing but trace fields on top.
    """

    FULL = "full"
    HEADERS = "headers"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """The originator that the message leaves with (RFC 5322 s3.6.2).

    `from_name` and `from_address` form From; `reply_to` is used where the sender set none of its
    own; `domain` is the public domain of Message-ID and List-Id.
    """

    from_name: str
    from_address: str
    reply_to: str | None
    domain: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyLimit:
    """How much of each plain text leaves. `evidence` stays; `whole` says how to see the rest."""

    most_lines: int | None
    most_bytes: int | None
    evidence: tuple[str, ...]
    whole: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Edits:
    """Everything that policy wants changed; None and empty mean leave it alone.

    `relay` is the host name in our Received field. `to` is written as To only where the message
    has no usable destination field. `preface` and `footer` are lines of text. `automated` says
    that no person wrote it, so that auto-responders can be told to keep quiet (RFC 3834).
    """

    relay: str
    touch: Touch
    to: tuple[str, ...]
    automated: bool
    identity: Identity | None = None
    subject: str | None = None
    list_id: str | None = None
    preface: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    body: BodyLimit | None = None
    redact: bool = True
