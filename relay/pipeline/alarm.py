"""What an alarm is: something that is amiss, since when, and who is still to be told.

What happens next: conditions.py says what is amiss now, alarms.py which alarms follow from it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What an alarm may be about."""

    NO_FLOW = "no-flow"
    OLDEST = "oldest"
    WEATHER = "weather"
    CONSERVATION = "conservation"
    DOCTOR = "doctor"
    NO_MAIL = "no-mail"
    DISK = "disk"
    UPSTREAM = "upstream-held"
    FAILURE = "failure"


HEADINGS: dict[Kind, str] = {
    Kind.NO_FLOW: "no mail leaves",
    Kind.OLDEST: "mail waits for long",
    Kind.WEATHER: "mail is not well received",
    Kind.CONSERVATION: "the account does not balance",
    Kind.DOCTOR: "the doctor found a fault",
    Kind.NO_MAIL: "no mail comes",
    Kind.DISK: "the disk is too full for new mail",
    Kind.UPSTREAM: "an upstream refuses everybody",
    Kind.FAILURE: "a failure that its mail could not tell",
}
ONCE = frozenset({Kind.FAILURE})
"""Kinds that are news and no state: told once, never repeated, never over."""


class Weight(StrEnum):
    """Whether an alarm may wake somebody."""

    GRAVE = "grave"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """Something that is amiss now; `runbook` is the page about it."""

    kind: Kind
    subject: str
    what: str
    weight: Weight
    runbook: str

    @property
    def key(self) -> tuple[Kind, str]:
        """What makes it the same alarm as before."""
        return self.kind, self.subject


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An alarm as it is kept.

    `over_at` is since when it is not amiss any more. `told_at` is when every channel had been told
    of it for the last time, `tells` how often. `owed` are channels that are still to be told, at
    `due_at`, after `tries` that failed.
    """

    condition: Condition
    since: datetime
    over_at: datetime | None = None
    told_at: datetime | None = None
    tells: int = 0
    owed: tuple[str, ...] = ()
    due_at: datetime | None = None
    tries: int = 0
