"""The commands around the mail: greeting, TLS, authentication, small talk (RFC 5321 s4.1).

None of them carries mail forward, and none tells anything about who exists here. AUTH is taken
under TLS only, and whoever guesses passwords is sent away.
What happens next: session.py has the commands that carry mail.
"""
# ruff: noqa: N802 - aiosmtpd's names for the methods of commands

import re

from relay.ingest import replies
from relay.ingest.auth import credentials
from relay.ingest.dialogue import Dialogue
from relay.ingest.guests import Guests
from relay.ingest.parameters import Refused
from relay.ingest.terms import Terms

_CONTROL = re.compile(r"[\0-\x1f\x7f]")
_STRANGE = re.compile(r"[^A-Za-z0-9.:_\[\]-]")


class Courtesies(Dialogue):
    """A session that can do everything but take mail."""

    def __init__(self, terms: Terms, guests: Guests, address: str) -> None:
        super().__init__(terms, guests, address)
        self._failures = 0
        self._start_over()

    def _start_over(self) -> None:
        """Forget everything but the connection (RFC 3207 s4.2)."""
        self.helo = ""
        self.user: str | None = None
        self.host = None
        self.reset()

    def reset(self) -> None:
        """Forget the message."""
        raise NotImplementedError

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
        if _CONTROL.search(hostname) or not 0 < len(hostname) <= 255:
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

    async def smtp_NOOP(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd gives it
        """RFC 5321 s4.1.1.9: the argument means nothing."""
        self.small_talk(replies.OK)

    async def smtp_VRFY(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd gives it
        """RFC 5321 s3.5.3: we do not tell who exists."""
        self.small_talk(replies.CANNOT_VERIFY)

    async def smtp_EXPN(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd gives it
        """RFC 5321 s3.5.2 lets us do without."""
        self.error(replies.NOT_OFFERED)

    async def smtp_HELP(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd gives it
        """RFC 5321 s4.1.1.8."""
        self.small_talk(replies.HELP)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: ARG002 - aiosmtpd gives it
        """RFC 5321 s4.1.1.10; whoever wants to go may, whatever else they say."""
        self.dismiss(replies.BYE)
