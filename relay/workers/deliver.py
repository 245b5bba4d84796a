"""Step 10: register attempts, sign the final bytes, send, settle.

One of these runs for each upstream, so that a slow one delays no other. What is claimed is sent
at once by as many tasks as there are connections; the store has the attempt on record before a
byte leaves, and a result that cannot be written is tried again until it can, because a delivery
that nobody recorded would be sent twice. What happens next: pipeline/settle.py reads the result.
"""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from relay import journal
from relay.delivery.send import Upstream
from relay.mail.enhanced import first_code
from relay.pipeline.addressing import Addressing
from relay.pipeline.settle import Patience, set_aside, settle
from relay.pipeline.stages import Attempt, Deferred, Delivered, Refused, Result, Settled, State
from relay.pipeline.suppression import Limit
from relay.reputation.diagnose import diagnose
from relay.rewrite.told import told_before
from relay.store import lease, outbox, suppression
from relay.store.schema import outgoing
from relay.store.store import Store
from relay.store.writer import Transaction
from relay.workers.loop import Wake
from relay.workers.pool import Crash, Pool, Signed

_AHEAD = 4  # claimed for each connection, so that none waits for a commit
_OLD_EVERY = 4  # in one claim of so many, retries go before what is new
_RECORD_PAUSE = 0.5
_MOST_CRASHES = 3  # of processes that sign a mail, until it is held


@dataclass(slots=True, kw_only=True)
class Deliver:
    """The step for one upstream, and what it needs."""

    store: Store
    pool: Pool
    upstream: Upstream
    connections: int
    addressing: Addressing
    patience: Patience
    terms: outbox.Terms = outbox.ANY
    limit: Limit = field(default_factory=Limit)
    lease: timedelta
    now: Callable[[], datetime]
    wake: Wake = field(default_factory=Wake)
    running: dict[asyncio.Task[None], Attempt] = field(default_factory=dict)
    claims: int = 0

    async def step(self) -> bool:
        """Start as many deliveries as there is room for; say whether there were any.

        A delivery that ends rings the bell, so that its room is used at once.
        """
        room = self.connections * _AHEAD - len(self.running)
        attempts = await self._claim(room) if room > 0 else []
        if attempts:
            await asyncio.gather(*map(self._start, attempts))
        return bool(attempts)

    async def renew(self) -> bool:
        """Keep the leases of slow deliveries alive."""
        owned = {attempt.outgoing.id: attempt.fence for attempt in self.running.values()}
        if owned:
            await self.store.write(lambda tx: lease.renew(tx, outgoing, owned, self.lease))
        return False

    async def _claim(self, room: int) -> list[Attempt]:
        # Whatever the clock says, what we are sending is not to be sent.
        ours = [attempt.outgoing.id for attempt in self.running.values()]
        self.claims += 1
        terms = replace(self.terms, old_first=self.claims % _OLD_EVERY == 0)
        return await self.store.write(
            lambda tx: outbox.claim_attempts(
                tx, self.upstream.name, room, self.lease, self.patience.first, ours, terms
            )
        )

    async def _start(self, attempt: Attempt) -> None:
        task = asyncio.create_task(self._deliver(attempt, await self._signed(attempt)))
        self.running[task] = attempt
        task.add_done_callback(self._ended)

    async def _signed(self, attempt: Attempt) -> Signed | Crash:
        """Sign a mail; a process may die of something else than the mail that it has."""
        mail, told_at = attempt.outgoing, attempt.told_at
        mark = b"" if told_at is None else told_before(told_at)
        for number in range(_MOST_CRASHES):
            signed = await self.pool.sign(mark + mail.content, mail.reverse_path, self.now())
            if isinstance(signed, Signed):
                return replace(signed, fields=signed.fields + mark)
            journal.crashed(mail.id, signed.why, number + 1)
        return signed

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self.running[task]
        self.wake.ring()

    async def _deliver(self, attempt: Attempt, signed: Signed | Crash) -> None:
        if isinstance(signed, Crash):
            await self._record(set_aside(attempt, signed.why, self.now()), b"")
            return
        mail = attempt.outgoing
        if signed.broken and attempt.number == 1:
            journal.rules_broken(mail.id, signed.broken)
        result = await self.upstream.send(
            mail.reverse_path, mail.recipient, signed.fields + mail.content
        )
        settled = _with_breaches(self._settled(attempt, result), signed.broken)
        await self._record(settled, signed.fields)

    def _settled(self, attempt: Attempt, result: Result) -> Settled:
        jitter = random.random()  # noqa: S311 - spreads retries, guards nothing
        return settle(attempt, result, self.now(), jitter, self.patience, self.addressing)

    async def _record(self, settled: Settled, signature: bytes) -> None:
        while True:
            try:
                ours, gone = await self.store.write(lambda tx: self._commit(tx, settled, signature))
                break
            except Exception as error:  # noqa: BLE001 - unrecorded, it would be sent twice
                journal.worker_failed("deliver", error)
                await asyncio.sleep(_RECORD_PAUSE)
        if gone:
            journal.suppressed(settled.attempt.outgoing.recipient)
        if ours:
            _report(settled, self.now())
        else:
            journal.lease_lost(settled.attempt.outgoing.id)

    def _commit(self, tx: Transaction, settled: Settled, signature: bytes) -> tuple[bool, bool]:
        """Write what an attempt came to; a mailbox that is gone counts against its address.

        Return whether the mail was still ours, and whether its address is suppressed by this.
        """
        if not outbox.settle(tx, settled, signature):
            return False, False
        mail, result = settled.attempt.outgoing, settled.result
        if isinstance(result, Refused) and diagnose(result.code, result.reply).is_gone:
            status = first_code(result.reply)
            suppression.note(tx, mail, "refusal", gone=True, status=status, note=result.reply)
            return True, suppression.weigh(tx, mail, result.reply, self.limit, self.addressing)
        return True, False


def _with_breaches(settled: Settled, broken: tuple[str, ...]) -> Settled:
    """Let the ledger say which rules the mail breaks (docs/compliance.md)."""
    if not broken:
        return settled
    data = {**settled.event.data, "lint": list(broken)}
    return replace(settled, event=replace(settled.event, data=data))


def _report(settled: Settled, now: datetime) -> None:
    mail, result, reply = settled.attempt.outgoing, settled.result, settled.result.reply
    cause = "" if isinstance(result, Delivered) else str(result.cause)
    match settled.state:
        case State.DELIVERED:
            seconds = (now - mail.since).total_seconds()
            verdict = settled.attempt.verdict or mail.kind
            journal.delivered(mail.id, mail.upstream, reply, verdict, seconds)
        case State.QUEUED:
            journal.deferred(mail.id, mail.upstream, reply, cause, settled.due_at)
        case State.HELD:
            journal.held(mail.id, reply)
        case _:
            journal.bounced(mail.id, mail.upstream, reply, cause, mail.notice_to)
    if isinstance(settled.result, Deferred) and settled.result.session:
        journal.upstream_held(mail.upstream, reply)
