"""An SMTP upstream: a pool of connections that outlives single mails, within two limits.

No more than `connections` at once, each for at most `messages_per_connection` mails. A connection
that is used again is reset first, and if it has died meanwhile, or its server has had enough of
it, a new one is dialled: only a fresh connection's word counts as the upstream's. Idle ones are
given back soon, for they hold a slot at the other side.
What happens next: workers/deliver.py records the result.
"""

import asyncio
from dataclasses import replace

from relay.delivery.dial import Line
from relay.delivery.session import Session, dial
from relay.delivery.transaction import Transaction, unsendable
from relay.pipeline.stages import Deferred, Phase, Result

_IDLE_SECONDS = 30
_MOST_FAILURES = 5  # servers cut off whoever errs too often, so go before they do
_CUT_OFF = {None, 421}


class SmtpUpstream:
    """One server to send through. `close` it when no send is under way."""

    def __init__(self, name: str, line: Line, connections: int, mails_each: int) -> None:
        self.name = name
        self._line = line
        self._mails_each = mails_each
        self._slots = asyncio.Semaphore(connections)
        self._idle: dict[Session, asyncio.TimerHandle] = {}
        self._busy: set[Session] = set()
        self._closing: set[asyncio.Task[None]] = set()

    @property
    def line(self) -> Line:
        """Return where it connects to and how."""
        return self._line

    async def open(self) -> None:
        """Do nothing: the first mail connects."""

    def depart_from(self, address: str | None) -> None:
        """Connect from `address` from now on; what is under way ends as it began."""
        self._line = replace(self._line, source_address=address)
        for session in list(self._idle):
            self._retire(session)

    async def close(self) -> None:
        """Close all connections; a transaction that is under way is cut off."""
        for session in self._busy:
            session.abort()
        for session in list(self._idle):
            self._retire(session)
        await asyncio.gather(*self._closing)

    async def send(self, reverse_path: str, recipient: str, content: bytes) -> Result:
        """Send one mail to one recipient; whatever happens is the result, nothing is raised."""
        mail = Transaction(reverse_path=reverse_path, recipient=recipient, content=content)
        refused = unsendable(mail, self._line.host)
        if refused is not None:
            return refused
        async with self._slots:
            while (session := self._reused()) is not None:
                result = await self._transact(session, mail)
                if not _is_cut_off(result):
                    return result
            return await self._send_afresh(mail)

    async def _send_afresh(self, mail: Transaction) -> Result:
        if self._closing:
            await asyncio.wait(self._closing)  # they still count at the other side
        session = await dial(self._line)
        return session if isinstance(session, Deferred) else await self._transact(session, mail)

    def _reused(self) -> Session | None:
        """Return an idle connection that still stands, None if there is none."""
        while self._idle:
            session, timer = self._idle.popitem()
            timer.cancel()
            if session.sound:
                return session
            session.abort()
        return None

    async def _transact(self, session: Session, mail: Transaction) -> Result:
        self._busy.add(session)
        try:
            return await session.transact(mail)
        finally:
            self._busy.discard(session)
            self._give_back(session)

    def _give_back(self, session: Session) -> None:
        worn = session.transactions >= self._mails_each or session.failures >= _MOST_FAILURES
        loop = asyncio.get_running_loop()
        self._idle[session] = loop.call_later(_IDLE_SECONDS, self._retire, session)
        if worn or not session.sound:
            self._retire(session)

    def _retire(self, session: Session) -> None:
        self._idle.pop(session).cancel()
        task = asyncio.create_task(session.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def _is_cut_off(result: Result) -> bool:
    """Return whether a used connection ended before it took a command of this mail."""
    return isinstance(result, Deferred) and result.phase is Phase.MAIL and result.code in _CUT_OFF
