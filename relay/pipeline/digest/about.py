"""What a digest shows besides its batch: what is open, what is missing, what comes next.

Whoever closes the batch reads all this from the store; composing is then a matter of these values
alone, and the same values make the same mail. Moments are aware, `zone` is an IANA name.
What happens next: sheet.py arranges it with the batch's items, compose.py writes the mail.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from relay.reports.report import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenIncident:
    """A job that has not been well since `since`; `verdict` is the worst of its `count` reports."""

    host: str
    job: str
    verdict: Verdict
    what: str
    since: datetime
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A report that did not come when it was expected; `last_seen` is None if it never came."""

    host: str
    job: str
    expected_at: datetime
    last_seen: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """A report that should come next, and when."""

    host: str
    job: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """All that a digest shows besides its batch, as it is at the moment `at`.

    `why_now` is a sentence; `next_at` is None where the next digest waits for reports. `originals`
    are the mails to attach, by message ID: which of them, and how many bytes, is the caller's word.
    `colophon` are the last lines: how to get less, and who we are.
    """

    at: datetime
    zone: str
    why_now: str
    next_at: datetime | None
    incidents: Sequence[OpenIncident] = ()
    missing: Sequence[Missing] = ()
    expected: Sequence[Expected] = ()
    originals: Mapping[str, bytes] = field(default_factory=dict)
    colophon: Sequence[str] = ()
