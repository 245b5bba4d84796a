"""Now and then: press what waits to be sent, and may wait, into fewer mails.

It matters when a host floods, when an upstream was away, and when it takes only so many mails: what
then leaves first is what matters.
What happens next: workers/digest.py closes the batches that it fills.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from relay import journal
from relay.pipeline.history import Pace
from relay.pipeline.press import Press, press
from relay.pipeline.quota import Quota
from relay.store import outbox
from relay.store.press import crowds, merge
from relay.store.store import Store


@dataclass(slots=True, kw_only=True)
class Presser:
    """The step, and what it needs."""

    store: Store
    pace: Pace
    quotas: Mapping[str, Quota]
    now: Callable[[], datetime]

    async def step(self) -> bool:
        """Take back what is to be pressed; say whether there was any."""
        merged = [await self._merge(order) for order in await self._orders()]
        return any(merged)

    async def _orders(self) -> tuple[Press, ...]:
        now = self.now()
        waiting = await self.store.read(crowds)
        used = {
            name: await self.store.read(partial(outbox.used, upstream=name, now=now))
            for name, quota in self.quotas.items()
            if quota.limited
        }
        return press(waiting, self.pace, self.quotas, used, now)

    async def _merge(self, order: Press) -> int:
        total = 0
        while count := await self.store.write(partial(merge, order=order)):
            total += count
        if total:
            batch = order.waiting.batch
            journal.pressed(batch.kind, batch.recipient, total)
        return total
