"""A connection of a stranger: there are only so many at once, and none lasts.

Whoever sends a byte a minute would hold a file descriptor for ever, and the mail needs those. So a
connection is ended in good order after a time, and cut a little later if that takes too long.
"""

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

MOST = 200
LASTS = 30.0  # seconds: far more than a form takes, and a proxy opens another
GRACE = 10.0  # for the answer that is under way by then


class Bounded(H11Protocol):
    """HTTP/1.1 within bounds."""

    _end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # TCP gives no other
        """Begin, if there is room."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            transport.abort()
            return
        self._end = self.loop.call_later(LASTS, self._finish)

    def _finish(self) -> None:
        self._end = self.loop.call_later(GRACE, self.transport.abort)
        self.shutdown()

    def connection_lost(self, exc: Exception | None) -> None:
        """End, for whatever reason."""
        if self._end is not None:
            self._end.cancel()
        super().connection_lost(exc)
