"""Steps 3 to 8: claim messages, have them prepared, conclude, commit.

Understanding runs in the pool; deciding what becomes of the result, pure and quick, runs in the
transaction that reads the job's history and writes it. A message on which a process died is
prepared plainly next time, without understanding (P6), and after the third death it is held,
visibly, for the operator. Where the store fails, no mail is to blame: it is given back and taken
again with the first write that succeeds.
Mail that came back to one of our envelope senders is read instead, and taken in by the store.
What happens next: workers/deliver.py, and workers/digest.py for what waits.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial

from relay import journal
from relay.errors import PoolError
from relay.feedback.report import Feedback
from relay.pipeline.addressing import Addressing
from relay.pipeline.conclude import conclude
from relay.pipeline.history import Pace
from relay.pipeline.returned import Answer, is_for_reports
from relay.pipeline.stages import Prepared
from relay.pipeline.suppression import Limit
from relay.policy.decision import Reason, Route
from relay.store import queue, returns
from relay.store.queue import ClaimedMessage
from relay.store.returns import Desk
from relay.store.store import Store
from relay.store.writer import is_fault
from relay.workers.loop import Wake
from relay.workers.pool import Crash, Pool

_AT_ONCE = 24  # so many wait for a process or a commit, and none of either is ever idle
_CRASHES_BEFORE_HOLD = 3
_FAULTS_BEFORE_CRASH = 10  # a mail that the store always fails on is to blame after all


@dataclass(slots=True, kw_only=True)
class Prepare:
    """The step, and what it needs; `concluded` is called when there may be mail to send.

    `wake` is rung by whoever accepts a message, and when one has been finished, so that its room is
    used at once.
    """

    store: Store
    pool: Pool
    addressing: Addressing
    pace: Pace
    lease: timedelta
    concluded: Callable[[], None]
    limit: Limit = field(default_factory=Limit)
    wake: Wake = field(default_factory=Wake)
    running: set[asyncio.Task[None]] = field(default_factory=set)
    _adrift: bool = False  # whether messages may be ours that nobody works on
    _faults: Counter[str] = field(default_factory=Counter)

    async def step(self) -> bool:
        """Start as many messages as there is room for; say whether there were any."""
        room = _AT_ONCE - len(self.running)
        if room < _AT_ONCE // 4 or (self._adrift and self.running):
            return False
        claimed = await self._claim(room)
        for message in claimed:
            task = asyncio.create_task(self._finish(message))
            self.running.add(task)
            task.add_done_callback(self._ended)
        if not claimed and not self.running:
            self._faults.clear()
        return bool(claimed)

    async def _claim(self, room: int) -> list[ClaimedMessage]:
        """Claim messages; first those are given back that nobody works on, when all have ended."""
        adrift, self._adrift = self._adrift, False
        try:
            return await self.store.write(
                lambda tx: queue.claim_messages(tx, room, self.lease, return_first=adrift)
            )
        except BaseException:
            self._adrift = True  # who knows whether it was committed
            raise

    def _ended(self, task: asyncio.Task[None]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            journal.worker_failed("prepare", error)
            self._adrift = True
        if not self._adrift:  # or it waits a moment: the store is not well
            self.wake.ring()

    async def _finish(self, message: ClaimedMessage) -> None:
        try:
            result = await self._read(message)
            if not isinstance(result, Crash):
                await self._write(message, result)
                self.concluded()
                return
            why = result.why
        except Exception as error:  # noqa: BLE001 - counted, or it would come back for ever
            journal.worker_failed("prepare", error)
            if self._is_blameless(message, error):
                return
            why = f"{type(error).__name__} while concluding"
        await self._count_crash(message, why)

    def _is_blameless(self, message: ClaimedMessage, error: Exception) -> bool:
        """Say whether the store or the machine is to blame; the message is then taken anew."""
        key = message.received.id
        ours = is_fault(error) or isinstance(error, PoolError)
        if not ours or self._faults[key] >= _FAULTS_BEFORE_CRASH:
            return False
        self._faults[key] += 1
        self._adrift = True
        return True

    async def _read(self, message: ClaimedMessage) -> Prepared | Answer | Feedback | Crash:
        received, plainly = message.received, _plainly(message)
        if not received.origin.returned:
            return await self.pool.prepare(received, plainly)
        if is_for_reports(received.envelope.recipients[0].address, self.addressing):
            return await self.pool.read_feedback(received)
        return await self.pool.read_returned(received, plainly)

    async def _write(self, message: ClaimedMessage, result: Prepared | Answer | Feedback) -> None:
        if isinstance(result, Prepared):
            await self._conclude(message, result)
        else:
            await self._take(message, result)

    async def _take(self, message: ClaimedMessage, answer: Answer | Feedback) -> None:
        desk = Desk(addressing=self.addressing, limit=self.limit)
        taken = await self.store.write(lambda tx: returns.take(tx, message, answer, desk))
        if taken is None:
            journal.lease_lost(message.received.id)
            return
        journal.came_back(message.received.id, taken.sort.name.lower().replace("_", "-"))
        for each in taken.chose:
            journal.chose("chose", each.recipient, str(each.scope), each.level.word, each.source)
        if taken.suppressed is not None:
            journal.suppressed(taken.suppressed)

    async def _conclude(self, message: ClaimedMessage, prepared: Prepared) -> None:
        if message.released and prepared.decision.route is Route.HOLD:
            prepared = _overruled(prepared)
        decide = partial(conclude, prepared, message.received, self.addressing, self.pace)
        stewards = self.addressing.stewards(message.received.origin.host)
        outcome = await self.store.write(
            lambda tx: queue.conclude(tx, message, prepared, self.pace, stewards, decide)
        )
        if outcome is None:
            journal.lease_lost(prepared.message_id)
            return
        report = prepared.report
        route = "batch" if outcome.waiting and not outcome.outgoing else prepared.decision.route
        folded = [each.batch.kind for each in outcome.waiting for _ in each.addresses]
        journal.prepared(prepared.message_id, report.kind, report.verdict, route, folded)
        if prepared.fallback is not None:
            journal.failed_open(prepared.message_id, prepared.fallback)
        if outcome.held is not None:
            journal.held(prepared.message_id, outcome.held)

    async def _count_crash(self, message: ClaimedMessage, why: str) -> None:
        crashes = message.crashes + 1
        hold = crashes >= _CRASHES_BEFORE_HOLD
        await self.store.write(lambda tx: queue.count_crash(tx, message, why, hold))
        journal.crashed(message.received.id, why, crashes)
        if hold:
            journal.held(message.received.id, why)


def _plainly(message: ClaimedMessage) -> str | None:
    return f"understanding it crashed {message.crashes} times" if message.crashes else None


def _overruled(prepared: Prepared) -> Prepared:
    reason = Reason(rule="operator", text="released from being held")
    decision = prepared.decision
    return replace(
        prepared,
        decision=replace(decision, route=Route.NOW, reasons=(*decision.reasons, reason)),
    )
