"""How often each address may ask: enough for people, too little for guessing.

Counts start anew each minute, so that what is remembered stays small.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime

_MOST = 60
_MOST_ADDRESSES = 10_000


class Visitors:
    """Counts the requests of each address within a minute."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._minute = ""
        self._counts: Counter[str] = Counter()

    def may(self, address: str) -> bool:
        """Count a request; say whether it may be answered."""
        minute = f"{self._now():%H:%M}"
        if minute != self._minute or len(self._counts) > _MOST_ADDRESSES:
            self._minute, self._counts = minute, Counter()
        self._counts[address] += 1
        return self._counts[address] <= _MOST
