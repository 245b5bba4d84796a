"""Envelope senders of our own, one for each outgoing mail (variable envelope return path).

A bounce that comes back names the very mail it is about, and a forged one is told apart by the
code in it. All lower case, because some servers fold the case of local parts.
"""

import hashlib
import hmac

_PREFIX = "r+"
_CODE_LENGTH = 16  # 64 bits: a forger can only guess online


def reverse_path(outgoing_id: str, domain: str, key: bytes) -> str:
    """Return the reverse-path of one outgoing mail, at `domain`."""
    name = outgoing_id.lower()
    return f"{_PREFIX}{name}={_code(name, key)}@{domain}"


def outgoing_of(address: str, key: bytes) -> str | None:
    """Return the ID of the outgoing mail whose reverse-path this is, None if it is not ours."""
    local = address.rpartition("@")[0].lower()
    name, found, code = local.removeprefix(_PREFIX).rpartition("=")
    genuine = local.startswith(_PREFIX) and bool(found)
    if genuine and hmac.compare_digest(code.encode(), _code(name, key).encode()):
        return name.upper()
    return None


def _code(name: str, key: bytes) -> str:
    return hmac.new(key, b"verp\0" + name.encode(), hashlib.sha256).hexdigest()[:_CODE_LENGTH]
