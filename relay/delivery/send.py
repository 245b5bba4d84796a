"""Mail out: the upstreams of the configuration, each ready to send.

`send` takes one mail for one recipient and returns what became of it, as a value: Delivered,
Deferred with the phase that failed, or Refused. It never raises for what an upstream does. Where
to read on: upstream.py (the pool), dial.py and session.py (the dialogue), reply.py (what a reply
means), transaction.py (what is sent), direct.py and maildir.py (the other kinds).
"""

import ssl
from collections.abc import Iterable
from functools import partial
from typing import Protocol

from dns.resolver import NoResolverConfiguration

from relay.delivery.dial import Line
from relay.delivery.direct import DirectUpstream, Plan
from relay.delivery.grant import client
from relay.delivery.maildir import MaildirUpstream
from relay.delivery.mx import system_dns
from relay.delivery.oauth import Tokens
from relay.delivery.protect import Protector
from relay.delivery.settings import UpstreamKind, UpstreamSettings, UpstreamTls
from relay.delivery.sts import Sts
from relay.delivery.upstream import SmtpUpstream
from relay.errors import ConfigError
from relay.pipeline.stages import Result


class Upstream(Protocol):
    """Where mail goes next. Open it before the first mail, close it after the last."""

    name: str

    async def open(self) -> None:
        """Get ready to send."""

    async def close(self) -> None:
        """Give back what it holds."""

    def depart_from(self, address: str | None) -> None:
        """Connect from `address` from now on; None is the system's choice."""

    async def send(self, reverse_path: str, recipient: str, content: bytes) -> Result:
        """Send one mail to one recipient; an empty `reverse_path` is the null sender."""


def open_upstreams(settings: Iterable[UpstreamSettings], default_helo: str) -> dict[str, Upstream]:
    """Return the upstreams by name, not yet opened; raise ConfigError for what cannot work."""
    upstreams: dict[str, Upstream] = {}
    problems = []
    for each in settings:
        if each.name in upstreams:
            problems.append(f"upstreams: {each.name}: occurs twice; give each its own name")
        try:
            upstreams[each.name] = _upstream(each, default_helo)
        except (OSError, ValueError) as error:
            problems.append(f"upstreams: {each.name}: {error}")
    if problems:
        raise ConfigError(problems)
    return upstreams


def _upstream(settings: UpstreamSettings, default_helo: str) -> Upstream:
    if settings.kind is UpstreamKind.MAILDIR:
        if settings.path is None:
            raise ValueError("kind is maildir, so give its path")
        return MaildirUpstream(settings.name, settings.path)
    if settings.kind is UpstreamKind.DIRECT:
        return _direct(settings, default_helo)
    each = settings.messages_per_connection
    return SmtpUpstream(settings.name, _line(settings, default_helo), settings.connections, each)


def _direct(settings: UpstreamSettings, default_helo: str) -> DirectUpstream:
    try:
        dns = system_dns()
    except NoResolverConfiguration as error:
        raise ValueError(f"kind is direct, and there is no name server: {error}") from None
    line = _line(settings.model_copy(update={"host": "", "user": None}), default_helo)
    plan = Plan(
        line=line,
        connections=settings.connections,
        mails_each=settings.messages_per_connection,
    )
    protector = Protector(dns, Sts(dns), line.port, partial(_verifying, settings))
    return DirectUpstream(settings.name, plan, dns, protector)


def _line(settings: UpstreamSettings, default_helo: str) -> Line:
    if settings.host is None:
        raise ValueError("kind is smtp, so give its host")
    helo = settings.helo or default_helo
    if not helo.isascii() or not helo.isprintable() or " " in helo or not helo:
        raise ValueError(f"helo {helo!r} is no host name; give the name that its address has")
    tls = _protection(settings)
    return Line(
        host=settings.host,
        port=settings.port,
        helo=helo,
        tls=tls,
        context=_context(settings, tls),
        user=settings.user,
        password=_password(settings),
        times=settings.times,
        tokens=_tokens(settings),
        source_address=settings.source_address,
    )


def _protection(settings: UpstreamSettings) -> UpstreamTls:
    """Return how to protect the connection: with a password at stake, TLS is required."""
    if settings.user is None:
        return settings.tls
    if settings.tls is UpstreamTls.NONE:
        raise ValueError("user needs TLS, because its secret must not go out in the clear")
    return UpstreamTls.REQUIRED if settings.tls is UpstreamTls.OPPORTUNISTIC else settings.tls


def _context(settings: UpstreamSettings, tls: UpstreamTls) -> ssl.SSLContext | None:
    if tls is UpstreamTls.NONE:
        return None
    context = _verifying(settings)
    if tls is UpstreamTls.OPPORTUNISTIC:
        # RFC 7435: whoever can forge a certificate could as well strip the offer of STARTTLS.
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _verifying(settings: UpstreamSettings) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=settings.ca_file)
    if settings.client_certificate is not None:
        context.load_cert_chain(settings.client_certificate, settings.client_key)
    return context


def _password(settings: UpstreamSettings) -> str:
    if settings.user is None or settings.oauth is not None:
        return ""
    if settings.password is not None:
        return settings.password.get_secret_value()
    if settings.password_file is not None:
        return settings.password_file.read_text().rstrip("\r\n")
    raise ValueError("user has no password; give password_file")


def _tokens(settings: UpstreamSettings) -> Tokens | None:
    if settings.oauth is None:
        return None
    if settings.user is None:
        raise ValueError("oauth needs a user: the mailbox that its tokens are for")
    return Tokens(client(settings.oauth, settings.user))
