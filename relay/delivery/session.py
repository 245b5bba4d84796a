"""One connection to an upstream, used for one mail after another.

Where the upstream offers PIPELINING (RFC 2920), everything up to DATA goes out at once, with the
RSET that parts one mail from the next: two round trips a mail instead of five. The content is
written in blocks, each with its own time limit, and the phase turns to FINAL just after the dot: a
connection lost sooner took nothing, one lost later may have. Nothing that an upstream says or fails
to say raises; a reply out of turn ends the connection, because from then on no reply could be
trusted to be the right one's.
What happens next: upstream.py keeps the connection for the next mail.
"""

from collections.abc import Container, Sequence

from relay.delivery.dial import Dialling, Line, abort
from relay.delivery.reply import judge, quoted, session_failure
from relay.delivery.settings import PhaseTimes
from relay.delivery.step import Reply
from relay.delivery.talk import Talk, taken_over
from relay.delivery.transaction import Commands, Transaction, commands, stuffed
from relay.pipeline.stages import Deferred, Delivered, Phase, Refused, Result

_RSET_SECONDS = 10.0  # a connection that does not even answer this is not worth waiting for
_QUIT_SECONDS = 5.0

_Step = tuple[Phase | None, int, bytes]
"""Which phase (None for RSET), the first digit that is hoped for, and the command."""


async def dial(line: Line) -> "Session | Deferred":
    """Return a session with the upstream at the other end of `line`, or why there is none."""
    dialling = Dialling(line)
    failed = await dialling.run()
    if failed is not None:
        return failed
    client = dialling.client
    talk = taken_over(client.transport)
    if talk is None:
        abort(client)
        lost = Reply(None, "the connection was closed")
        return session_failure(Phase.EHLO, lost.code, lost.text, dialling.remote)
    return Session(talk, frozenset(client.esmtp_extensions), dialling.remote, line.times)


class Session:
    """An open connection. `sound` says whether another transaction may follow."""

    def __init__(self, talk: Talk, offers: Container[str], remote: str, times: PhaseTimes) -> None:
        self._talk = talk
        self._offers = offers
        self._remote = remote
        self._times = times
        self._answered = True
        self.transactions = 0
        self.failures = 0

    @property
    def sound(self) -> bool:
        """Return whether the connection stands and both sides agree on where they are."""
        return self._talk.is_open and self._answered and not self._talk.unasked

    async def transact(self, mail: Transaction) -> Result:
        """Send one mail to one recipient, after a reset if another mail came before it.

        A connection that has died meanwhile, or does not take the reset, is Deferred at MAIL
        without a code: nothing of this mail was heard.
        """
        again = self.transactions > 0
        self.transactions += 1
        orders = commands(mail, self._offers, self._remote)
        if isinstance(orders, Refused):
            return orders
        try:
            result = await self._announce(orders, again) or await self._deliver(
                stuffed(mail.content)
            )
        except BaseException:
            self._answered = False  # cancelled in the middle: nobody knows what is half sent
            raise
        self.failures += not isinstance(result, Delivered)
        return result

    async def close(self) -> None:
        """Say QUIT if that makes sense, and close."""
        if self.sound:
            self._talk.say(b"QUIT")
            await self._talk.reply(_QUIT_SECONDS)
        self.abort()

    def abort(self) -> None:
        """Close at once."""
        self._talk.abort()

    async def _announce(self, orders: Commands, again: bool) -> Result | None:
        """Say everything before the content; return what went wrong, with all replies heard."""
        steps, at_once = _steps(orders, again), "pipelining" in self._offers
        wrong: Result | None = None
        if at_once:
            self._talk.say(*(command for _, _, command in steps))
        for phase, hoped_for, command in steps:
            if not at_once:
                self._talk.say(command)
            reply = await self._heard(phase)
            if reply.code is not None and reply.code // 100 == hoped_for:
                if wrong is not None and phase is Phase.DATA:
                    await self._take_back()
                continue
            wrong = wrong or self._refused(phase, reply, orders)
            if reply.code is None or phase is None or not at_once:
                self._answered &= reply.code is not None
                break
        return wrong

    async def _heard(self, phase: Phase | None) -> Reply:
        seconds = self._times.command.total_seconds() if phase else _RSET_SECONDS
        return await self._talk.reply(seconds)

    def _refused(self, phase: Phase | None, reply: Reply, orders: Commands) -> Result:
        if phase is None:
            self._answered = False
            return judge(Phase.MAIL, None, quoted(reply.code, reply.text), self._remote)
        return self._judged(phase, reply, null_sender=not orders.reverse_path)

    async def _take_back(self) -> None:
        """End the content that DATA was let in for although there is no recipient: RFC 2920 s3.1.

        Such a server takes an empty message for nobody, and refuses it.
        """
        self._talk.say(b".")
        reply = await self._talk.reply(self._times.command.total_seconds())
        self._answered &= reply.code is not None

    async def _deliver(self, content: bytes) -> Result:
        """Write what follows DATA, then the final dot, and hear what becomes of it."""
        if self._talk.unasked:  # said before it was asked: it must not pass for a reply
            return self._judged(Phase.DATA, Reply(None, "more than one reply to DATA"))
        try:
            await self._talk.send(content, self._times.data.total_seconds())
        except OSError as error:
            return self._judged(Phase.DATA, Reply(None, str(error) or "it takes no more"))
        if not self._talk.is_open:
            return self._judged(Phase.DATA, await self._talk.reply(0))
        self._talk.say(b".")
        reply = await self._talk.reply(self._times.final.total_seconds())
        if reply.positive:
            return Delivered(reply=quoted(reply.code, reply.text), remote=self._remote)
        return self._judged(Phase.FINAL, reply)

    def _judged(self, phase: Phase, reply: Reply, *, null_sender: bool = False) -> Result:
        # RFC 5321 s3.8: after a 421 the server closes, if not at once.
        self._answered = reply.code is not None and 400 <= reply.code <= 599 and reply.code != 421
        return judge(phase, reply.code, reply.text, self._remote, null_sender=null_sender)


def _steps(orders: Commands, again: bool) -> Sequence[_Step]:
    sender = b" ".join((b"MAIL FROM:<" + orders.reverse_path + b">", *orders.parameters))
    steps: list[_Step] = [
        (Phase.MAIL, 2, sender),
        (Phase.RCPT, 2, b"RCPT TO:<" + orders.recipient + b">"),
        (Phase.DATA, 3, b"DATA"),
    ]
    reset: list[_Step] = [(None, 2, b"RSET")]
    return reset + steps if again else steps
