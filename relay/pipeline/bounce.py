"""A mail that did not arrive, told to its owner: at once, or when a report on it came back later.

What happens next: settle.py and returned.py have it written together with the bounce.
"""

from dataclasses import dataclass
from datetime import datetime

from relay.mail.address import Mailbox
from relay.mail.compose import Failure, Letterhead, delivery_status
from relay.pipeline.addressing import URGENT, Addressing
from relay.pipeline.stages import Outgoing, OutgoingKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Blame:
    """Why a mail did not arrive: what `remote` said, when it was tried, or that time ran out."""

    reply: str
    remote: str
    last_attempt: datetime
    expired: bool = False


def notice(mail: Outgoing, blame: Blame, now: datetime, addressing: Addressing) -> Outgoing | None:
    """Return the notice about a mail, None where nobody is to get one."""
    if mail.notice_to is None:
        return None  # RFC 5321 s6.1: no notice about a notice
    notice_id = f"{mail.id}N"
    head = Letterhead(
        id=notice_id,
        at=now,
        relay=addressing.relay,
        domain=addressing.domain,
        sender=Mailbox(name="Mail Delivery System", address=f"mailer-daemon@{addressing.domain}"),
        to=mail.notice_to,
    )
    failure = Failure(
        message_id=mail.message_id,
        recipient=mail.recipient,
        reply=blame.reply,
        remote=blame.remote,
        original=mail.content,
        last_attempt=blame.last_attempt,
        expired=blame.expired,
    )
    return Outgoing(
        id=notice_id,
        kind=OutgoingKind.NOTICE,
        message_id=mail.message_id,
        since=now,
        recipient=mail.notice_to,
        reverse_path="",
        content=delivery_status(head, failure),
        priority=URGENT,
        upstream=addressing.upstream_for(mail.notice_to),
        notice_to=None,
    )
