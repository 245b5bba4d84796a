"""What an SMTP session leaves behind: the bytes, the envelope, and who brought them.

`Received` is the first stage of a message's life. `ingest` builds it, `store` keeps it before
the client hears 250, and `mail.parse` reads it. Its bytes are exactly what followed DATA, dots
unstuffed and bare CR or LF normalised to CRLF; nothing of ours is added to them, ever (P5).
What happens next: mail/parse.py.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """One forward-path, with its DSN parameters (RFC 3461 s4.1, s4.2)."""

    address: str
    notify: tuple[str, ...] = ()
    orcpt: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """The SMTP envelope (RFC 5321 s2.3.1). An empty reverse-path is the null sender."""

    reverse_path: str
    recipients: tuple[Recipient, ...]
    eight_bit: bool = False
    smtputf8: bool = False
    envid: str | None = None
    ret: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Who brought a message: the configured host, and what the session showed of it.

    `returned` says that it came to one of our own return addresses: a bounce, an opt-out.
    """

    host: str
    address: str
    helo: str
    user: str | None = None
    tls: str | None = None
    returned: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A message as it came in; `id` is its queue ID, `at` is aware, in UTC."""

    id: str
    raw: bytes
    envelope: Envelope
    origin: Origin
    at: datetime
