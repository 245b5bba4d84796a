"""The code in an opt-out link: who may choose, for what, and that we wrote it.

A token names the outgoing mail that it came with and proves by HMAC-SHA-256 that we made it for
this purpose, this recipient, this scope and this key. It tells nothing to who reads it. Two keys
are live at a time, so that a rotation does not break the links of the last months. All lower case
and digits, for some programs fold the case of addresses, and tokens travel in those as well.
What happens next: store/links.py finds the mail that it names, and the rest is compared here.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from relay.choice.choice import Scope

_CODE_BYTES = 16  # 128 bits
_FORM = re.compile(r"([0-9a-z]{8,24}-[0-9a-z]{1,24})\.([a-z0-9])([a-z2-7]{26})")
_ANYWHERE = re.compile(_FORM.pattern, re.IGNORECASE)


class Purpose(StrEnum):
    """What a link lets its holder do."""

    UNSUBSCRIBE = "u"
    PREFERENCES = "p"
    STEWARD = "s"
    """The same for somebody in charge of an address that several people share."""
    UNDO = "r"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A secret and the letter that names it in tokens."""

    name: str
    secret: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token as it was read: nothing of it is proved yet."""

    mail_id: str
    key: str
    code: str


def write(purpose: Purpose, mail_id: str, recipient: str, scope: Scope, key: Key) -> str:
    """Return the token that lets `recipient` act on `scope`, as one who got the mail `mail_id`."""
    name = mail_id.lower()
    return f"{name}.{key.name}{_code(purpose, name, recipient, scope, key)}"


def read(text: str) -> Token | None:
    """Return what a token claims, None if `text` has not the form of one."""
    found = _FORM.fullmatch(text.strip().lower()[:100])
    return found and Token(mail_id=found[1].upper(), key=found[2], code=found[3])


def is_genuine(
    token: Token, purpose: Purpose, recipient: str, scope: Scope, keys: Sequence[Key]
) -> bool:
    """Whether we wrote `token` for all of this with one of `keys`.

    Each key is tried, whatever the token names, so that every answer takes the same time.
    """
    genuine = False
    for key in keys:
        code = _code(purpose, token.mail_id.lower(), recipient, scope, key)
        right = hmac.compare_digest(code.encode(), token.code.encode())
        genuine |= right and key.name == token.key
    return genuine


def _code(purpose: Purpose, name: str, recipient: str, scope: Scope, key: Key) -> str:
    digest = hmac.new(key.secret, digestmod=hashlib.sha256)
    for part in (purpose.value, key.name, name, recipient, scope.host, scope.job):
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(4) + data)  # lengths, so that no two lists run together
    short = digest.digest()[:_CODE_BYTES]
    return base64.b32encode(short).decode().rstrip("=").lower()


def veiled(text: str) -> str:
    """Return `text` with no token in it: whoever reads it may be somebody else."""
    return _ANYWHERE.sub(r"\1.***", text)
