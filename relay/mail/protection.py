"""What protects a message against change: signatures and encryption over its parts.

Policy asks before it decides how much may be touched. OpenPGP and S/MIME cover the body
(RFC 3156, RFC 1847, RFC 8551), whether as MIME types or as armour inside plain text; a DKIM
signature covers the header fields that its `h=` names and the body (RFC 6376 s3.5). Ours on the way
out replaces nobody's.
What happens next: policy/decide.py chooses a Touch; rewrite/repair.py spares the covered fields.
"""

import re
from enum import StrEnum

from relay.mail.headers import every, flat
from relay.mail.message import Message
from relay.mail.mime import content_type

_SIGNED_TYPES = {"multipart/signed", "multipart/encrypted"}
_SMIME_TYPES = ("application/pkcs7-", "application/x-pkcs7-", "application/pgp-encrypted")
_ARMOUR = re.compile(rb"^-----BEGIN PGP (?:SIGNED )?MESSAGE-----[ \t\r]*$", re.MULTILINE)


class Protection(StrEnum):
    """NONE: anything may change. BODY: not the body. DKIM: nor the fields that are signed."""

    NONE = "none"
    BODY = "body"
    DKIM = "dkim"


def protection(message: Message) -> Protection:
    """Return what protects `message`; DKIM, which covers more, wins over the rest."""
    if every(message, "DKIM-Signature"):
        return Protection.DKIM
    kind = content_type(message.fields).value
    covered = kind in _SIGNED_TYPES or kind.startswith(_SMIME_TYPES)
    covered = covered or any(part.content_type.startswith(_SMIME_TYPES) for part in message.parts)
    return Protection.BODY if covered or _ARMOUR.search(message.body) else Protection.NONE


def signed_fields(message: Message) -> frozenset[str]:
    """Return the lower-case names of the header fields that DKIM signatures cover."""
    names: set[str] = set()
    for signature in every(message, "DKIM-Signature"):
        for tag in flat(signature).split(";"):
            key, _, listed = tag.partition("=")
            if key.strip().lower() == "h":
                names.update("".join(listed.split()).lower().split(":"))
    return frozenset(names)
