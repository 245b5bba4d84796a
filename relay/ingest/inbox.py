"""What the peer has sent and the session has not read yet: bounded, and cheap to look into.

Lines that are there already are taken without waiting, so that a pipelined group costs one wake-up
(RFC 2920). Reading from the socket pauses while more than HIGH_WATER bytes wait. A line longer
than asked for is cut and its rest thrown away as it arrives.
"""

import asyncio

HIGH_WATER = 1 << 16


class Inbox:
    """The buffer between transport and session; one reader at a time."""

    __slots__ = (
        "_buffer",
        "_ended",
        "_fresh",
        "_loop",
        "_paused",
        "_skipping",
        "_transport",
        "_waiter",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._fresh = self._ended = self._paused = self._skipping = False

    def attach(self, transport: asyncio.Transport) -> None:
        """Pause and resume `transport` from now on."""
        self._transport = transport

    def detach(self) -> None:
        """Discard what is there; what comes next comes by a transport not known yet."""
        self._buffer.clear()
        self._transport = None
        self._paused = self._skipping = False

    def feed(self, data: bytes) -> None:
        """Take what has arrived."""
        self._buffer += data
        self._fresh = True
        if len(self._buffer) > HIGH_WATER and not self._paused and self._transport is not None:
            self._transport.pause_reading()
            self._paused = True
        self._wake()

    def end(self) -> None:
        """Note that nothing more will come."""
        self._ended = True
        self._wake()

    def line(self, limit: int) -> bytes | None:
        """Return the next line with its end, None while it is incomplete.

        A line over `limit` comes back cut to `limit + 1` bytes.
        """
        end = self._buffer.find(b"\n") + 1
        if self._skipping:
            self._skipping = not end
            self.take(end or len(self._buffer))
            return self.line(limit) if end else None
        if not end and len(self._buffer) <= limit:
            return None
        self._skipping = not end
        return self.take(end or len(self._buffer))[: limit + 1]

    def take(self, count: int | None = None) -> bytes:
        """Return the first `count` bytes that are there, by default all."""
        data = bytes(self._buffer[:count])
        del self._buffer[:count]
        if count is None:
            self._fresh = False
        if self._paused and len(self._buffer) <= HIGH_WATER and self._transport is not None:
            self._paused = False
            if not self._transport.is_closing():
                self._transport.resume_reading()
        return data

    def put_back(self, data: bytes) -> None:
        """Let `data` be what comes next."""
        self._buffer[:0] = data

    async def more(self) -> bool:
        """Wait until there is more than at the last look; return False if there never will be."""
        if not self._fresh and not self._ended:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        if self._fresh:
            self._fresh = False
            return True
        return False

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
