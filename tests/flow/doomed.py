"""A process that dies while it closes a digest, at the point that it is told.

    python -m tests.flow.doomed URL AT POINT

Each point is a function that a digest's closing goes through; the process is gone before it, or
after it. What happens next: test_crashes.py looks at what is left.
"""

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any

from relay import journal
from relay.store import batches, mails
from relay.store.store import Store
from relay.workers import digest
from tests.conftest import Clock
from tests.flow.world import World


class CrashError(Exception):
    """The process is no more."""


# name: where the function is, what it is called, and whether we die after it rather than before
POINTS: dict[str, tuple[Any, str, bool]] = {
    "after the claim": (digest.Digest, "_content", False),
    "after composing": (digest, "bulletin", True),
    "in the commit, nothing written": (digest, "_commit", False),
    "in the commit, the mail written": (mails, "add", True),
    "in the commit, the members carried": (batches, "_carry", True),
    "in the commit, all written": (digest, "_commit", True),
    "after the commit": (digest.Digest, "closed", False),
}


def doom(point: str, die: Callable[[], None], replace: Callable[[Any, str, Any], None]) -> None:
    """Have `die` called at `point`."""
    place, name, after = POINTS[point]
    if point == "after the commit":
        replace(journal, "batch_closed", lambda *_: die())
        return
    real = getattr(place, name)

    def doomed(*args: Any, **more: Any) -> Any:
        if not after:
            die()
        result = real(*args, **more)
        die()
        return result

    replace(place, name, doomed)


def kill() -> None:
    """Be gone at once."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, at: str, point: str) -> None:
    clock = Clock()
    clock.time = datetime.fromisoformat(at)
    with suppress(CrashError), Store(url, "node-a", clock) as store:
        world = World(store, clock)
        doom(point, kill, setattr)
        world.work()


if __name__ == "__main__":
    main(*sys.argv[1:])
