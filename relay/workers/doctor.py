"""The doctor's visits while the relay runs, and the steps of a rotation of keys.

What would make the next mail fail raises an alarm when it is first found, and is told again when
it is gone; how many findings there are of each severity is a gauge. Keys are looked at first of
all, at the start: one that the DNS denies is set aside while another of its domain can sign.
What happens next: signing/live.py obeys; an operator reads `relay doctor`.
"""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from relay import journal
from relay.domains.checks import dkim
from relay.domains.doctor import UNKNOWN
from relay.domains.finding import Finding, Severity
from relay.domains.visit import Condition
from relay.errors import KeyUnusableError, UpdateError
from relay.signing.keyfile import change_ring
from relay.signing.ring import Ring
from relay.workers.checkup import Practice
from relay.workers.rotate import Progress, Rotation

AFTER_START = timedelta(minutes=3)
_TURN_EVERY = timedelta(minutes=1)


@dataclass(slots=True, kw_only=True)
class Doctor:
    """The step that visits; `home` has the keys' state, `keep` takes what was found.

    `findings` are those of the last visit, None before the first.
    """

    practice: Practice
    condition: Callable[[], Awaitable[Condition]]
    home: Path | None
    every: timedelta
    now: Callable[[], datetime]
    keep: Callable[[Sequence[Finding]], Awaitable[None]]
    findings: tuple[Finding, ...] | None = None
    _next: datetime | None = None
    _alarms: dict[tuple[str, str], Finding] = field(default_factory=dict)

    async def step(self) -> bool:
        """Visit, if it is time to."""
        now = self.now()
        if self._next is None:
            self._next = now + AFTER_START
            self._heed(await self.practice.visit(Condition(), [dkim.check]))
        elif now >= self._next:
            self._next = now + self.every
            findings = await self.practice.visit(await self.condition())
            journal.examined({each: _count(findings, each) for each in Severity})
            self._heed(findings)
            self.findings = tuple(findings)
            await self.keep(findings)
        return False

    @property
    def alarms(self) -> tuple[Finding, ...]:
        """Return the findings that an alarm stands for."""
        return tuple(self._alarms.values())

    def _heed(self, findings: Sequence[Finding]) -> None:
        """Raise the alarms that are new, and take back those that are over."""
        vague = {_family(each.id) for each in findings if each.id in UNKNOWN}
        kept = {key: each for key, each in self._alarms.items() if _family(each.id) in vague}
        alarms = kept | {(each.id, each.subject): each for each in findings if each.alarm}
        for key, finding in alarms.items():
            if key not in self._alarms:
                journal.alarm(finding.id, finding.subject, finding.what, finding.evidence)
        for number, subject in self._alarms.keys() - alarms.keys():
            journal.alarm_over(number, subject)
        self._alarms = alarms
        self._set_aside(findings)

    def _set_aside(self, findings: Sequence[Finding]) -> None:
        """Keep which keys the DNS denies; one that could not be looked up stays as it was."""
        if self.home is None:
            return
        shown = {each.subject for each in findings if each.id in dkim.USABLE}
        denied = {each.subject for each in findings if each.id in dkim.DENIED}
        with suppress(OSError):  # a folder that we may not write to: the alarm has to do
            change_ring(self.home, partial(_denying, shown=shown, denied=denied))


def _count(findings: Sequence[Finding], severity: Severity) -> int:
    return sum(each.severity is severity for each in findings)


def _denying(ring: Ring, shown: set[str], denied: set[str]) -> Ring:
    return replace(ring, denied=tuple(sorted((set(ring.denied) - shown) | denied)))


def _family(number: str) -> str:
    return number[:3]


@dataclass(slots=True, kw_only=True)
class Turn:
    """The step that begins rotations when they are due, and moves on those that are under way."""

    rotation: Rotation
    now: Callable[[], datetime]
    _next: datetime | None = None
    _told: dict[str, str] = field(default_factory=dict)

    async def step(self) -> bool:
        """Move each domain on by one step, once a minute."""
        now = self.now()
        if self._next is not None and now < self._next:
            return False
        self._next = now + _TURN_EVERY
        moved = [await self._turn(domain) for domain in self.rotation.domains()]
        if any(moved):
            self._next = None
        return any(moved)

    async def _turn(self, domain: str) -> bool:
        try:
            if self.rotation.is_due(domain):
                self.rotation.begin(domain)
            progress = await self.rotation.advance(domain)
        except (UpdateError, KeyUnusableError, OSError) as error:
            progress = Progress(domain=domain, waits_for=str(error))
        if progress.moved_to is not None:
            journal.key_moved(domain, progress.moved_to)
        elif progress.waits_for and self._told.get(domain) != progress.waits_for:
            journal.rotation_waits(domain, progress.waits_for)
        self._told[domain] = progress.waits_for
        return progress.moved_to is not None
