"""Step 9: close the batches that are due, each with the mail that carries its reports.

What is due is claimed, which freezes its members; the mail is composed, and then the mail, the end
of the batch, the fate of each report and the incident's next reminder are written in one
transaction. Whoever dies in between costs the length of a lease, never a report; a mail that cannot
be laid out leaves as a plain list.
What happens next: workers/deliver.py.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from relay import journal
from relay.mail.compose import Letterhead
from relay.pipeline import reminder
from relay.pipeline.addressing import Addressing
from relay.pipeline.batch import Batch, BatchKind
from relay.pipeline.bulletin import about, bulletin, letterhead, own_copy, titled
from relay.pipeline.digest.compose import compose
from relay.pipeline.digest.plain import compose_plainly
from relay.pipeline.heartbeat import next_beat
from relay.pipeline.personal import colophon
from relay.pipeline.stages import Outgoing
from relay.store import batches, jobs
from relay.store.pending import attached
from relay.store.store import Store
from relay.store.writer import Transaction

_MOST = 10


@dataclass(slots=True, kw_only=True)
class Digest:
    """The step, and what it needs; `closed` is called when there is mail to send."""

    store: Store
    addressing: Addressing
    lease: timedelta
    now: Callable[[], datetime]
    closed: Callable[[], None]

    async def step(self) -> bool:
        """Close what is due; say whether there was any."""
        due = await self.store.write(lambda tx: batches.claim_due(tx, _MOST, self.lease))
        for batch in due:
            try:
                await self._close(batch)
            except Exception as error:  # noqa: BLE001 - or what comes after it would never leave
                journal.worker_failed("digest", error)
        return bool(due)

    async def _close(self, batch: Batch) -> None:
        content = await self._content(batch)
        mail = bulletin(batch, content, self.addressing, self.now())
        beat = next_beat(batch, self.addressing.zone, self.now())
        ours = await self.store.write(lambda tx: _commit(tx, batch, mail, beat))
        if not ours:
            journal.lease_lost(batch.id)
            return
        journal.batch_closed(batch.key.kind, mail.id, mail.recipient, len(batch.items))
        self.closed()

    async def _content(self, batch: Batch) -> bytes:
        head = letterhead(batch, self.addressing, self.now())
        composing = await self._composing(batch, head)
        try:
            return await asyncio.to_thread(composing)
        except Exception as error:  # noqa: BLE001 - a bug in a layout keeps no report (P6)
            journal.layout_failed(batch.id, error)
            return compose_plainly(titled(batch), type(error).__name__, head)

    async def _composing(self, batch: Batch, head: Letterhead) -> Callable[[], bytes]:
        """Read what the mail shows; return what composes it, without the store."""
        zone = self.addressing.zone
        if batch.key.kind is BatchKind.REPEAT:
            incident = await self.store.read(lambda c: jobs.incident_of(c, batch))
            last_lines = colophon(own_copy(batch), self.addressing)
            return partial(reminder.compose, batch, incident, zone, head, last_lines)
        known = await self.store.read(partial(jobs.of_reader, recipient=batch.key.recipient))
        originals = await self.store.read(lambda c: attached(c, batch))
        shown = about(batch, known, originals, self.now(), zone)
        last_lines = colophon(own_copy(batch), self.addressing)
        return lambda: compose(titled(batch), replace(shown, colophon=last_lines), head)


def _commit(tx: Transaction, batch: Batch, mail: Outgoing, beat: datetime | None) -> bool:
    if not batches.close(tx, batch, mail, beat):
        return False
    if batch.key.kind is BatchKind.REPEAT:
        last = batch.items[-1]
        jobs.remind(tx, last.host, last.job, batch.key.name, batch.due_at)
    return True
