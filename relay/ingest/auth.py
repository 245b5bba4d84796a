"""AUTH PLAIN and LOGIN: from base64 to a name and a password (RFC 4954, RFC 4616).

It only reads what the client sends; whether TLS is on, how often one may try and whether the
password is right is decided in session.py.
"""

import base64
import binascii
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from relay.ingest.parameters import Refused
from relay.ingest.replies import AUTH_ABORTED, BAD_BASE64, UNKNOWN_MECHANISM

Ask = Callable[[bytes], Awaitable[bytes | None]]  # sends a challenge, returns the line, None at EOF

_USER_NAME = b"VXNlcm5hbWU6"
_PASSWORD = b"UGFzc3dvcmQ6"


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """Who somebody claims to be."""

    name: str
    password: str


async def credentials(argument: str, ask: Ask) -> Credentials | Refused:
    """Carry out the exchange that AUTH's `argument` begins: a mechanism, maybe a response."""
    mechanism, _, initial = argument.partition(" ")
    match mechanism.upper():
        case "PLAIN":
            return _plain(await _response(initial, b"", ask))
        case "LOGIN":
            name = await _response(initial, _USER_NAME, ask)
            if isinstance(name, Refused):
                return name
            password = await _response("", _PASSWORD, ask)
            if isinstance(password, Refused):
                return password
            return Credentials(name=name, password=password)
    return Refused(reply=UNKNOWN_MECHANISM)


async def _response(initial: str, challenge: bytes, ask: Ask) -> str | Refused:
    """Return a response decoded; `=` is an empty initial one (RFC 4954 s4)."""
    line = initial.encode("ascii", "replace") or await ask(challenge)
    if line is None or line.strip() == b"*":
        return Refused(reply=AUTH_ABORTED)
    try:
        blob = b"" if line == b"=" else base64.b64decode(line.strip(), validate=True)
        return blob.decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return Refused(reply=BAD_BASE64)


def _plain(message: str | Refused) -> Credentials | Refused:
    """RFC 4616 s2: authorisation identity, name, password; we let nobody act for another."""
    if isinstance(message, Refused):
        return message
    parts = message.split("\0")
    if len(parts) != 3 or parts[0] not in ("", parts[1]):
        return Refused(reply=BAD_BASE64)
    return Credentials(name=parts[1], password=parts[2])
