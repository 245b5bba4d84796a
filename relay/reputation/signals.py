"""What is seen at an egress in a window of time, as figures.

What happens next: signs.py reads them, weather.py decides.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from statistics import median

from relay.reputation.cause import Cause
from relay.reputation.diagnose import diagnose

ABOUT_US = (Cause.REPUTATION, Cause.LISTED, Cause.AUTHENTICATION, Cause.OURS)
"""The causes that are about who we are, and not about a mail or the network."""
_AWAY = (Cause.NETWORK, Cause.TLS, Cause.AUTH)
_LONGEST_REPLY = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One attempt that has an outcome. `waited` is how long a delivered mail was on its way."""

    domain: str
    outcome: str
    code: int | None = None
    reply: str = ""
    waited: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The newest attempts in a row that brought the same sort of no, and the last such reply."""

    length: int = 0
    cause: Cause = Cause.UNKNOWN
    reply: str = ""

    @property
    def about_us(self) -> bool:
        """Whether it is about who we are, and not about a mail or the network."""
        return self.cause in ABOUT_US

    @property
    def away(self) -> bool:
        """Whether the server is not there, or does not let us in."""
        return self.cause in _AWAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """Figures of a window; complaints and mails of a day; what the doctor knows.

    `held` is the cause for which the whole upstream is held. `wait` is the median time that a
    delivered mail was on its way. `listed` names blocklists, `unaligned` what fails DMARC.
    """

    attempts: int = 0
    delivered: int = 0
    deferred: Mapping[Cause, int] = field(default_factory=dict)
    refused: Mapping[Cause, int] = field(default_factory=dict)
    run: Run = field(default_factory=Run)
    held: Cause | None = None
    held_reply: str = ""
    wait: timedelta | None = None
    complaints: int = 0
    mails_today: int = 0
    listed: tuple[str, ...] = ()
    unaligned: tuple[str, ...] = ()

    def noes(self, *causes: Cause) -> int:
        """Return how many attempts brought a no of these causes."""
        return sum(each.get(cause, 0) for each in (self.deferred, self.refused) for cause in causes)

    @property
    def about_us(self) -> int:
        """Return how many attempts brought a no that is about who we are."""
        return self.noes(*ABOUT_US)


def signals(attempts: Iterable[Tried]) -> Signals:
    """Return the figures of attempts, newest first."""
    deferred: Counter[Cause] = Counter()
    refused: Counter[Cause] = Counter()
    run, ended, total = Run(), False, 0
    waits: list[float] = []
    for each in attempts:
        total += 1
        if each.outcome == "delivered":
            ended = True
            if each.waited is not None:
                waits.append(each.waited.total_seconds())
            continue
        cause = cause_of(each.code, each.reply)
        (deferred if each.outcome == "deferred" else refused)[cause] += 1
        if not ended:
            run, ended = _longer(run, cause, each.reply)
    return Signals(
        attempts=total,
        delivered=total - deferred.total() - refused.total(),
        deferred=deferred,
        refused=refused,
        run=run,
        wait=timedelta(seconds=median(waits)) if waits else None,
    )


@lru_cache(maxsize=4096)  # servers repeat themselves
def cause_of(code: int | None, reply: str) -> Cause:
    """Return the cause of a no as the weather has it.

    A policy that blocks is about us, for nothing in a report asks for a block.
    """
    found = diagnose(code, reply).cause
    if found is Cause.POLICY and "block" in reply.lower():
        return Cause.REPUTATION
    return found


def _longer(run: Run, cause: Cause, reply: str) -> tuple[Run, bool]:
    """Return the run with an older attempt before it, and whether it ended by that."""
    first = Run(length=1, cause=cause, reply=reply[:_LONGEST_REPLY])
    if not run.length:
        return first, not (first.about_us or first.away)
    alike = first.about_us is run.about_us and first.away is run.away
    return (replace(run, length=run.length + 1), False) if alike else (run, True)
