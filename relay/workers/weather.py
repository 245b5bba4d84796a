"""Now and then: look how mail is received at each egress, and say when that has changed.

One read of what was tried of late, by an index, for each upstream; nothing is written while
nothing changes. What happens next: workers/alarms.py tells the operator.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from relay import journal
from relay.domains.checks import blocklists, dkim, dmarc, feedback, spf
from relay.domains.finding import Finding
from relay.reputation.signals import Signals
from relay.reputation.state import State
from relay.reputation.weather import Weather, fair, forecast
from relay.store import weather
from relay.store.store import Store
from relay.store.weather import ALL, Egress

_EVERY = timedelta(seconds=10)
_FORGET_EVERY = timedelta(hours=1)
_UNALIGNED = frozenset(
    kind.id for family in (dkim, dmarc, spf, feedback) for kind in family.FINDINGS if kind.alarm
)


@dataclass(slots=True, kw_only=True)
class Lookout:
    """The step, and what it needs; `findings` is what the doctor found at its last visit."""

    store: Store
    upstreams: Sequence[str]
    findings: Callable[[], Sequence[Finding]]
    now: Callable[[], datetime]
    _next: datetime | None = None
    _forget_at: datetime | None = None

    async def step(self) -> bool:
        """Look, if it is time to."""
        now = self.now()
        if self._next is not None and now < self._next:
            return False
        self._next = now + _EVERY
        known = await self.store.read(weather.kept)
        states: dict[Egress, Weather] = {}
        for upstream in self.upstreams:
            seen = await self.store.read(partial(weather.seen, upstream=upstream, now=now))
            states |= await self._look(self._examined(upstream, seen), known, upstream, now)
        order = list(State)
        journal.weather_is(
            {(each.upstream, each.domain): order.index(at.state) for each, at in states.items()}
        )
        await self._forget(now)
        return False

    def _examined(self, upstream: str, seen: dict[Egress, Signals]) -> dict[Egress, Signals]:
        """Add what the doctor knows to the figures of all mail."""
        whole = Egress(upstream=upstream)
        found = self.findings()
        listed = tuple(each.subject for each in found if each.id == blocklists.LISTED.id)
        unaligned = tuple(each.subject for each in found if each.id in _UNALIGNED)
        return {**seen, whole: replace(seen[whole], listed=listed, unaligned=unaligned)}

    async def _look(
        self,
        seen: dict[Egress, Signals],
        known: dict[Egress, Weather],
        upstream: str,
        now: datetime,
    ) -> dict[Egress, Weather]:
        quiet = {each: Signals() for each in known if each.upstream == upstream}
        found = {}
        for egress, figures in (quiet | seen).items():
            before = known.get(egress)
            after = forecast(before or fair(now), figures, now)
            if egress.domain == ALL or after.state is not State.CLEAR:
                found[egress] = after
            if weather.is_news(before, after):
                await self._keep(egress, before, after)
        return found

    async def _keep(self, egress: Egress, before: Weather | None, after: Weather) -> None:
        write = partial(weather.keep, egress=egress, before=before, after=after)
        if await self.store.write(write):
            journal.weather(egress.upstream, egress.domain, after.state, after.reasons)

    async def _forget(self, now: datetime) -> None:
        if self._forget_at is None or now >= self._forget_at:
            self._forget_at = now + _FORGET_EVERY
            await self.store.write(partial(weather.forget, known=self.upstreams))
