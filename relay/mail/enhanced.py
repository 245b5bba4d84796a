"""Enhanced status codes: `5.1.1`, class, subject and detail (RFC 3463 s2), as texts hold them.

A version number or a network address is none: digits and dots on either side rule it out.
What happens next: compose.py and returns/diagnosis.py quote them, delivery/reply.py judges by the
one that a reply begins with.
"""

import re

_ANYWHERE = re.compile(r"(?<![\w.])[245]\.\d{1,3}\.\d{1,3}(?!\.?\w)")
_LEADING = re.compile(r"\s*[245]\.(\d{1,3})\.(\d{1,3})(?:\s|$)")


def codes(text: str) -> list[str]:
    """Return the enhanced status codes in `text`."""
    return _ANYWHERE.findall(text)


def first_code(text: str) -> str | None:
    """Return the first of them, None if there is none."""
    found = _ANYWHERE.search(text)
    return found[0] if found else None


def leading_detail(text: str) -> tuple[int, int] | None:
    """Return subject and detail of the code that a reply's text begins with (RFC 2034 s4)."""
    match = _LEADING.match(text)
    return (int(match[1]), int(match[2])) if match else None
