"""A receiver of our own: takes mail by SMTP, and judges it by other people's programs.

SPF is checked by pyspf, DKIM by dkimpy and DMARC by authheaders, against the DNS as it is now: what
a large receiver would write into Authentication-Results (RFC 8601), before it ever sees our mail.
What happens next: loopback.py shows the line.
"""

import asyncio
import re
import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Self

import dns.nameserver
import dns.resolver
from aiosmtpd.smtp import SMTP, Envelope, Session

_TAKEN = "250 2.0.0 taken"
_RESULT = re.compile(r"(?<![.\w])(spf|dkim|dmarc)=(\w+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it arrived."""

    helo: str
    reverse_path: str
    recipient: str
    content: bytes


@dataclass(slots=True)
class Receiver:
    """The running server: `port` is known inside `async with`, where mail comes into `mails`."""

    mails: asyncio.Queue[Mail] = field(default_factory=asyncio.Queue)
    port: int = 0
    _server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen on loopback."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._protocol, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def _protocol(self) -> SMTP:
        return SMTP(self, hostname="receiver.localhost", enable_SMTPUTF8=True)

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        """Keep a mail."""
        mail = Mail(
            helo=str(session.host_name),
            reverse_path=envelope.mail_from or "",
            recipient=", ".join(envelope.rcpt_tos),
            content=envelope.original_content or b"",
        )
        self.mails.put_nowait(mail)
        return _TAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a receiver thinks of a mail: its line, and the results in it."""

    line: str
    spf: str
    dkim: str
    dmarc: str


def judge(mail: Mail, address: str, servers: Sequence[tuple[str, int]], name: str) -> Judgement:
    """Return what the receiver called `name` thinks of `mail` if it comes from `address`.

    The DNS is asked by the whole process's resolver, because these programs know no other.
    """
    import authheaders  # noqa: PLC0415 - a second of importing that no other command should pay for

    _ask(servers)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        line = authheaders.authenticate_message(
            mail.content,
            name,
            spf=True,
            dkim=True,
            dmarc=True,
            dmarcbis=True,
            ip=address,
            mail_from=mail.reverse_path,
            helo=mail.helo,
        )
    found = dict(_RESULT.findall(line))
    each = {what: found.get(what, "none") for what in ("spf", "dkim", "dmarc")}
    return Judgement(line=" ".join(line.split()), **each)


def _ask(servers: Sequence[tuple[str, int]]) -> None:
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(*each) for each in servers]
    dns.resolver.default_resolver = resolver
