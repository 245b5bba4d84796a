"""What policy makes of a report: where the message goes, changed in which way, and why.

Every reason is a rule's name and a sentence, so that `relay why` can repeat it (P9).
What happens next: rewrite/apply.py carries out `edits`, pipeline/conclude.py the rest.
"""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from relay.reports.report import Report
from relay.rewrite.edits import Edits


class Route(StrEnum):
    """What becomes of a message."""

    NOW = "now"
    DIGEST = "digest"
    COUNT = "count"
    HOLD = "hold"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One thing that was decided: `rule` names who decided it (`rsync.yaml: partial transfers`)."""

    rule: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """Where one accepted recipient's copy goes: `to` differs for a local or redirected one."""

    recipient: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestOrder:
    """Which digest a report may wait for: `schedule` says when it leaves, `most` how many fit.

    With `heartbeat` it leaves with nothing in it, too.
    """

    name: str
    schedule: str
    most: int
    heartbeat: bool = False


DAILY = DigestOrder(name="daily", schedule="daily at 07:00", most=500)
"""Where a report waits if no rule says more than that it may."""

REMINDERS = (timedelta(hours=4), timedelta(days=1), timedelta(days=7))
"""When the repeats of a failure come back, counted from the last mail; the last interval stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The decision on one message; `destinations` has one entry for each envelope recipient.

    `copies` are further addresses that policy wants told. `report` is the report as policy sees it,
    with the severity and the job's name that rules gave it; None means unchanged. `digest` is where
    it waits if it may, `reminders` when its repeats are told, `expected` when the next report is
    due by the operator's word (`none` switches the alarm off).
    """

    route: Route
    destinations: tuple[Destination, ...]
    edits: Edits
    reasons: tuple[Reason, ...]
    upstream: str | None = None
    copies: tuple[str, ...] = ()
    report: Report | None = None
    digest: DigestOrder | None = None
    reminders: tuple[timedelta, ...] = REMINDERS
    expected: str | None = None
