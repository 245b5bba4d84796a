"""Commands and replies over a connection that has been dialled, several at once where that is fine.

aiosmtplib dials; from MAIL on the connection is ours, because it hears one reply at a time and lets
go of what comes with it, and so cannot do pipelining (RFC 2920). Nothing that the other side sends
or fails to send raises here but while content is written; replies are kept in the order in which
they came, and what comes unasked is noticed.
What happens next: session.py asks and answers.
"""

import asyncio
from collections import deque
from typing import cast

from relay.delivery.step import Reply

_LONGEST_LINE = 8192  # RFC 5321 s4.5.3.1.5 says 512; be lenient
_LONGEST_REPLY = 1 << 14
_BLOCK = 1 << 16
_CLOSED = "the connection was closed"


class Talk(asyncio.Protocol):
    """An open connection, taken over from whoever dialled it."""

    def __init__(self, transport: asyncio.Transport) -> None:
        self._transport = transport
        self._received = bytearray()
        self._lines: list[bytes] = []
        self._size = 0
        self._replies: deque[Reply] = deque()
        self._ended: str | None = None
        self._heard: asyncio.Future[None] | None = None
        self._room = asyncio.Event()
        self._room.set()
        transport.set_protocol(self)

    @property
    def is_open(self) -> bool:
        """Return whether commands can still be said."""
        return self._ended is None and not self._transport.is_closing()

    @property
    def unasked(self) -> bool:
        """Return whether something came that was not asked for."""
        return bool(self._replies or self._received or self._lines)

    def say(self, *lines: bytes) -> None:
        """Send command lines, without their CRLFs; where nobody listens, no reply will say so."""
        if self.is_open:
            self._transport.write(b"".join(line + b"\r\n" for line in lines))

    async def reply(self, seconds: float) -> Reply:
        """Return the next reply; one without a code says why there is none."""
        if not self._replies and self._ended is None:
            self._heard = asyncio.get_running_loop().create_future()
            try:
                async with asyncio.timeout(seconds):
                    await self._heard
            except TimeoutError:
                return Reply(None, f"no reply within {seconds:.0f} seconds")
            finally:
                self._heard = None
        if self._replies:
            return self._replies.popleft()
        return Reply(None, self._ended or _CLOSED)

    async def send(self, content: bytes, seconds: float) -> None:
        """Write content, each block within so many seconds; raise OSError if it cannot be."""
        for start in range(0, len(content), _BLOCK):
            if not self.is_open:
                raise ConnectionError(self._ended or _CLOSED)
            self._transport.write(content[start : start + _BLOCK])
            async with asyncio.timeout(seconds):
                await self._room.wait()

    def abort(self) -> None:
        """Close at once."""
        self._end(_CLOSED)
        self._transport.abort()

    # What the transport calls.

    def data_received(self, data: bytes) -> None:
        """Take in what came, and make replies of it."""
        self._received += data
        *lines, rest = self._received.split(b"\n")
        self._received = rest
        for line in lines:
            self._take(bytes(line))
        if len(rest) > _LONGEST_LINE:
            self._cut_off()

    def eof_received(self) -> bool:
        """Let the transport close."""
        self._end(_CLOSED)
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Know that nothing more will come."""
        self._end(str(exc) if exc else _CLOSED)

    def pause_writing(self) -> None:
        """Wait until what was written has gone."""
        self._room.clear()

    def resume_writing(self) -> None:
        """Go on writing."""
        self._room.set()

    def _take(self, line: bytes) -> None:
        """Take one line; the last of a reply has a blank or nothing after its code."""
        self._lines.append(line[4:].strip(b" \t\r"))
        self._size += len(line)
        if self._size > _LONGEST_REPLY:
            self._cut_off()
        code = line[:3]
        if not code.isdigit() or line[3:4] not in (b" ", b"-", b"\r", b""):
            text = line.decode("utf-8", "replace").strip()
            self._hear(Reply(None, f"this is no reply: {text}"))
        elif line[3:4] != b"-":
            text = b"\n".join(self._lines).decode("utf-8", "surrogateescape")
            self._hear(Reply(int(code), text))

    def _hear(self, reply: Reply) -> None:
        self._lines.clear()
        self._size = 0
        if self._ended is None:
            self._replies.append(reply)
            self._wake()

    def _cut_off(self) -> None:
        self._end("the reply is too long")
        self._transport.abort()

    def _end(self, why: str) -> None:
        self._ended = self._ended or why
        self._room.set()
        self._wake()

    def _wake(self) -> None:
        if self._heard is not None and not self._heard.done():
            self._heard.set_result(None)


def taken_over(transport: asyncio.BaseTransport | None) -> Talk | None:
    """Return the talk over a transport that was dialled, None if it is gone already."""
    if transport is None or transport.is_closing():
        return None
    return Talk(cast("asyncio.Transport", transport))
