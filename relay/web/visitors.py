"""How often each address may ask: enough for people, too little for guessing.

Counts start anew each minute, so that what is remembered stays small. An IPv6 customer has a whole
/64, so that counts as one.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from ipaddress import IPv6Address, IPv6Network, ip_address

_MOST = 60
_MOST_ADDRESSES = 10_000


class Visitors:
    """Counts the requests of each address within a minute."""

    def __init__(self, now: Callable[[], datetime], most: int = _MOST) -> None:
        self._now = now
        self._most = most
        self._minute = ""
        self._counts: Counter[str] = Counter()

    def may(self, address: str) -> bool:
        """Count a request; say whether it may be answered."""
        minute = f"{self._now():%d %H:%M}"
        if minute != self._minute or len(self._counts) > _MOST_ADDRESSES:
            self._minute, self._counts = minute, Counter()
        who = counted_as(address)
        self._counts[who] += 1
        return self._counts[who] <= self._most


def counted_as(address: str) -> str:
    """Return what an address counts as: an IPv6 customer has a whole /64."""
    try:
        known = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]  # what a proxy says may be anything
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or IPv6Network((known, 64), strict=False))
