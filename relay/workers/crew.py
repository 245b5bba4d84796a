"""The workers of one configuration, with the pool and the upstreams that they share.

A crew starts and stops as a whole. On a reload a new one takes over: the old one's deliveries are
finished first, so each mail is under one configuration from claim to result.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from relay.delivery.send import Upstream
from relay.mail.received import Received
from relay.pipeline.addressing import Addressing
from relay.pipeline.history import Pace
from relay.pipeline.quota import Quota
from relay.pipeline.routing import Cover
from relay.pipeline.settle import Patience
from relay.pipeline.stages import Prepared
from relay.pipeline.suppression import Limit
from relay.policy.rules import Rules
from relay.store.outbox import Terms
from relay.store.store import Store
from relay.workers.deliver import Deliver
from relay.workers.digest import Digest
from relay.workers.egress import Egress
from relay.workers.loop import Step, Wake, repeat
from relay.workers.pool import Crash, Pool
from relay.workers.prepare import Prepare
from relay.workers.press import Presser
from relay.workers.sweep import DiskGate, Sweep
from relay.workers.watch import Watch

_IDLE = 1.0  # seconds between looks at the store when nobody rings
_HOUSEKEEPING = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Orders:
    """What a crew works by."""

    addressing: Addressing
    patience: Patience
    pace: Pace
    limit: Limit
    lease: timedelta
    retention: timedelta
    connections: dict[str, int]
    quotas: dict[str, Quota]
    duties: dict[str, tuple[Cover, ...]] = field(default_factory=dict)
    sources: dict[str, str | None] = field(default_factory=dict)

    def terms(self, upstream: str) -> Terms:
        """Return what the deliveries of an upstream may claim."""
        backed = any(upstream == each.name for duty in self.duties.values() for each in duty)
        return Terms(
            quota=self.quotas[upstream], duties=self.duties.get(upstream, ()), backed=backed
        )


class Crew:
    """Running workers; `accepted` is rung when a message was accepted."""

    def __init__(
        self,
        orders: Orders,
        store: Store,
        pool: Pool,
        upstreams: dict[str, Upstream],
        gate: DiskGate,
        now: Callable[[], datetime],
    ) -> None:
        self.addressing = orders.addressing
        self._pool = pool
        self._now = now
        self._upstreams = upstreams
        self._deliver = [
            self._delivering(orders, store, name, upstream) for name, upstream in upstreams.items()
        ]
        self._prepare = Prepare(
            store=store,
            pool=pool,
            addressing=orders.addressing,
            pace=orders.pace,
            limit=orders.limit,
            lease=orders.lease,
            concluded=self.wake_deliveries,
        )
        self.accepted = self._prepare.wake
        self._digest = Digest(
            store=store,
            addressing=orders.addressing,
            lease=orders.lease,
            now=now,
            closed=self.wake_deliveries,
        )
        self._watch = Watch(
            store=store,
            addressing=orders.addressing,
            now=now,
            started_at=now(),
            told=self.wake_deliveries,
        )
        self._steps = self._all_steps(orders, store, gate)
        self._tasks: list[asyncio.Task[None]] = []

    def _delivering(self, orders: Orders, store: Store, name: str, upstream: Upstream) -> Deliver:
        return Deliver(
            store=store,
            pool=self._pool,
            upstream=upstream,
            connections=orders.connections[name],
            addressing=orders.addressing,
            patience=orders.patience,
            terms=orders.terms(name),
            limit=orders.limit,
            lease=orders.lease,
            now=self._now,
        )

    def _all_steps(
        self, orders: Orders, store: Store, gate: DiskGate
    ) -> list[tuple[str, Step, Wake, float]]:
        sweep = Sweep(store=store, retention=orders.retention)
        presser = Presser(store=store, pace=orders.pace, quotas=orders.quotas, now=self._now)
        egress = Egress(store=store, upstreams=self._upstreams, sources=orders.sources)
        renewal = orders.lease.total_seconds() / 3
        steps: list[tuple[str, Step, Wake, float]] = [
            ("prepare", self._prepare.step, self.accepted, _IDLE),
            ("digest", self._digest.step, Wake(), _IDLE),
            ("watch", self._watch.step, Wake(), _HOUSEKEEPING),
            ("press", presser.step, Wake(), _HOUSEKEEPING),
            ("sweep", sweep.step, Wake(), _HOUSEKEEPING),
            ("disk", gate.step, Wake(), _HOUSEKEEPING),
            ("egress", egress.step, Wake(), _HOUSEKEEPING),
        ]
        for deliver in self._deliver:
            name = deliver.upstream.name
            steps.append((f"deliver {name}", deliver.step, deliver.wake, _IDLE))
            steps.append((f"renew {name}", deliver.renew, Wake(), renewal))
        return steps

    def add(self, name: str, step: Step) -> None:
        """Have one more chore done, now and then; say so before the start."""
        self._steps.append((name, step, Wake(), _HOUSEKEEPING))

    @property
    def rules(self) -> Rules:
        """The rules that mail is decided by."""
        return self._pool.rules

    async def explain(self, received: Received) -> Prepared | Crash:
        """Understand and rewrite a mail that nobody sent; nothing is kept of it."""
        return await self._pool.prepare(received, None)

    def wake_deliveries(self) -> None:
        """Say that there may be mail to send."""
        for deliver in self._deliver:
            deliver.wake.ring()

    def start(self) -> None:
        """Start every worker."""
        self._tasks = [asyncio.create_task(repeat(*step), name=step[0]) for step in self._steps]

    async def stop(self, patience: float) -> None:
        """Stop claiming, give what is under way `patience` seconds, close pool and upstreams."""
        for _, _, wake, _ in self._steps:
            wake.end()
        await _finish(self._tasks, patience)
        await _finish(list(self._prepare.running), patience)
        await _finish([task for each in self._deliver for task in each.running], patience)
        for upstream in self._upstreams.values():
            await upstream.close()
        await asyncio.to_thread(self._pool.close)


async def _finish(tasks: Sequence[asyncio.Task[None]], patience: float) -> None:
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=patience)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
