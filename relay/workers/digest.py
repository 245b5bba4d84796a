"""Step 9: close the batches that are due, each with the mail that carries its reports.

What is due is claimed, which freezes its members; the mail is composed, and then the mail, the end
of the batch, the fate of each report and the incident's next reminder are written in one
transaction. Whoever dies in between costs the length of a lease, never a report.
What happens next: workers/deliver.py.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from relay import journal
from relay.pipeline import reminder
from relay.pipeline.addressing import Addressing
from relay.pipeline.batch import Batch, BatchKind
from relay.pipeline.bulletin import bulletin, letterhead
from relay.pipeline.job import JobState
from relay.pipeline.stages import Outgoing
from relay.store import batches, jobs
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
            await self._close(batch)
        return bool(due)

    async def _close(self, batch: Batch) -> None:
        job = await self._job(batch)
        mail = await asyncio.to_thread(self._mail, batch, job)
        ours = await self.store.write(lambda tx: _commit(tx, batch, mail))
        if not ours:
            journal.lease_lost(batch.id)
            return
        journal.batch_closed(batch.key.kind, mail.id, mail.recipient, len(batch.items))
        self.closed()

    async def _job(self, batch: Batch) -> JobState | None:
        last = batch.items[-1]
        return await self.store.read(lambda connection: jobs.find(connection, last.host, last.job))

    def _mail(self, batch: Batch, job: JobState | None) -> Outgoing:
        at, addressing = self.now(), self.addressing
        head = letterhead(batch, addressing, at)
        incident = job.incident if job and job.incident else None
        if incident is not None and incident.id != batch.key.name:
            incident = None
        content = reminder.compose(batch, incident, addressing.zone, head)
        return bulletin(batch, content, addressing, at)


def _commit(tx: Transaction, batch: Batch, mail: Outgoing) -> bool:
    if not batches.close(tx, batch, mail):
        return False
    if batch.key.kind is BatchKind.REPEAT:
        last = batch.items[-1]
        jobs.remind(tx, last.host, last.job, batch.key.name, batch.due_at)
    return True
