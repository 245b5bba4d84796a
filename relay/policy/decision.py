"""What policy makes of a report: where the message goes, changed in which way, and why.

Every reason is a rule's name and a sentence, so that `relay why` can repeat it (P9).
What happens next: rewrite/apply.py carries out `edits`, pipeline/conclude.py the rest.
"""

from dataclasses import dataclass
from enum import StrEnum

from relay.reports.report import Report
from relay.rewrite.edits import Edits


class Route(StrEnum):
    """What becomes of a message."""

    NOW = "now"
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
class Decision:
    """The decision on one message; `destinations` has one entry for each envelope recipient.

    `copies` are further addresses that policy wants told. `report` is the report as policy sees it,
    with the severity and the job's name that rules gave it; None means unchanged.
    """

    route: Route
    destinations: tuple[Destination, ...]
    edits: Edits
    reasons: tuple[Reason, ...]
    upstream: str | None = None
    copies: tuple[str, ...] = ()
    report: Report | None = None
