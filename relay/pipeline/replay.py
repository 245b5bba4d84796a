"""Mail that came once, sent through a policy again: who would have been told of what, and when.

The real steps are taken, `prepare` and `conclude`, in the order of acceptance, with a memory that
begins empty. The clock stands at each message's acceptance, and on the way there every batch that
falls due is closed at its time. Nothing is composed, delivered, bounced, silenced or missed: it
is the policy that is tried, not the world.
What happens next: comparison.py compares two replays of the same mail.
"""

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from relay.mail.received import Received
from relay.pipeline.addressing import Addressing
from relay.pipeline.batch import BatchKey, BatchKind, Waiting
from relay.pipeline.conclude import conclude
from relay.pipeline.history import History, Pace
from relay.pipeline.incident import News, reminded
from relay.pipeline.job import JobState, has_job
from relay.pipeline.prepare import prepare
from relay.pipeline.stages import Outcome
from relay.policy.rules import Rules
from relay.reports.report import Verdict


class Way(StrEnum):
    """In what a reader finds a report."""

    MAIL = "a mail of its own"
    DIGEST = "a digest"
    REPEAT = "a reminder"
    STORM = "the summary of a storm"
    ALONG = "the next news of its incident"


_WAYS = {
    BatchKind.DIGEST: Way.DIGEST,
    BatchKind.REPEAT: Way.REPEAT,
    BatchKind.STORM: Way.STORM,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """How and when one recipient is told; `listed` is false where a digest only counts it."""

    at: datetime
    way: Way
    listed: bool = True


@dataclass(slots=True, kw_only=True)
class Told:
    """One message in a replay: what it is, and how each recipient is told of it.

    Without copies, it is held. `repeat` says that the same news had been told before.
    """

    message_id: str
    accepted_at: datetime
    host: str
    job: str
    verdict: Verdict
    subject: str
    repeat: bool
    copies: dict[str, Copy] = field(default_factory=dict)


@dataclass(slots=True)
class _Open:
    """A batch that has not left."""

    due_at: datetime
    members: list[tuple[str, bool]]
    of: tuple[str, str]  # host and job of the last member


class Replay:
    """One policy at work: `take` each message in order, then `finish`; `told` and `mails` say."""

    def __init__(self, rules: Rules, addressing: Addressing, pace: Pace) -> None:
        self.told: dict[str, Told] = {}
        self.mails: dict[str, int] = {}
        self._rules = rules
        self._addressing = addressing
        self._pace = pace
        self._jobs: dict[tuple[str, str], JobState] = {}
        self._batches: dict[BatchKey, _Open] = {}
        self._lately: dict[str, deque[datetime]] = {}

    def take(self, received: Received) -> None:
        """Let time pass until `received` comes, and do with it what policy says."""
        now = received.at
        self._close_until(now)
        prepared = prepare(received, self._rules)
        report = prepared.report
        key = (report.host or "", report.job or "")
        known = self._jobs.get(key) if has_job(report) else None
        history = History(job=known, lately=self._count(received.origin.host, now))
        outcome = conclude(prepared, received, self._addressing, self._pace, history, now)
        if outcome.job is not None:
            self._jobs[key] = outcome.job
        self.told[received.id] = _told(received, outcome)
        self._send(outcome, received.id, now)
        for each in outcome.waiting:
            self._join(each, received.id, key, now)
        self._close_until(now)

    def finish(self) -> None:
        """Let time pass until nothing waits any more."""
        self._close_until(None)

    def _count(self, host: str, now: datetime) -> int:
        """Return how many mails `host` has sent within the pace's window, this one included."""
        times = self._lately.setdefault(host, deque())
        times.append(now)
        while times[0] <= now - self._pace.window:
            times.popleft()
        return len(times)

    def _send(self, outcome: Outcome, message_id: str, now: datetime) -> None:
        for mail in outcome.outgoing:
            self._mailed(mail.recipient)
            self.told[message_id].copies[mail.recipient] = Copy(at=now, way=Way.MAIL)
        for key, _ in outcome.takes_along:
            if (batch := self._batches.pop(key, None)) is not None:
                self._tell(batch, key.recipient, Way.ALONG, now)

    def _join(self, waiting: Waiting, message_id: str, of: tuple[str, str], now: datetime) -> None:
        batch = self._batches.setdefault(waiting.batch, _Open(waiting.due_at, [], of))
        batch.members.append((message_id, waiting.listed))
        batch.of = of
        if waiting.most is not None and len(batch.members) >= waiting.most:
            batch.due_at = now

    def _close_until(self, now: datetime | None) -> None:
        """Close what is due by `now`, in the order of time; everything without a `now`."""
        due = [
            (batch.due_at, key)
            for key, batch in self._batches.items()
            if now is None or batch.due_at <= now
        ]
        for at, key in sorted(due, key=lambda each: each[0]):
            batch = self._batches.pop(key)
            self._mailed(key.recipient)
            self._tell(batch, key.recipient, _WAYS[key.kind], at)
            if key.kind is BatchKind.REPEAT:
                self._remind(batch, key.name, at)

    def _tell(self, batch: _Open, recipient: str, way: Way, at: datetime) -> None:
        for message_id, listed in batch.members:
            copy = Copy(at=at, way=way, listed=listed)
            self.told[message_id].copies[recipient] = copy

    def _remind(self, batch: _Open, incident: str, at: datetime) -> None:
        """Move the incident to its next reminder, once for all of its recipients."""
        state = self._jobs.get(batch.of)
        current = state.incident if state else None
        if state and current and current.id == incident and current.told_at < at:
            self._jobs[batch.of] = replace(state, incident=reminded(current, at))

    def _mailed(self, recipient: str) -> None:
        self.mails[recipient] = self.mails.get(recipient, 0) + 1


def replay(mails: Iterable[Received], rules: Rules, addressing: Addressing, pace: Pace) -> Replay:
    """Send `mails`, oldest first, through `rules`."""
    run = Replay(rules, addressing, pace)
    for received in mails:
        run.take(received)
    run.finish()
    return run


def _told(received: Received, outcome: Outcome) -> Told:
    prepared = outcome.prepared
    news = outcome.events[0].data.get("news")
    return Told(
        message_id=received.id,
        accepted_at=received.at,
        host=prepared.report.host or received.origin.host,
        job=prepared.report.job or "",
        verdict=prepared.report.verdict,
        subject=prepared.subject,
        repeat=news in (News.REPEATED, News.SAME_RUN),
    )
