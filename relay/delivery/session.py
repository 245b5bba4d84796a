"""One connection to an upstream, used for one mail after another.

The content is written in blocks, each with its own time limit, and the phase turns to FINAL just
after the dot: a connection lost sooner took nothing, one lost later may have. Nothing that an
upstream says or fails to say raises; a reply out of turn ends the connection, because from then
on no reply could be trusted to be the right one's.
What happens next: upstream.py keeps the connection for the next mail.
"""

import asyncio

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from relay.delivery.dial import Dialling, Line, abort
from relay.delivery.reply import judge, quoted
from relay.delivery.settings import PhaseTimes
from relay.delivery.step import FAILURES, Reply, ended, failure
from relay.delivery.transaction import Commands, Transaction, commands, stuffed
from relay.pipeline.stages import Deferred, Delivered, Phase, Refused, Result

_BLOCK = 1 << 16
_RSET_SECONDS = 10  # a connection that does not even answer this is not worth waiting for
_QUIT_SECONDS = 5


async def dial(line: Line) -> "Session | Deferred":
    """Return a session with the upstream at the other end of `line`, or why there is none."""
    dialling = Dialling(line)
    failed = await dialling.run()
    return failed or Session(dialling.client, dialling.remote, line.times)


class Session:
    """An open connection. `sound` says whether another transaction may follow."""

    def __init__(self, client: aiosmtplib.SMTP, remote: str, times: PhaseTimes) -> None:
        self._client = client
        self._remote = remote
        self._times = times
        self._answered = True
        self.transactions = 0
        self.failures = 0

    @property
    def sound(self) -> bool:
        """Return whether the connection stands and both sides agree on where they are."""
        return self._client.is_connected and self._answered

    async def ready_again(self) -> bool:
        """Reset the connection for another mail (RFC 5321 s4.1.1.5); say whether it still works."""
        if not self.sound:
            return False
        return (await ended(self._client.rset(timeout=_RSET_SECONDS))).positive

    async def transact(self, mail: Transaction) -> Result:
        """Send one mail to one recipient."""
        self.transactions += 1
        orders = commands(mail, self._client.esmtp_extensions, self._remote)
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
            await ended(self._client.quit(timeout=_QUIT_SECONDS))
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        abort(self._client)

    async def _announce(self, orders: Commands) -> Result | None:
        steps = (
            (Phase.MAIL, 2, (b"MAIL", b"FROM:<" + orders.reverse_path + b">", *orders.parameters)),
            (Phase.RCPT, 2, (b"RCPT", b"TO:<" + orders.recipient + b">")),
            (Phase.DATA, 3, (b"DATA",)),
        )
        for phase, hoped_for, words in steps:
            reply = await ended(self._client.execute_command(*words))
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
            final = await protocol.read_response(self._times.final.total_seconds())
        except FAILURES as error:
            return self._judged(phase, failure(error))
        reply = Reply(final.code, final.message)
        if reply.positive:
            return Delivered(reply=quoted(reply.code, reply.text), remote=self._remote)
        return self._judged(phase, reply)

    async def _write(self, content: bytes) -> SMTPProtocol:
        protocol, seconds = self._client.protocol, self._times.data.total_seconds()
        if protocol is None:
            raise aiosmtplib.SMTPServerDisconnected("Connection lost")
        if protocol._buffer:  # noqa: SLF001 - said before it was asked: it must not pass for a reply
            raise aiosmtplib.SMTPException("more than one reply to DATA")
        for start in range(0, len(content), _BLOCK):
            protocol.write(content[start : start + _BLOCK])
            # What asyncio's StreamWriter.drain calls; aiosmtplib has no public way to wait.
            await asyncio.wait_for(protocol._drain_helper(), seconds)  # noqa: SLF001 - as said
        return protocol

    def _judged(self, phase: Phase, reply: Reply, *, null_sender: bool = False) -> Result:
        self._answered = reply.code is not None and 400 <= reply.code <= 599
        return judge(phase, reply.code, reply.text, self._remote, null_sender=null_sender)
