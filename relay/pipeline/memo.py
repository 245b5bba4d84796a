"""A plain mail of ours to the postmaster: what the relay did by itself, and how to take it back.

It has the null reverse-path: it is in answer to a machine's mail, so nothing may come back of it
(RFC 3834 s3.3, RFC 5321 s4.5.5). Where it is refused at once, it is held, in the operator's sight.
What happens next: store/suppression.py and store/complaints.py write it with what it tells of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from relay.mail.address import Mailbox
from relay.mail.compose import Letterhead, notice
from relay.pipeline.addressing import ORDINARY, Addressing
from relay.pipeline.stages import Outgoing, OutgoingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Memo:
    """What is said; `id` begins with `message_id`, the message that it is filed under."""

    id: str
    message_id: str
    at: datetime
    subject: str
    lines: Sequence[str]


def to_postmaster(memo: Memo, addressing: Addressing) -> Outgoing:
    """Return the mail."""
    head = Letterhead(
        id=memo.id,
        at=memo.at,
        relay=addressing.relay,
        domain=addressing.domain,
        sender=Mailbox(name="Backup reports", address=f"reports@{addressing.domain}"),
        to=addressing.postmaster,
    )
    return Outgoing(
        id=memo.id,
        kind=OutgoingKind.NOTICE,
        message_id=memo.message_id,
        since=memo.at,
        recipient=addressing.postmaster,
        reverse_path="",
        content=notice(head, memo.subject, memo.lines),
        priority=ORDINARY,
        upstream=addressing.upstream,
        notice_to=None,
    )
