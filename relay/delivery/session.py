"""One connection to an upstream: dialled, used for transactions, closed.

aiosmtplib speaks the protocol; each step's end, good or bad, becomes a `_Reply`, so that nothing
an upstream says or fails to say raises. The content is written here in blocks, each with its own
time limit, and the phase turns to FINAL just before the dot: a connection lost sooner took
nothing, one lost later may have. Passwords go out under verified TLS only.
What happens next: upstream.py keeps the connection for the next mail.
"""

import asyncio
import ssl
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import Any, cast

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from relay.delivery.reply import judge, quoted, session_failure
from relay.delivery.settings import PhaseTimes, UpstreamTls
from relay.delivery.transaction import Commands, Transaction, commands, stuffed
from relay.pipeline.stages import Deferred, Delivered, Phase, Refused, Result

_BLOCK = 1 << 16
_RSET_SECONDS = 10  # a connection that does not even answer this is not worth waiting for
_QUIT_SECONDS = 5
_METHODS = ("plain", "login", "cram-md5")
# What a step can raise: a reply that makes no sense or says no, a lost or silent connection, a
# failed handshake, a word that does not fit into a command, and uvloop's RuntimeError for a
# transport that has just been closed.
_FAILURES = (aiosmtplib.SMTPException, OSError, ValueError, RuntimeError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Where to connect to and how. `context` is None where there is to be no TLS."""

    host: str
    port: int
    helo: str
    tls: UpstreamTls
    context: ssl.SSLContext | None
    user: str | None
    password: str
    times: PhaseTimes


@dataclass(frozen=True, slots=True)
class _Reply:
    """How one step ended; without a code there was no reply, and `text` says why."""

    code: int | None
    text: str


class Session:
    """An open connection. `sound` says whether another transaction may follow."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._client = aiosmtplib.SMTP(
            hostname=line.host,
            port=line.port,
            local_hostname=line.helo,
            use_tls=line.tls is UpstreamTls.IMPLICIT,
            start_tls=False,
            tls_context=line.context,
            timeout=line.times.command.total_seconds(),
        )
        self._answered = True
        self.remote = line.host
        self.transactions = 0
        self.failures = 0

    @property
    def sound(self) -> bool:
        """Return whether the connection stands and both sides agree on where they are."""
        return self._client.is_connected and self._answered

    async def dial(self) -> Deferred | None:
        """Connect, greet, secure and authenticate; return what went wrong."""
        try:
            return (
                await self._connect()
                or await self._greet()
                or await self._secure()
                or await self._authenticate()
            )
        except BaseException:
            self.abort()
            raise

    async def ready_again(self) -> bool:
        """Reset the connection for another mail (RFC 5321 s4.1.1.5); say whether it still works."""
        if not self.sound:
            return False
        return _is_positive(await _ended(self._client.rset(timeout=_RSET_SECONDS)))

    async def transact(self, mail: Transaction) -> Result:
        """Send one mail to one recipient."""
        self.transactions += 1
        orders = commands(mail, self._client.esmtp_extensions, self.remote)
        if isinstance(orders, Refused):
            return orders
        try:
            result = await self._announce(orders) or await self._deliver(stuffed(mail.content))
        except BaseException:
            self._answered = False  # cancelled in the middle: nobody knows what is half sent
            raise
        self.failures += not isinstance(result, Delivered)
        return result

    async def close(self) -> None:
        """Say QUIT if that makes sense, and close."""
        if self.sound:
            await _ended(self._client.quit(timeout=_QUIT_SECONDS))
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        transport = cast("asyncio.Transport | None", self._client.transport)
        self._client.close()
        if transport is not None:
            transport.abort()

    async def _connect(self) -> Deferred | None:
        seconds = self._line.times.connect.total_seconds()
        try:
            await self._client.connect(timeout=seconds)
        except _FAILURES as error:
            return self._failed(_phase_of_connecting(error), _failure(error))
        peer = self._about_transport("peername")
        if peer and peer[0] != self._line.host:
            self.remote = f"{self._line.host} ({peer[0]})"
        return None

    async def _greet(self) -> Deferred | None:
        reply = await _ended(self._client.ehlo())
        if reply.code is not None and 500 <= reply.code <= 599 and self._client.is_connected:
            reply = await _ended(self._client.helo())  # RFC 5321 s3.2: the old way
        return None if _is_positive(reply) else self._failed(Phase.EHLO, reply)

    async def _secure(self) -> Deferred | None:
        """Start TLS. An offer that then fails is no reason to go on in the clear."""
        tls, offered = self._line.tls, self._client.supports_extension("starttls")
        if tls in (UpstreamTls.NONE, UpstreamTls.IMPLICIT):
            return None
        if not offered and tls is UpstreamTls.REQUIRED:
            return self._failed(Phase.TLS, _Reply(None, "TLS is required, but not offered"))
        if not offered:
            return None
        reply = await _ended(self._client.starttls())
        if reply.code != 220:
            return self._failed(Phase.TLS, reply)
        return await self._greet()  # RFC 3207 s4.2: what was offered before does not count

    async def _authenticate(self) -> Deferred | None:
        user, password = self._line.user, self._line.password
        if user is None:
            return None
        if self._client.is_connected and self._about_transport("sslcontext") is None:
            return self._failed(Phase.AUTH, _Reply(None, "no TLS, so the password is not sent"))
        offered = self._client.server_auth_methods
        # One method, one try: a wrong password tried three ways may lock the account.
        match next((each for each in _METHODS if each in offered), None):
            case "plain":
                reply = await _ended(self._client.auth_plain(user, password))
            case "login":
                reply = await _ended(self._client.auth_login(user, password))
            case "cram-md5":
                reply = await _ended(self._client.auth_crammd5(user, password))
            case _:
                reply = _Reply(None, f"AUTH is offered with none of {', '.join(_METHODS)}")
        return None if reply.code == 235 else self._failed(Phase.AUTH, reply)

    def _about_transport(self, key: str) -> Any:
        """Return what asyncio knows of the transport, None if it is gone already."""
        return self._client.get_transport_info(key) if self._client.is_connected else None

    async def _announce(self, orders: Commands) -> Result | None:
        steps = (
            (Phase.MAIL, 2, (b"MAIL", b"FROM:<" + orders.reverse_path + b">", *orders.parameters)),
            (Phase.RCPT, 2, (b"RCPT", b"TO:<" + orders.recipient + b">")),
            (Phase.DATA, 3, (b"DATA",)),
        )
        for phase, hoped_for, words in steps:
            reply = await _ended(self._client.execute_command(*words))
            if reply.code is None or reply.code // 100 != hoped_for:
                return self._judged(phase, reply, null_sender=not orders.reverse_path)
        return None

    async def _deliver(self, content: bytes) -> Result:
        """Write what follows DATA, then the final dot, and hear what becomes of it."""
        phase = Phase.DATA
        try:
            protocol = await self._write(content)
            protocol.write(b".\r\n")
            phase = Phase.FINAL
            final = await protocol.read_response(self._line.times.final.total_seconds())
        except _FAILURES as error:
            return self._judged(phase, _failure(error))
        reply = _Reply(final.code, final.message)
        if _is_positive(reply):
            return Delivered(reply=quoted(reply.code, reply.text), remote=self.remote)
        return self._judged(phase, reply)

    async def _write(self, content: bytes) -> SMTPProtocol:
        protocol, seconds = self._client.protocol, self._line.times.data.total_seconds()
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        if protocol._buffer:  # noqa: SLF001 - said before it was asked: it must not pass for a reply
            raise aiosmtplib.SMTPException("more than one reply to DATA")
        for start in range(0, len(content), _BLOCK):
            protocol.write(content[start : start + _BLOCK])
            # What asyncio's StreamWriter.drain calls; aiosmtplib has no public way to wait.
            await asyncio.wait_for(protocol._drain_helper(), seconds)  # noqa: SLF001
        return protocol

    def _judged(self, phase: Phase, reply: _Reply, *, null_sender: bool = False) -> Result:
        self._answered = reply.code is not None and 400 <= reply.code <= 599
        return judge(phase, reply.code, reply.text, self.remote, null_sender=null_sender)

    def _failed(self, phase: Phase, reply: _Reply) -> Deferred:
        self.abort()
        return session_failure(phase, reply.code, reply.text, self.remote)


async def _ended(step: Awaitable[aiosmtplib.SMTPResponse]) -> _Reply:
    try:
        response = await step
    except _FAILURES as error:
        return _failure(error)
    return _Reply(response.code, response.message)


def _failure(error: Exception) -> _Reply:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _Reply(error.code, error.message)
    return _Reply(None, str(error) or type(error).__name__)


def _is_positive(reply: _Reply) -> bool:
    """Return whether it says yes; only the first digit counts (RFC 5321 s4.3.2)."""
    return reply.code is not None and 200 <= reply.code <= 299


def _phase_of_connecting(error: Exception) -> Phase:
    """Return how far aiosmtplib's connect got."""
    cause = error.__cause__
    if isinstance(cause, ssl.SSLError):
        return Phase.TLS
    answered = isinstance(error, aiosmtplib.SMTPResponseException)
    return (
        Phase.GREETING if answered or isinstance(cause, aiosmtplib.SMTPException) else Phase.CONNECT
    )
