"""Values of a stranger's report, made harmless: one line, bounded, or nothing.

What happens next: dmarc.py and tls.py make reports of them.
"""

import re
from datetime import UTC, datetime
from ipaddress import ip_address

from relay.mail.headers import clean

_DOMAIN = re.compile(r"[a-z0-9_]([a-z0-9_.-]{0,251}[a-z0-9])?")
_LONGEST = 200
_MOST = 1 << 40
_LATEST = 4102444800  # 2100: no report covers a time after it


def line(text: str | None) -> str:
    """Return `text` as one line of bounded length."""
    return " ".join(clean((text or "")[: 2 * _LONGEST]).split())[:_LONGEST].strip()


def domain(text: str | None) -> str:
    """Return a domain in lower case, empty if it is none."""
    found = line(text).rstrip(".").lower()
    return found if _DOMAIN.fullmatch(found) else ""


def address(text: str | None) -> str:
    """Return an IP address in its usual form, empty if it is none."""
    try:
        return str(ip_address(line(text)))
    except ValueError:
        return ""


def count(value: object) -> int:
    """Return a count, 0 if it is none that can be."""
    text = str(value).strip()
    return min(int(text), _MOST) if text.isascii() and text.isdigit() and len(text) < 20 else 0


def moment(text: str | None) -> datetime | None:
    """Return the time of seconds since 1970, None if it is none."""
    seconds = count(line(text).partition(".")[0])
    return datetime.fromtimestamp(seconds, UTC) if 0 < seconds < _LATEST else None
