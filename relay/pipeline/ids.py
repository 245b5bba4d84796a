"""Queue IDs: 48 bits of milliseconds and 32 bits of chance in Crockford's base 32.

They sort by time, are safe in file names, URLs and headers, and are short enough to be typed.
"""

from datetime import datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def queue_id(at: datetime, entropy: bytes) -> str:
    """Return the 16-character ID of a message received at `at`; `entropy` is four random bytes."""
    number = int(at.timestamp() * 1000) << 32 | int.from_bytes(entropy[:4])
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(75, -5, -5))


def upstream_key(name: str) -> str:
    """Return what the ledger files events of an upstream under, where it files those of messages.

    No message has such an ID: those are capitals and digits.
    """
    return f"upstream:{name}"
