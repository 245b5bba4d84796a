"""Lines in, replies out: finding the command for a line, and patience with those who talk to us.

Whoever makes too many errors or talks too long without bringing mail is sent away with 421. A
message accepted pays for the small talk so far, so a client may send any number of messages in
one session. A bug in a command is a bare 451, and the end of the session, since nobody knows what
the bytes after it mean. What happens next: courtesies.py and session.py have the commands.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from aiosmtpd.smtp import SMTP

from relay import journal
from relay.ingest import replies
from relay.ingest.data import DataReader
from relay.ingest.guests import Guests
from relay.ingest.link import Link
from relay.ingest.terms import Terms
from relay.policy.settings import HostSettings

_REPLIES_AT_ONCE = 100

# A browser tricked into posting to us, not a client.
_WEB = frozenset({"GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "HOST:"})


class Dialogue(Link):
    """A session without commands; subclasses bring them as `smtp_*` methods, as in aiosmtpd."""

    commands: ClassVar[dict[str, Callable[[Any, str], Awaitable[None]]]] = {}

    def __init_subclass__(cls) -> None:
        """Make the table of commands once for the class, not for each connection."""
        methods = {name: getattr(cls, name) for name in dir(cls) if name.startswith("smtp_")}
        cls.commands = {
            name.removeprefix("smtp_"): method
            for name, method in methods.items()
            if method.__module__ != SMTP.__module__  # its own know nothing of our limits
        }

    def __init__(self, terms: Terms, guests: Guests, address: str) -> None:
        super().__init__(terms, guests, address)
        self.host: HostSettings | None = None
        self._errors = self._small_talk = 0
        self._dismissed = False

    async def _handle_client(self) -> None:
        try:
            if not await self._greet():
                return
            while not self._dismissed:
                line = await self.next_line()
                if line is None:
                    return
                await self.obey(line)
                if self.finishing and not self.busy():
                    self.dismiss(replies.SHUTTING_DOWN)
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

    async def handle_exception(self, error: Exception) -> str:  # noqa: ARG002 - aiosmtpd gives it; its text must not reach a client
        """Return what the client hears of a surprise: nothing about it, and never a 5xx."""
        return replies.SURPRISE.decode().rstrip()

    async def next_line(self) -> bytes | None:
        """Return the next line with its end, None if the peer has gone."""
        limit = self.terms.limits.command_line
        line = self.inbox.line(limit)
        if line is not None:
            if len(self._replies) >= _REPLIES_AT_ONCE:
                await self.flush()
                await asyncio.sleep(0)  # a long group must not keep the others waiting
            return line
        self.deadline.renew()
        await self.flush()
        self.waiting = True
        while await self.inbox.more():
            line = self.inbox.line(limit)
            if line is not None:
                break
        self.waiting = False
        return line

    async def receive(self, reader: DataReader) -> bool:
        """Feed `reader` up to the end of its message; return False if the peer has gone."""
        rate = self.terms.limits.data_rate
        await self.flush()
        began = self.loop.time()
        while (rest := reader.feed(self.inbox.take())) is None:
            slowest = reader.wire_size / rate if rate else math.inf
            self.deadline.renew(began + self.command_time + slowest)
            if not await self.inbox.more():
                return False
        self.inbox.put_back(rest)
        return True

    async def obey(self, line: bytes) -> None:
        """Carry out one command line."""
        if len(line) > self.terms.limits.command_line:
            return self.error(replies.LINE_TOO_LONG)
        # Bytes that are no UTF-8 become surrogates, which nothing below lets pass.
        verb, _, argument = line.decode("utf-8", "surrogateescape").rstrip("\r\n").partition(" ")
        verb = verb.upper()
        command = self.commands.get(verb)
        if command is not None:
            return await command(self, argument.strip(" "))
        if verb in _WEB:
            return self.send_away(replies.NO_SMTP, "a web client")
        return self.error(replies.UNKNOWN_COMMAND)

    def error(self, reply: bytes) -> None:
        """Reply to a mistake."""
        self._errors += 1
        if self._errors > self.terms.limits.errors:
            self.send_away(replies.TOO_MANY_ERRORS, "too many errors")
        else:
            self.say(reply)

    def small_talk(self, reply: bytes) -> None:
        """Reply to a command that carries no mail forward."""
        self._small_talk += 1
        if self._small_talk > self.terms.limits.junk_commands:
            self.send_away(replies.TOO_MUCH_JUNK, "too many commands without mail")
        else:
            self.say(reply)

    def brought_mail(self) -> None:
        """Forgive the small talk so far."""
        self._small_talk = 0

    def dismiss(self, reply: bytes) -> None:
        """Reply, and close after this command."""
        self.say(reply)
        self._dismissed = True

    def send_away(self, reply: bytes, why: str) -> None:
        """Reply, close, and journal why."""
        self.note(why)
        self.dismiss(reply)

    def note(self, why: str) -> None:
        """Journal why this client was told no."""
        journal.rejected(self.host.name if self.host else "", self.address, why)
