"""One dumb loop around step functions.

A step does one unit of work and says whether there was any. While there is, it is called again at
once; otherwise the loop sleeps until somebody wakes it or `idle` has passed. This is the one
place that catches everything: a step that raises is journaled and tried again after a pause that
grows with each failure in a row.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from relay import journal

Step = Callable[[], Awaitable[bool]]
_LONGEST_PAUSE = 30.0


class Wake:
    """A bell between those who make work and the loop that does it."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.ended = False

    def ring(self) -> None:
        """Say that there may be work."""
        self._event.set()

    def end(self) -> None:
        """Say that the loop is to end after its present step."""
        self.ended = True
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Return at the next ring, at once if it rang since the last wait, or after `seconds`."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)
        self._event.clear()


async def repeat(name: str, step: Step, wake: Wake, idle: float) -> None:
    """Call `step` until `wake` is ended; `idle` is the longest sleep in seconds."""
    failures = 0
    while not wake.ended:
        try:
            busy = await step()
            failures = 0
        except Exception as error:  # noqa: BLE001 - the loop's one catch-all
            journal.worker_failed(name, error)
            failures += 1
            await wake.wait(min(0.1 * 2**failures, _LONGEST_PAUSE))
            continue
        if not busy and not wake.ended:
            await wake.wait(idle)
