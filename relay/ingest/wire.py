"""An SMTP connection below its commands: lines in, replies out, TLS, time limits, the end.

aiosmtpd's protocol class is kept as the frame (its command methods, its `handle_exception`, flow
control), but what it does anew for each connection, command and line is replaced: no inspection
of hooks (about 1 ms for each connection), no timer reset for each command (one lazy timer looks
at a deadline), replies to a pipelined group in one write, and TLS by `loop.start_tls`, which
works under uvloop too. What happens next: session.py gives the commands their meaning.
"""

import asyncio
import math
import ssl
from typing import cast

from aiosmtpd.smtp import SMTP

from relay import journal
from relay.ingest.data import DataReader
from relay.ingest.deadline import Deadline
from relay.ingest.guests import Guests
from relay.ingest.inbox import Inbox
from relay.ingest.replies import SHUTTING_DOWN, SURPRISE, TOO_SLOW
from relay.ingest.terms import Terms
from relay.ingest.tls import LINGER, handshake

_REPLIES_AT_ONCE = 100


class Wire(SMTP):
    """One connection. Subclasses say what a line means (`obey`) and when one is busy."""

    def __init__(self, terms: Terms, guests: Guests, address: str) -> None:
        # aiosmtpd's __init__ is left out on purpose: see the module's docstring.
        self.loop = asyncio.get_running_loop()
        asyncio.StreamReaderProtocol.__init__(self, None, loop=self.loop)  # type: ignore[arg-type]
        self.terms, self.address = terms, address
        self.tls: str | None = None
        self.guests = guests
        self._inbox = Inbox(self.loop)
        self._replies: list[bytes] = []
        self._peer: asyncio.Transport
        self._waiting = self._handshaking = self._finishing = self._dismissed = False

    async def obey(self, line: bytes) -> None:
        """Carry out one command line, which may be longer than allowed by one byte."""
        raise NotImplementedError

    def busy(self) -> bool:
        """Say whether a message is under way."""
        raise NotImplementedError

    # What the event loop calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the session."""
        self._peer = cast("asyncio.Transport", transport)
        self._inbox.attach(self._peer)
        self.guests.arrived(self)
        limits = self.terms.limits
        self._command_time = limits.command_time.total_seconds()
        self.deadline = Deadline(
            self._command_time, limits.session_time.total_seconds(), lambda: self._cut(TOO_SLOW)
        )
        self._talk = self.loop.create_task(self._handle_client())
        self._talk.add_done_callback(self._end)

    def data_received(self, data: bytes) -> None:
        """Take what has arrived."""
        self._inbox.feed(data)

    def eof_received(self) -> bool:
        """Go on with what is there: who only stopped sending may still read our replies."""
        self._inbox.end()
        return self.tls is None  # with TLS there is no half-closed connection

    def connection_lost(self, error: Exception | None) -> None:
        """End the session, but not a commit that has begun."""
        asyncio.StreamReaderProtocol.connection_lost(self, error)
        self._inbox.end()
        self._talk.cancel()

    # What the server calls

    def finish(self) -> None:
        """Leave as soon as no message is under way."""
        self._finishing = True
        if self._waiting and not self.busy():
            self._cut(SHUTTING_DOWN)

    def abandon(self) -> None:
        """Leave now; a commit that has begun goes on."""
        self._cut(SHUTTING_DOWN)

    # What a session calls

    def say(self, reply: bytes) -> None:
        """Reply, in the order of the commands; it is sent before we wait for anything."""
        self._replies.append(reply)

    def dismiss(self, reply: bytes) -> None:
        """Reply, and close after this command."""
        self.say(reply)
        self._dismissed = True

    async def next_line(self) -> bytes | None:
        """Return the next line with its end, None if the peer has gone."""
        limit = self.terms.limits.command_line
        line = self._inbox.line(limit)
        if line is not None:
            if len(self._replies) >= _REPLIES_AT_ONCE:
                await self.flush()
                await asyncio.sleep(0)  # a long group must not keep the others waiting
            return line
        self.deadline.renew()
        await self.flush()
        self._waiting = True
        while await self._inbox.more():
            line = self._inbox.line(limit)
            if line is not None:
                break
        self._waiting = False
        return line

    async def receive(self, reader: DataReader) -> bool:
        """Feed `reader` up to the end of its message; return False if the peer has gone."""
        rate = self.terms.limits.data_rate
        await self.flush()
        began = self.loop.time()
        while (rest := reader.feed(self._inbox.take())) is None:
            slowest = reader.wire_size / rate if rate else math.inf
            self.deadline.renew(began + self._command_time + slowest)
            if not await self._inbox.more():
                return False
        self._inbox.put_back(rest)
        return True

    async def flush(self) -> None:
        """Send the replies, and wait while the peer does not read them."""
        self._send()
        await self._drain_helper()  # type: ignore[attr-defined]  # asyncio's, undocumented

    async def start_tls(self, context: ssl.SSLContext) -> bool:
        """Speak TLS from now on; what the peer sent before is discarded (RFC 3207 s4.2)."""
        early = None
        if self.terms.implicit:
            early = self._inbox.take
        else:
            self._send()
            self._inbox.detach()
        self.deadline.renew()
        self._handshaking = True
        transport = await handshake(self._peer, self, context, self._command_time, early)
        if transport is None:
            journal.rejected("", self.address, "TLS handshake failed")
            return False
        self._handshaking = False
        self._peer = transport
        self._inbox.attach(transport)
        self.tls = transport.get_extra_info("ssl_object").version()
        return True

    # The life of a connection

    async def _handle_client(self) -> None:
        try:
            if not await self._greet():
                return
            while not self._dismissed:
                line = await self.next_line()
                if line is None:
                    return
                await self.obey(line)
                if self._finishing and not self.busy():
                    self.dismiss(SHUTTING_DOWN)
        except ConnectionError:
            pass
        except Exception as error:  # noqa: BLE001 - the one catch-all of a session
            journal.session_failed(self.address, error)
            self.say(f"{await self.handle_exception(error)}\r\n".encode())

    async def _greet(self) -> bool:
        terms = self.terms
        if terms.implicit and terms.tls and not await self.start_tls(terms.tls):
            return False
        self.say(f"220 {terms.hostname} ESMTP\r\n".encode())
        return True

    async def handle_exception(self, error: Exception) -> str:  # noqa: ARG002
        """Return what the client hears of a surprise: nothing about it, and never a 5xx."""
        return SURPRISE.decode().rstrip()

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
