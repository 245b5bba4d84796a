"""Complaints obeyed: whoever calls a mail abuse gets no more of what it was about, at once.

Reporters blank addresses out (RFC 5965 s3.2), so the mail is found by what of it only we can have
written. The postmaster is told of complaints once a day: many of them cost the whole domain its
standing with the receiver, whoever is right.
What happens next: consent.py writes the choice.
"""

from datetime import timedelta

from sqlalchemy import func, select

from relay.choice.choice import Choice, Level, Source
from relay.choice.links import token_in
from relay.choice.token import Purpose
from relay.pipeline.addressing import Addressing
from relay.pipeline.memo import Memo, to_postmaster
from relay.pipeline.returned import evidence
from relay.pipeline.stages import Outgoing
from relay.pipeline.verp import outgoing_of
from relay.returns.returned import Complaint
from relay.store import consent, mails, suppression
from relay.store.consent import Word
from relay.store.links import Holder, holder_of, scope_of
from relay.store.schema import messages, returned
from relay.store.writer import Transaction

_KIND = "complaint"
_DAY = timedelta(days=1)


def about(tx: Transaction, complaint: Complaint, verp_key: bytes) -> str | None:
    """Return the ID of the mail that a complaint is proved to be about, None if nothing proves."""
    for each in evidence(complaint):
        holder = holder_of(tx.connection, token_in(each), Purpose.UNSUBSCRIBE)
        found = outgoing_of(each, verp_key) or (holder and holder.mail_id)
        if found:
            return found
    return None


def obey(tx: Transaction, mail: Outgoing, note: str, addressing: Addressing) -> tuple[Choice, ...]:
    """Take a complaint for the recipient's word; return the choices that are new by it."""
    row = tx.execute(select(messages).where(messages.c.id == mail.message_id)).one()
    holder = Holder(
        purpose=Purpose.UNSUBSCRIBE,
        mail_id=mail.id,
        message_id=mail.message_id,
        recipient=mail.recipient,
        scope=scope_of(mail.kind, row.report_host or row.host, row.job),
    )
    word = Word(
        holder=holder,
        wishes={holder.scope: Level.NOTHING},
        source=Source.COMPLAINT,
        note=note,
    )
    if not _told_today(tx):
        mails.add(tx, to_postmaster(_memo(tx, holder, note), addressing))
    suppression.note(tx, mail, _KIND, note=note)
    return consent.choose(tx, word, addressing)


def _told_today(tx: Transaction) -> bool:
    today = (returned.c.kind == _KIND, returned.c.at > tx.now - _DAY)
    return bool(tx.execute(select(func.count()).where(*today)).scalar())


def _memo(tx: Transaction, holder: Holder, note: str) -> Memo:
    lines = (
        f"{holder.recipient} called our mail {holder.mail_id} abuse ({note}).",
        f"From now on they get nothing of {holder.scope}. Failures that nobody else would hear of",
        "go to the owner of the host.",
        "",
        "Further complaints are told tomorrow. All of them, and the way back:",
        f"  relay recipients show {holder.recipient}",
        f"  relay recipients allow {holder.recipient} --choices --reason ...",
    )
    return Memo(
        id=f"{holder.mail_id}-F{tx.now:%Y%m%d%H%M%S}",
        message_id=holder.message_id,
        at=tx.now,
        subject=f"A complaint about our mail to {holder.recipient}",
        lines=lines,
    )
