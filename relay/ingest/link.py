"""An SMTP connection beneath its lines: bytes in and out, TLS, time limits, the end.

aiosmtpd's protocol class is kept as the frame (its command methods, its `handle_exception`, flow
control), but what it does anew for each connection, command and line is replaced: no inspection
of hooks (about 1 ms for each connection), no timer reset for each command (one lazy timer looks
at a deadline), replies to a pipelined group in one write, and TLS by `loop.start_tls`, which
works under uvloop too. What happens next: dialogue.py makes lines and replies of it.
"""

import asyncio
import ssl
from typing import cast

from aiosmtpd.smtp import SMTP

from relay import journal
from relay.ingest.deadline import Deadline
from relay.ingest.guests import Guests
from relay.ingest.inbox import Inbox
from relay.ingest.replies import SHUTTING_DOWN, TOO_SLOW
from relay.ingest.terms import Terms
from relay.ingest.tls import LINGER, handshake


class Link(SMTP):
    """One connection. aiosmtpd's `_handle_client` is the coroutine that talks over it."""

    def __init__(self, terms: Terms, guests: Guests, address: str) -> None:
        # aiosmtpd's __init__ is left out on purpose: see the module's docstring. There is no stream
        # reader, which the types ask for.
        self.loop = asyncio.get_running_loop()
        asyncio.StreamReaderProtocol.__init__(self, None, loop=self.loop)  # type: ignore[arg-type]
        self.terms, self.address = terms, address
        self.tls: str | None = None
        self.guests = guests
        self.inbox = Inbox(self.loop)
        self._replies: list[bytes] = []
        self._peer: asyncio.Transport
        self.waiting = self._handshaking = self.finishing = False

    def busy(self) -> bool:
        """Say whether a message is under way."""
        raise NotImplementedError

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the session."""
        self._peer = cast("asyncio.Transport", transport)
        self.inbox.attach(self._peer)
        self.guests.arrived(self)
        limits = self.terms.limits
        self.command_time = limits.command_time.total_seconds()
        self.deadline = Deadline(
            self.command_time, limits.session_time.total_seconds(), lambda: self._cut(TOO_SLOW)
        )
        self._talk = self.loop.create_task(self._handle_client())
        self._talk.add_done_callback(self._end)

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        self.inbox.feed(data)

    def eof_received(self) -> bool:
        """Go on with what is there: who only stopped sending may still read our replies."""
        self.inbox.end()
        return self.tls is None  # with TLS there is no half-closed connection

    def connection_lost(self, error: Exception | None) -> None:
        """End the session, but not a commit that has begun."""
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        self.inbox.end()
        self._talk.cancel()

    # What the server calls

    def finish(self) -> None:
        """Leave as soon as no message is under way."""
        self.finishing = True
        if self.waiting and not self.busy():
            self._cut(SHUTTING_DOWN)

    def abandon(self) -> None:
        """Leave now; a commit that has begun goes on."""
        self._cut(SHUTTING_DOWN)

    # What a session calls

    def say(self, reply: bytes) -> None:
        """Reply, in the order of the commands; it is sent before we wait for anything."""
        self._replies.append(reply)

    async def flush(self) -> None:
        """Send the replies, and wait while the peer does not read them."""
        self._send()
        await self._drain_helper()  # type: ignore[attr-defined]  # asyncio's, undocumented

    async def start_tls(self, context: ssl.SSLContext) -> bool:
        """Speak TLS from now on; what the peer sent before is discarded (RFC 3207 s4.2)."""
        early = None
        if self.terms.implicit:
            early = self.inbox.take
        else:
            self._send()
            self.inbox.detach()
        self.deadline.renew()
        self._handshaking = True
        transport = await handshake(self._peer, self, context, self.command_time, early)
        if transport is None:
            journal.rejected("", self.address, "TLS handshake failed")
            return False
        self._handshaking = False
        self._peer = transport
        self.inbox.attach(transport)
        self.tls = transport.get_extra_info("ssl_object").version()
        return True

    def _cut(self, reply: bytes) -> None:
        self.say(reply)
        self._talk.cancel()

    def _send(self) -> None:
        if self._replies and not self._handshaking and not self._peer.is_closing():
            self._peer.write(b"".join(self._replies))
        self._replies.clear()

    def _end(self, _: asyncio.Task[None]) -> None:
        self.deadline.cancel()
        self.guests.left(self)
        self._send()
        self._peer.close()
        if not self.tls and self._peer.get_write_buffer_size():  # TLS has a time limit of its own
            self.loop.call_later(LINGER, self._peer.abort)
