"""A new connection to an upstream: dialled, greeted, secured, authenticated.

Whatever goes wrong here goes wrong for every mail, so it is the session's fault and never a
mail's. TLS that is required is never done without, an offer of TLS that fails is no reason to go
on in the clear, and a password goes out under verified TLS only, once.
What happens next: session.py sends mails over it.
"""

import asyncio
import base64
import binascii
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import aiosmtplib

from relay.delivery.oauth import NoToken, Tokens, sasl
from relay.delivery.reply import session_failure
from relay.delivery.settings import PhaseTimes, UpstreamTls
from relay.delivery.step import FAILURES, Reply, ended, failure
from relay.pipeline.stages import Deferred, Phase

_METHODS = ("plain", "login", "cram-md5")
_TOKENS = "xoauth2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where to connect to and how. `context` is None where there is to be no TLS.

    A `user` authenticates with `tokens` if there are any, else with `password`. `tls_name` is what
    the certificate must be for, if not `host`; `check` says what else is wrong after the handshake.
    """

    host: str
    port: int
    helo: str
    tls: UpstreamTls
    context: ssl.SSLContext | None
    user: str | None
    password: str = field(repr=False)
    times: PhaseTimes
    tokens: Tokens | None = None
    tls_name: str | None = None
    check: Callable[[ssl.SSLObject], str | None] | None = None
    source_address: str | None = None


class Dialling:
    """A connection in the making; `client` is of use once `run` has returned None."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self.remote = _named(line, line.host)
        self.client = aiosmtplib.SMTP(
            hostname=line.host,
            port=line.port,
            local_hostname=line.helo,
            use_tls=line.tls is UpstreamTls.IMPLICIT,
            start_tls=False,
            tls_context=line.context,
            source_address=(line.source_address, 0) if line.source_address else None,
            timeout=line.times.command.total_seconds(),
        )

    async def run(self) -> Deferred | None:
        """Get through to where MAIL may be said; return what went wrong, with all closed."""
        failed: Deferred | None = None
        try:
            failed = (
                await self._connect()
                or await self._greet()
                or await self._secure()
                or await self._authenticate()
            )
        except BaseException:
            abort(self.client)
            raise
        if failed is not None:
            abort(self.client)
        return failed

    async def _connect(self) -> Deferred | None:
        seconds = self._line.times.connect.total_seconds()
        try:
            await self.client.connect(timeout=seconds)
        except FAILURES as error:
            return self._failed(_phase_of_connecting(error), failure(error))
        peer = self._about_transport("peername")
        if peer and peer[0] != self._line.host:
            self.remote = _named(self._line, peer[0])
        return None

    async def _greet(self) -> Deferred | None:
        reply = await ended(self.client.ehlo())
        if reply.code is not None and 500 <= reply.code <= 599 and self.client.is_connected:
            reply = await ended(self.client.helo())  # RFC 5321 s3.2: the old way
        return None if reply.positive else self._failed(Phase.EHLO, reply)

    async def _secure(self) -> Deferred | None:
        """Start TLS. An offer that then fails is no reason to go on in the clear."""
        tls, offered = self._line.tls, self.client.supports_extension("starttls")
        if tls in (UpstreamTls.NONE, UpstreamTls.IMPLICIT):
            return None
        if not offered and tls is UpstreamTls.REQUIRED:
            return self._failed(Phase.TLS, Reply(None, "TLS is required, but not offered"))
        if not offered:
            return None
        reply = await ended(self.client.starttls(server_hostname=self._line.tls_name))
        if reply.code != 220:
            return self._failed(Phase.TLS, reply)
        wrong = self._wrong_with_peer()
        if wrong is not None:
            return self._failed(Phase.TLS, Reply(None, wrong))
        return await self._greet()  # RFC 3207 s4.2: what was offered before does not count

    def _wrong_with_peer(self) -> str | None:
        peer = self._about_transport("ssl_object")
        return None if self._line.check is None else self._line.check(peer)

    async def _authenticate(self) -> Deferred | None:
        user, tokens = self._line.user, self._line.tokens
        if user is None:
            return None
        if self.client.is_connected and self._about_transport("sslcontext") is None:
            return self._failed(Phase.AUTH, Reply(None, "no TLS, so the password is not sent"))
        if tokens is None:
            reply = await self._show_password(user, self._line.password)
        else:
            reply = await self._show_tokens(user, tokens)
        return None if reply.code == 235 else self._failed(Phase.AUTH, reply)

    async def _show_password(self, user: str, password: str) -> Reply:
        offered = self.client.server_auth_methods
        # One method, one try: a wrong password tried three ways may lock the account.
        match next((each for each in _METHODS if each in offered), None):
            case "plain":
                return await ended(self.client.auth_plain(user, password))
            case "login":
                return await ended(self.client.auth_login(user, password))
            case "cram-md5":
                return await ended(self.client.auth_crammd5(user, password))
            case _:
                return Reply(None, f"AUTH is offered with none of {', '.join(_METHODS)}")

    async def _show_tokens(self, user: str, tokens: Tokens) -> Reply:
        """Show the present token, and if it is refused, a new one: it may have been revoked."""
        if _TOKENS not in self.client.server_auth_methods:
            return Reply(None, "AUTH is not offered with XOAUTH2")
        token = await tokens.current()
        if isinstance(token, NoToken):
            return Reply(None, token.why)
        reply = await self._show_token(user, token)
        if reply.code is None or reply.code // 100 != 5 or not self.client.is_connected:
            return reply
        fresh = await tokens.instead_of(token)
        return reply if isinstance(fresh, NoToken) else await self._show_token(user, fresh)

    async def _show_token(self, user: str, token: str) -> Reply:
        """Do AUTH XOAUTH2; where it fails, the server may say more in a challenge (334)."""
        shown = base64.b64encode(sasl(user, token).encode())
        reply = await ended(self.client.execute_command(b"AUTH", b"XOAUTH2", shown))
        if reply.code != 334:
            return reply
        final = await ended(self.client.execute_command(b""))
        return Reply(final.code, f"{final.text} {_challenge(reply.text)}".strip())

    def _about_transport(self, key: str) -> Any:
        """Return what asyncio knows of the transport, None if it is gone already."""
        return self.client.get_transport_info(key) if self.client.is_connected else None

    def _failed(self, phase: Phase, reply: Reply) -> Deferred:
        return session_failure(phase, reply.code, reply.text, self.remote)


def abort(client: aiosmtplib.SMTP) -> None:
    """Close a connection at once."""
    transport = cast("asyncio.Transport | None", client.transport)
    client.close()
    if transport is not None:
        transport.abort()


def _named(line: Line, address: str) -> str:
    """Return how the other side is called in results: by name, and by the address if known."""
    name = line.tls_name or line.host
    return name if name == address else f"{name} ({address})"


def _challenge(text: str) -> str:
    """Return what a challenge says; it is JSON in base64, for people to read."""
    try:
        return base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _phase_of_connecting(error: Exception) -> Phase:
    """Return how far aiosmtplib's connect got."""
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError):
        return Phase.TLS
    answered = isinstance(error, aiosmtplib.SMTPResponseException)
    return (
        Phase.GREETING if answered or isinstance(cause, aiosmtplib.SMTPException) else Phase.CONNECT
    )
