"""Look what is amiss, keep the alarms about it, and tell them by a channel that is not mail.

One look every few seconds, each read bounded; the account of every recipient is checked seldom,
because it reads the whole store. What could not be told is tried again, and journaled.
What happens next: an operator reads it, and the runbook that it names.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from relay import journal
from relay.alerts.channel import Channel
from relay.domains.finding import Finding
from relay.pipeline import alarm_text, conditions
from relay.pipeline.alarm import Condition, Kind, Standing
from relay.pipeline.alarms import Change, Rules, Step, review
from relay.pipeline.conditions import Thresholds
from relay.reputation.state import State
from relay.store import alarms, flow, weather
from relay.store.balance import balance
from relay.store.store import Store
from relay.store.weather import Egress

_LOOK_EVERY = timedelta(seconds=10)
_LULL_EVERY = timedelta(minutes=1)
_FORGET_EVERY = timedelta(hours=6)
_FIRST_BALANCE = timedelta(minutes=2)
_AWAY = (State.STRAINED, State.BLOCKED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """What is looked at besides the store: the upstreams, the disk, the doctor."""

    upstreams: Sequence[str]
    closed: Callable[[], str | None]
    findings: Callable[[], Sequence[Finding] | None]


@dataclass(slots=True, kw_only=True)
class Alarmist:
    """The step, and what it needs."""

    store: Store
    channels: Sequence[Channel]
    rules: Rules
    thresholds: Thresholds
    watched: Watched
    relay: str
    zone: str
    runbooks: str
    balance_every: timedelta
    now: Callable[[], datetime]
    _due: dict[str, datetime] = field(default_factory=dict)

    async def step(self) -> bool:
        """Look if it is time to, and tell what is due; say whether there was anything to tell."""
        now = self.now()
        if self._is_due("look", _LOOK_EVERY, now):
            await self._review(now)
        return await self._tell()

    async def _review(self, now: datetime) -> None:
        amiss, looked_at = await self._look(now)
        standing = await self.store.read(alarms.standing)
        for change in review(amiss, looked_at, standing, self.rules, now):
            if await self.store.write(partial(alarms.write, change=change)):
                _journal(change)
        present = await self.store.read(alarms.present)
        journal.alarms_are({kind: _count(present, kind) for kind in Kind})
        if self._is_due("forget", _FORGET_EVERY, now):
            await self.store.write(alarms.forget)

    async def _look(self, now: datetime) -> tuple[list[Condition], set[Kind]]:
        """Return what is amiss, and the kinds that were looked at."""
        parts: tuple[Callable[[datetime], Awaitable[list[Condition] | None]], ...] = (
            self._flow,
            self._weather,
            self._disk,
            self._doctor,
            self._lull,
            self._balance,
        )
        amiss: list[Condition] = []
        looked_at: set[Kind] = set()
        for kinds, look in zip(_KINDS, parts, strict=True):
            found = await look(now)
            if found is not None:
                amiss += found
                looked_at |= kinds
        return amiss, looked_at

    async def _flow(self, now: datetime) -> list[Condition]:
        since = now - self.thresholds.no_flow
        found = await self.store.read(
            partial(flow.flows, names=self.watched.upstreams, since=since)
        )
        return [
            condition
            for each in found
            for condition in conditions.flows(each, self.thresholds, now)
        ]

    async def _weather(self, now: datetime) -> list[Condition]:
        known = await self.store.read(weather.kept)
        named = [(each.upstream, each.domain, at) for each, at in known.items()]
        amiss = list(conditions.weathers(named))
        away = {egress for egress, at in known.items() if at.state in _AWAY}
        return amiss + await self._untold(away, now)

    async def _untold(self, away: set[Egress], now: datetime) -> list[Condition]:
        """Return failures that cannot be told by mail; without a channel nobody would hear."""
        if not self.rules.channels:
            return []
        before = now - self.thresholds.failure
        found = await self.store.read(partial(flow.untold, away=away, before=before, now=now))
        return list(conditions.untold(found))

    async def _disk(self, _now: datetime) -> list[Condition]:
        return conditions.disk(self.watched.closed())

    async def _doctor(self, _now: datetime) -> list[Condition] | None:
        found = self.watched.findings()
        if found is None:
            return None
        return [
            conditions.examined(each.id, each.subject, each.what, each.remedy) for each in found
        ]

    async def _lull(self, now: datetime) -> list[Condition] | None:
        if not self._is_due("lull", _LULL_EVERY, now):
            return None
        accepted = await self.store.read(flow.accepted_at)
        return conditions.lull(accepted, self.thresholds.no_mail, now)

    async def _balance(self, now: datetime) -> list[Condition] | None:
        self._due.setdefault("balance", now + _FIRST_BALANCE)
        if not self._is_due("balance", self.balance_every, now):
            return None
        found = await self.store.read(balance)
        counted, lost = sum(found.fates.values()), found.fates["lost"]
        difference = abs(found.accepted - counted) + lost + found.unwritten
        journal.balanced(difference, found.fates)
        return conditions.unbalanced(found.accepted, counted, lost, found.unwritten)

    def _is_due(self, what: str, every: timedelta, now: datetime) -> bool:
        if now < self._due.get(what, now):
            return False
        self._due[what] = now + every
        return True

    async def _tell(self) -> bool:
        due = await self.store.write(alarms.claim_due)
        owing = {each.name: [a for a in due if each.name in a.owed] for each in self.channels}
        busy = [each for each in self.channels if owing[each.name]]
        reasons = await asyncio.gather(*(self._send(each, owing[each.name]) for each in busy))
        reached = {each.name for each, why in zip(busy, reasons, strict=True) if why is None}
        # A channel that is configured no more is owed nothing.
        gone = {name for each in due for name in each.owed} - {each.name for each in self.channels}
        if due:
            await self.store.write(partial(alarms.settle, tried=due, reached=reached | gone))
        return bool(due) and bool(reached)

    async def _send(self, channel: Channel, due: Sequence[Standing]) -> str | None:
        title = alarm_text.title(due, self.relay)
        text = alarm_text.body(due, self.zone, self.runbooks)
        why = await channel.tell(title, text)
        if why is None:
            journal.alarm_told(channel.name, [str(each.condition.kind) for each in due])
        else:
            journal.alarm_untold(channel.name, why, max(each.tries for each in due) + 1)
        return why


_KINDS: tuple[set[Kind], ...] = (
    {Kind.UPSTREAM, Kind.NO_FLOW, Kind.OLDEST},
    {Kind.WEATHER, Kind.FAILURE},
    {Kind.DISK},
    {Kind.DOCTOR},
    {Kind.NO_MAIL},
    {Kind.CONSERVATION},
)


def _count(present: Sequence[Standing], kind: Kind) -> int:
    return sum(each.condition.kind is kind for each in present)


def _journal(change: Change) -> None:
    condition = change.after.condition
    match change.step:
        case Step.RAISED | Step.GRAVER:
            journal.alarm_raised(
                condition.kind, condition.subject, condition.what, condition.weight
            )
        case Step.OVER:
            journal.alarm_ended(condition.kind, condition.subject)
        case Step.REPEATED | Step.BACK | Step.KEPT:
            return
