"""What a recipient may rely on, worked out from what was sent and from nothing else.

`Memory` is told of each message in the order in which the relay concluded them, and keeps the one
thing that a person remembers: which errors of which job they have had a mail about since it last
went well. The rest asks the store what became of everything.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection, select, union_all

from relay.pipeline.stages import OutgoingKind, State
from relay.store.schema import batches, items, ledger, messages, outgoing, recipients
from tests.flow.world import Arrived

SAME_RUN = timedelta(minutes=5)
AT_MOST = timedelta(seconds=60)
_SEVERITY = ("success", "warning", "unknown", "failure")
_COUNTS = re.compile(r"(\d+) (?:FAILED|UNKNOWN|WARNING|OK|OTHER)")
_MORE = re.compile(r"\((?:(once)|(\d+) times) more, since")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A message as its sender knows it; `error` tells apart what went wrong."""

    host: str
    job: str
    verdict: str
    error: str
    to: tuple[str, ...]
    at: datetime


@dataclass(slots=True)
class Run:
    """A job that goes on going wrong; `sure` is false where its end is a matter of taste."""

    worst: str
    last_at: datetime
    sure: bool = True
    known: set[tuple[str, str]] = field(default_factory=set)


@dataclass(slots=True)
class Memory:
    """Who has been told what; `owner` hears of what others have silenced."""

    owner: str
    runs: dict[tuple[str, str], Run] = field(default_factory=dict)

    def learn(self, sent: Sent, mailed: Iterable[str], *, held: bool, silenced: bool) -> list[str]:
        """Take note of a message and who got a mail of it; return the promises that it breaks."""
        told = set(mailed)
        if held:
            return ["a failure was held"] if sent.verdict == "failure" else []
        run = self.runs.get((sent.host, sent.job))
        if sent.verdict == "success":
            self._ended(sent, run)
            return []
        if run is None:
            run = self.runs[sent.host, sent.job] = Run(sent.verdict, sent.at)
        broken = self._broken(sent, run, told, silenced)
        run.known |= {(to, sent.error) for to in told}
        run.worst = max(run.worst, sent.verdict, key=_SEVERITY.index)
        run.last_at = sent.at
        return broken

    def _ended(self, sent: Sent, run: Run | None) -> None:
        if run is not None and abs(sent.at - run.last_at) <= SAME_RUN:
            run.sure = False  # the script's last word on a run that failed, or the next run
        else:
            self.runs.pop((sent.host, sent.job), None)

    def _broken(self, sent: Sent, run: Run, told: set[str], silenced: bool) -> list[str]:
        milder = _SEVERITY.index(sent.verdict) < _SEVERITY.index(run.worst)
        same_run = milder and abs(sent.at - run.last_at) <= SAME_RUN
        broken = []
        for to in sent.to:
            knows = (to, sent.error) in run.known
            if knows and to in told and run.sure and not same_run:
                broken.append(f"{to} was told again what is known: {sent}")
            told_of = {to, self.owner} if silenced else {to}
            excused = knows or same_run or sent.verdict == "warning"
            known = silenced and (self.owner, sent.error) in run.known
            if not excused and not known and not told_of & told:
                broken.append(f"P3: {to} was not told of {sent}")
        if silenced and (self.owner, sent.error) in run.known and self.owner in told and run.sure:
            broken.append(f"the owner was told again what is known: {sent}")
        return broken


@dataclass(frozen=True, slots=True, kw_only=True)
class Concluded:
    """A message that the relay has decided on."""

    seq: int
    message_id: str
    at: datetime
    held: bool
    mailed: tuple[str, ...]


def concluded(connection: Connection, after: int) -> list[Concluded]:
    """Return what was concluded after line `after` of the ledger, in order."""
    query = (
        select(ledger.c.seq, ledger.c.at, ledger.c.message_id, messages.c.state)
        .join(messages, messages.c.id == ledger.c.message_id)
        .where(ledger.c.kind == "concluded", ledger.c.seq > after)
        .order_by(ledger.c.seq)
    )
    found = connection.execute(query).all()
    reports = select(outgoing.c.message_id, outgoing.c.recipient).where(
        outgoing.c.kind == OutgoingKind.REPORT,
        outgoing.c.message_id.in_([row.message_id for row in found]),
    )
    mailed: dict[str, list[str]] = {}
    for row in connection.execute(reports):
        mailed.setdefault(row.message_id, []).append(row.recipient)
    return [
        Concluded(
            seq=row.seq,
            message_id=row.message_id,
            at=row.at,
            held=row.state == "held",
            mailed=tuple(mailed.get(row.message_id, ())),
        )
        for row in found
    ]


def doubled(connection: Connection) -> list[tuple[str, str]]:
    """Return each (message, recipient) that is in more than one mail or batch."""
    alone = select(outgoing.c.message_id, outgoing.c.recipient).where(
        outgoing.c.kind == OutgoingKind.REPORT, outgoing.c.state != State.MERGED
    )
    together = select(items.c.message_id, batches.c.recipient).join(
        batches, batches.c.id == items.c.batch_id
    )
    found = Counter(tuple(row) for row in connection.execute(union_all(alone, together)))
    return [(key[0], key[1]) for key, times in found.items() if times > 1]


def astray(connection: Connection) -> list[str]:
    """Return messages that are said to be carried by a mail that they are no part of."""
    query = (
        select(recipients.c.message_id, recipients.c.carried_by, outgoing.c.message_id.label("of"))
        .join(outgoing, outgoing.c.id == recipients.c.carried_by)
        .where(outgoing.c.message_id != recipients.c.message_id)
    )
    members = select(items.c.message_id, batches.c.outgoing_id).join(
        batches, batches.c.id == items.c.batch_id
    )
    inside = {tuple(row) for row in connection.execute(members)}
    return [
        f"{row.message_id} by {row.carried_by}"
        for row in connection.execute(query)
        if (row.message_id, row.carried_by) not in inside
    ]


def stuck(connection: Connection, now: datetime, *, away: bool) -> list[str]:
    """Return what is due and has not been done; while upstream is away, mails may wait."""
    late = (
        select(messages.c.id).where(messages.c.state == "queued"),
        select(batches.c.id).where(batches.c.state == "open", batches.c.due_at <= now),
        select(batches.c.id).where(batches.c.state == "closing"),
        select(outgoing.c.id).where(
            outgoing.c.state == "queued", outgoing.c.due_at <= now, not away
        ),
    )
    return [row.id for query in late for row in connection.execute(query)]


def waits_too_long(connection: Connection, longest: timedelta) -> list[str]:
    """Return repeats whose reminder is further away than any schedule says."""
    query = select(batches.c.id, batches.c.opened_at, batches.c.due_at).where(
        batches.c.kind == "repeat"
    )
    return [row.id for row in connection.execute(query) if row.due_at - row.opened_at > longest]


def untold(connection: Connection, sent: Mapping[str, Sent]) -> list[str]:
    """Return failures and unknowns that no mail has told anybody of, and that nobody can see."""
    reached = {
        row.id
        for row in connection.execute(
            select(outgoing.c.id).where(outgoing.c.state.in_(("delivered", "held")))
        )
    }
    carriers: dict[str, set[str]] = {}
    for row in connection.execute(select(outgoing.c.message_id, outgoing.c.id)):
        carriers.setdefault(row.message_id, set()).add(row.id)
    members = select(items.c.message_id, batches.c.outgoing_id).join(
        batches, batches.c.id == items.c.batch_id
    )
    for row in connection.execute(members):
        carriers.setdefault(row.message_id, set()).update((row.outgoing_id, f"{row.outgoing_id}N"))
    held = set(
        connection.execute(select(messages.c.id).where(messages.c.state == "held")).scalars()
    )
    return [
        message_id
        for message_id, each in sent.items()
        if each.verdict in ("failure", "unknown")
        and message_id not in held
        and not carriers.get(message_id, set()) & reached
    ]


def miscounted(connection: Connection, arrived: Iterable[Arrived]) -> list[str]:
    """Return digests and reminders whose subject counts other than their members."""
    query = select(batches.c.outgoing_id, batches.c.id, items.c.message_id).join(
        items, items.c.batch_id == batches.c.id
    )
    members = Counter(row.outgoing_id for row in connection.execute(query))
    return [
        f"{each.subject} has {members[each.mail.id]}"
        for each in arrived
        if each.mail.kind in (OutgoingKind.DIGEST, OutgoingKind.REMINDER)
        and _said(each.subject) != members[each.mail.id]
    ]


def _said(subject: str) -> int:
    if more := _MORE.search(subject):
        return 1 if more[1] else int(more[2])
    return sum(int(number) for number in _COUNTS.findall(subject))
