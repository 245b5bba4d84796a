"""The mail that a batch leaves with: addressed like any other, composed by the relay itself.

A digest lists its members; a reminder says how often something has gone on going wrong. Both carry
what was accepted, so a bounce of one is told to the owner as that of a report is.
What happens next: workers/digest.py has the batch closed and the mail written in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from relay.choice.choice import EVERYTHING, Scope
from relay.mail.address import Mailbox
from relay.mail.compose import Letterhead
from relay.pipeline.addressing import Addressing, priority
from relay.pipeline.batch import Batch, BatchKind
from relay.pipeline.digest.about import About, Expected, Missing, OpenIncident
from relay.pipeline.heartbeat import next_beat
from relay.pipeline.incident import Incident
from relay.pipeline.job import JobState
from relay.pipeline.personal import Copy, with_choice
from relay.pipeline.stages import Outgoing, OutgoingKind
from relay.pipeline.verp import reverse_path
from relay.reports.finding import worst
from relay.reports.job import identity
from relay.rhythm.schedule import Kind, next_after, parse

_LETTERS = {
    BatchKind.DIGEST: "D",
    BatchKind.REPEAT: "R",
    BatchKind.STORM: "S",
    BatchKind.SILENCE: "Q",
    BatchKind.BACKLOG: "B",
}


def bulletin_id(batch: Batch) -> str:
    """Return the ID of the batch's mail: the newest member's, and what tells batches apart."""
    digest = blake2b(batch.id.encode(), digest_size=4).hexdigest().upper()
    return f"{batch.newest.message_id}-{_LETTERS[batch.key.kind]}{digest}"


def letterhead(batch: Batch, addressing: Addressing, at: datetime) -> Letterhead:
    """Return who writes to whom."""
    return Letterhead(
        id=bulletin_id(batch),
        at=at,
        relay=addressing.relay,
        domain=addressing.domain,
        sender=Mailbox(name="Backup reports", address=f"reports@{addressing.domain}"),
        to=batch.key.recipient,
    )


def bulletin(batch: Batch, content: bytes, addressing: Addressing, at: datetime) -> Outgoing:
    """Return the outgoing mail with this `content`."""
    mail_id = bulletin_id(batch)
    last = batch.newest
    content = with_choice(content, own_copy(batch), addressing)
    verdict = worst(*(item.verdict for item in batch.items))
    urgent = batch.key.kind is BatchKind.REPEAT
    return Outgoing(
        id=mail_id,
        kind=OutgoingKind.REMINDER if urgent else OutgoingKind.DIGEST,
        message_id=last.message_id,
        since=at,
        recipient=batch.key.recipient,
        reverse_path=reverse_path(mail_id, addressing.bounce_domain, addressing.verp_key),
        content=content,
        priority=priority(verdict) if urgent else 1,
        upstream=batch.upstream,
        notice_to=addressing.notice_to(last.host, batch.key.recipient),
    )


def own_copy(batch: Batch) -> Copy:
    """Return whose copy of what a batch's mail is: a reminder is about its job, a digest not."""
    last = batch.newest
    repeats = batch.key.kind is BatchKind.REPEAT
    return Copy(
        mail_id=bulletin_id(batch),
        recipient=batch.key.recipient,
        scope=Scope(host=last.host, job=identity(last.job)) if repeats else EVERYTHING,
        kind=f"{batch.key.kind}:summary",
        series=str(batch.key.kind),
    )


def about(
    batch: Batch,
    known: Sequence[JobState],
    originals: Mapping[str, bytes],
    at: datetime,
    zone: str,
) -> About:
    """Return what a digest shows besides its members, of the jobs `known` to its reader."""
    return About(
        at=at,
        zone=zone,
        why_now=_why_now(batch),
        next_at=_next(batch, at, zone),
        incidents=tuple(_incident(job, job.incident) for job in known if job.incident),
        missing=tuple(_missing(job) for job in known if job.missing_at),
        expected=tuple(
            Expected(host=job.host, job=job.job, at=job.expected_at)
            for job in sorted(known, key=lambda job: job.expected_at or at)
            if job.expected_at and job.expected_at > at
        ),
        originals=originals,
    )


def titled(batch: Batch) -> Batch:
    """Return the batch under the name that its mail shows."""
    names = {
        BatchKind.STORM: f"storm of {batch.key.name}",
        BatchKind.SILENCE: "end of a silence",
        BatchKind.BACKLOG: "what could wait",
    }
    name = names.get(batch.key.kind, batch.key.name)
    return replace(batch, key=replace(batch.key, name=name))


def _incident(job: JobState, incident: Incident) -> OpenIncident:
    return OpenIncident(
        host=job.host,
        job=job.job,
        verdict=job.verdict,
        what=incident.what,
        since=incident.opened_at,
        count=incident.count,
    )


def _missing(job: JobState) -> Missing:
    return Missing(
        host=job.host,
        job=job.job,
        expected_at=job.expected_at or job.last_seen,
        last_seen=job.last_seen,
    )


def _why_now(batch: Batch) -> str:
    if batch.hastened is not None:
        return f"{batch.hastened}."
    match batch.key.kind:
        case BatchKind.STORM:
            return f"{batch.key.name} sent more than may leave at once; this sums up the rest."
        case BatchKind.SILENCE:
            return f"This is what was kept back, {batch.schedule}."
        case _:
            also = "" if batch.items else ", also with nothing in it, as the policy has it"
            return f"It leaves {batch.schedule}{also}."


def _next(batch: Batch, at: datetime, zone: str) -> datetime | None:
    """Return when the next digest of this name leaves, None where only reports bring one."""
    if batch.key.kind is not BatchKind.DIGEST:
        return None
    if batch.heartbeat:
        return next_beat(batch, zone, at)
    schedule = parse(batch.schedule, zone)
    return None if schedule.kind is Kind.WITHIN else next_after(schedule, at)
