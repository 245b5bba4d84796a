"""How many mails at once a destination takes, found out by its answers.

It begins with one, grows by one with each full round of successes, and halves when the destination
asks for less (421, 4xx, silence), as congestion control does. What one mail is refused for is no
sign of the width. Pure. What happens next: direct.py lets no more through.
"""

from dataclasses import dataclass, replace

from relay.pipeline.stages import Delivered, Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Width:
    """How many at once: `now`, at most `most`."""

    most: int
    now: float = 1.0

    @property
    def whole(self) -> int:
        """The number of mails that may be under way."""
        return int(self.now)


def widened(width: Width, result: Result) -> Width:
    """Return the width after a result."""
    if isinstance(result, Delivered):
        return replace(width, now=min(width.now + 1 / width.now, float(width.most)))
    busy = result.code is None or 400 <= result.code <= 499
    return replace(width, now=max(width.now / 2, 1.0)) if busy else width
