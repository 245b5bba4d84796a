"""The commands around the mail: greeting, TLS, authentication, small talk, and its limits.

Whoever makes too many errors, talks too long without bringing mail, or guesses passwords is sent
away with 421. A message accepted pays for the small talk so far, so a client may send any number
of messages in one session. What happens next: session.py has the commands that carry mail.
"""
# ruff: noqa: N802 - aiosmtpd's names for the methods of commands

import re
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

from relay import journal
from relay.ingest import replies
from relay.ingest.auth import credentials
from relay.ingest.guests import Guests
from relay.ingest.parameters import Refused
from relay.ingest.terms import Terms
from relay.ingest.wire import Wire
from relay.policy.settings import HostSettings

# A browser tricked into posting to us, not a client.
_WEB = frozenset({"GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "HOST:"})
_STRANGE = re.compile(r"[^A-Za-z0-9.:_\[\]-]")


class Courtesies(Wire):
    """A session that can do everything but take mail."""

    commands: ClassVar[dict[str, Callable[[Any, str], Awaitable[None]]]] = {}

    def __init_subclass__(cls) -> None:
        """Make the table of commands once for the class, not for each connection."""
        names = [name for name in dir(cls) if name.startswith("smtp_")]
        cls.commands = {name.removeprefix("smtp_"): getattr(cls, name) for name in names}

    def __init__(self, terms: Terms, guests: Guests, address: str) -> None:
        super().__init__(terms, guests, address)
        self._errors = self._small_talk = self._failures = 0
        self._start_over()

    def _start_over(self) -> None:
        """Forget everything but the connection (RFC 3207 s4.2)."""
        self.helo = ""
        self.user: str | None = None
        self.host: HostSettings | None = None
        self.reset()

    def reset(self) -> None:
        """Forget the message."""
        raise NotImplementedError

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

    def send_away(self, reply: bytes, why: str) -> None:
        """Reply, close, and journal why."""
        self.note(why)
        self.dismiss(reply)

    def note(self, why: str) -> None:
        """Journal why this client was told no."""
        journal.rejected(self.host.name if self.host else "", self.address, why)

    async def smtp_EHLO(self, hostname: str) -> None:
        """RFC 5321 s4.1.1.1."""
        if not self._greeted(hostname):
            return self.error(replies.BAD_ARGUMENT)
        offers = [self.terms.hostname, "PIPELINING", f"SIZE {self.terms.limits.message_size}"]
        if self.terms.tls and not self.tls:
            offers.append("STARTTLS")
        if self.terms.users and self.tls:
            offers.append("AUTH PLAIN LOGIN")
        offers += ("ENHANCEDSTATUSCODES", "8BITMIME", "DSN")
        return self.small_talk(
            "".join(f"250-{offer}\r\n" for offer in offers).encode() + b"250 SMTPUTF8\r\n"
        )

    async def smtp_HELO(self, hostname: str) -> None:
        """RFC 5321 s4.1.1.1."""
        if not self._greeted(hostname):
            return self.error(replies.BAD_ARGUMENT)
        return self.small_talk(f"250 {self.terms.hostname}\r\n".encode())

    def _greeted(self, hostname: str) -> bool:
        """Take any name, since hosts have strange ones, but nothing strange out of it."""
        if not hostname.isprintable() or not 0 < len(hostname) <= 255:
            return False
        self.helo = _STRANGE.sub("?", hostname)
        self.reset()
        return True

    async def smtp_STARTTLS(self, arg: str) -> None:
        """RFC 3207."""
        if self.terms.tls is None or self.terms.implicit:
            return self.error(replies.NOT_OFFERED)
        if self.tls or self.busy():
            return self.error(replies.BAD_SEQUENCE)
        if arg:
            return self.error(replies.BAD_ARGUMENT)
        self.say(replies.START_TLS)
        if not await self.start_tls(self.terms.tls):
            raise ConnectionAbortedError
        return self._start_over()

    async def smtp_AUTH(self, arg: str | None) -> None:
        """RFC 4954; only under TLS, and only with a users file."""
        problem = self._auth_problem()
        if problem is not None:
            return self.error(problem)
        if self._failures >= self.terms.limits.auth_failures:
            return self.send_away(replies.TOO_MANY_FAILURES, "too many failed logins")
        claim = await credentials(arg or "", self._ask)
        if isinstance(claim, Refused):
            return self.error(claim.reply)
        users = self.terms.users
        if users is None or not await users.verify(claim.name, claim.password):
            self._failures += 1
            self.note("authentication failed")
            return self.say(replies.BAD_CREDENTIALS)
        self.user, self.host = claim.name, None
        return self.say(replies.AUTHENTICATED)

    def _auth_problem(self) -> bytes | None:
        if self.terms.users is None:
            return replies.NOT_OFFERED
        if not self.tls:
            return replies.NEED_TLS
        return replies.BAD_SEQUENCE if not self.helo or self.user or self.busy() else None

    async def _ask(self, challenge: bytes) -> bytes | None:
        self.say(b"334 " + challenge + b"\r\n")
        return await self.next_line()

    async def smtp_RSET(self, arg: str) -> None:
        """RFC 5321 s4.1.1.5."""
        if arg:
            return self.error(replies.BAD_ARGUMENT)
        self.reset()
        return self.small_talk(replies.OK)

    async def smtp_NOOP(self, arg: str) -> None:  # noqa: ARG002
        """RFC 5321 s4.1.1.9: the argument means nothing."""
        self.small_talk(replies.OK)

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002
        """RFC 5321 s3.5.3: we do not tell who exists."""
        self.small_talk(replies.CANNOT_VERIFY)

    async def smtp_EXPN(self, arg: str) -> None:  # noqa: ARG002
        """RFC 5321 s3.5.2 lets us do without."""
        self.error(replies.NOT_OFFERED)

    async def smtp_HELP(self, arg: str) -> None:  # noqa: ARG002
        """RFC 5321 s4.1.1.8."""
        self.small_talk(replies.HELP)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: ARG002
        """RFC 5321 s4.1.1.10; whoever wants to go may, whatever else they say."""
        self.dismiss(replies.BYE)
