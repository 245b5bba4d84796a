"""Between the steps: foresee the next report of each job, and say when one did not come.

Rhythms are worked out here and not where reports are concluded, because they cost milliseconds. For
some time after the start nothing is called missing: hosts may have waited for the relay to be back.
What happens next: pipeline/watch.py words the mails, workers/deliver.py sends them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from relay import journal
from relay.pipeline import watch
from relay.pipeline.addressing import Addressing
from relay.pipeline.job import JobState
from relay.pipeline.stages import Outgoing
from relay.pipeline.watch import Alarm
from relay.store import choices, jobs, mails
from relay.store.store import Store
from relay.store.writer import Transaction

AFTER_START = timedelta(minutes=30)
_MOST = 100


@dataclass(slots=True, kw_only=True)
class Watch:
    """The step, and what it needs; `told` is called when there is mail to send."""

    store: Store
    addressing: Addressing
    now: Callable[[], datetime]
    started_at: datetime
    told: Callable[[], None]

    async def step(self) -> bool:
        """Foresee some reports, and tell what is late; say whether there was any of it."""
        new = await self.store.read(lambda connection: jobs.unforeseen(connection, _MOST))
        if new:
            foreseen = await asyncio.to_thread(self._foreseen, new)
            await self.store.write(lambda tx: _keep(tx, foreseen))
        alarms = await self._alarms() if self.now() >= self.started_at + AFTER_START else []
        for alarm in alarms:
            await self._tell(alarm)
        return bool(new or alarms)

    def _foreseen(self, states: list[JobState]) -> list[JobState]:
        return [watch.foresee(state, self.addressing.zone) for state in states]

    async def _alarms(self) -> list[Alarm]:
        now = self.now()
        late = await self.store.read(lambda connection: jobs.late(connection, now))
        if not late:
            return []
        hosts = {state.host for state in late}
        known = await self.store.read(lambda connection: jobs.of_hosts(connection, hosts))
        return watch.alarms(late, known)

    async def _tell(self, alarm: Alarm) -> None:
        people = (*alarm.recipients, *self.addressing.stewards(alarm.host))
        made_by = await self.store.read(lambda connection: choices.of(connection, people))
        made = watch.mails(alarm, self.addressing, made_by, self.now())
        told = await self.store.write(partial(_commit, alarm=alarm, made=made))
        if told:
            journal.missing(alarm.host, [job.job for job in alarm.jobs])
            self.told()


def _keep(tx: Transaction, states: list[JobState]) -> None:
    for state in states:
        foreseen = partial(watch.foreseen, by=state)
        jobs.change(tx, state.host, state.job, state.last_seen, foreseen)


def _commit(tx: Transaction, alarm: Alarm, made: list[Outgoing]) -> bool:
    """Write the mails and that they were written, unless a report has come in the meantime."""
    alarmed = partial(watch.alarmed, alarm=alarm, now=tx.now)
    changed = [jobs.change(tx, job.host, job.job, job.last_seen, alarmed) for job in alarm.jobs]
    if not any(changed):
        return False
    for mail in made:
        mails.add(tx, mail)
    return True
