"""Reports that wait together for one mail: a digest, or the reminder of an incident.

A report joins a batch by a `Waiting`; a `Batch` is one that is being closed, its members frozen.
What happens next: conclude.py lets reports wait, store/batches.py keeps them, digest.py and
reminder.py compose the mail.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from relay.reports.report import Verdict


class BatchKind(StrEnum):
    """What the members wait for."""

    DIGEST = "digest"
    REPEAT = "repeat"
    STORM = "storm"
    SILENCE = "silence"
    BACKLOG = "backlog"


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchKey:
    """Of each key at most one batch is open.

    `name` is the digest's, the ID of the incident or the silence, the host in the storm, or the
    upstream that takes too little.
    """

    kind: BatchKind
    recipient: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A report that joins a batch, for the envelope recipients `addresses`.

    `due_at` counts if the batch is opened by it; `listed` is false where it is only counted;
    `most` closes the batch as soon as it holds so many. `schedule` says when it leaves, in words.
    With `heartbeat`, the next one leaves with nothing in it, too.
    """

    batch: BatchKey
    addresses: tuple[str, ...]
    due_at: datetime
    schedule: str
    upstream: str
    listed: bool = True
    most: int | None = None
    heartbeat: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A member, as far as a mail shows it; `summary` is what conclude.py noted of it.

    The summary has `what`, `exit_code`, `evidence` (line, text) and `parts` (name, verdict, what).
    """

    message_id: str
    accepted_at: datetime
    verdict: Verdict
    kind: str
    host: str
    job: str
    subject: str
    listed: bool
    summary: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch that is being closed, with its members, oldest first.

    `due_at` is when it was due; `hastened` says why that was before its time, None if it was not.
    `newest` is its last member; that of the one before it where a heartbeat left this one empty.
    """

    id: str
    key: BatchKey
    upstream: str
    schedule: str
    opened_at: datetime
    due_at: datetime
    fence: int
    items: tuple[Item, ...]
    newest: Item
    heartbeat: bool = False
    hastened: str | None = None
