"""The mail that a batch leaves with: addressed like any other, composed by the relay itself.

A digest lists its members; a reminder says how often something has gone on going wrong. Both carry
what was accepted, so a bounce of one is told to the owner as that of a report is.
What happens next: workers/digest.py has the batch closed and the mail written in one transaction.
"""

from datetime import datetime
from hashlib import blake2b

from relay.mail.address import Mailbox
from relay.mail.compose import Letterhead
from relay.pipeline.addressing import Addressing, priority
from relay.pipeline.batch import Batch, BatchKind
from relay.pipeline.stages import Outgoing, OutgoingKind
from relay.pipeline.verp import reverse_path
from relay.reports.finding import worst

_LETTERS = {
    BatchKind.DIGEST: "D",
    BatchKind.REPEAT: "R",
    BatchKind.STORM: "S",
    BatchKind.SILENCE: "Q",
}


def bulletin_id(batch: Batch) -> str:
    """Return the ID of the batch's mail: that of its last member, and what tells batches apart."""
    digest = blake2b(batch.id.encode(), digest_size=4).hexdigest().upper()
    return f"{batch.items[-1].message_id}-{_LETTERS[batch.key.kind]}{digest}"


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
    last = batch.items[-1]
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
