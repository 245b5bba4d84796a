"""Returned mail taken in: what it says is written to the mail it is about, and it has ended.

One transaction writes the account of both: the returned message is `read`, the mail that bounced
has its notice, the choice that a complaint or an opt-out makes is in force.
What happens next: outbox.py lets the notice leave; `relay why` tells it under both messages.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select, update

from relay.choice.choice import Choice, Level, Source
from relay.choice.links import UNSUBSCRIBE_PREFIX, token_in
from relay.choice.token import Purpose
from relay.feedback.report import Feedback
from relay.pipeline.addressing import Addressing
from relay.pipeline.bounce import Blame, notice
from relay.pipeline.returned import (
    Answer,
    Sort,
    Verdict,
    forwarded,
    goes_to_postmaster,
    late,
    verdict,
)
from relay.pipeline.stages import Event, Outgoing, OutgoingKind, State
from relay.pipeline.suppression import Limit
from relay.pipeline.verp import outgoing_of
from relay.reports.report import Kind
from relay.reports.report import Verdict as ReportVerdict
from relay.returns.returned import Complaint, Returned
from relay.store import complaints, consent, feedback, mails, outbox, suppression
from relay.store.closing import close_messages
from relay.store.consent import Word
from relay.store.lease import write_owned
from relay.store.links import holder_of
from relay.store.queue import ClaimedMessage
from relay.store.schema import contents, messages, outgoing, recipients, returned
from relay.store.writer import Transaction

# Answers to one mail: whoever has its envelope sender could fill the owner's mailbox otherwise. The
# rest needs no limit: a bounce or a complaint changes something once.
_MOST_A_DAY = 20
_MOST_FOR_POSTMASTER = 100
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What taking returned mail needs of the configuration."""

    addressing: Addressing
    limit: Limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What a returned message was, the address that is suppressed by it, what was chosen by it."""

    sort: Sort
    suppressed: str | None = None
    chose: tuple[Choice, ...] = ()


def take(
    tx: Transaction, message: ClaimedMessage, answer: Answer | Feedback, desk: Desk
) -> Taken | None:
    """Take in a returned message; return what it was, None if it is not ours any more.

    It has one recipient: ingest takes no more of them at a time.
    """
    values = {"state": "concluded", "verdict": ReportVerdict.NONE, "kind": Kind.BOUNCE}
    received = message.received
    if not write_owned(tx, messages, received.id, message.fence, **values):
        return None
    taken = _taken(tx, message, received.envelope.recipients[0].address, answer, desk)
    ended = update(recipients).where(
        recipients.c.message_id == received.id, recipients.c.carried_by.is_(None)
    )
    tx.execute(ended.values(ended="read"))
    close_messages(tx, "", received.id)
    return taken


def _taken(
    tx: Transaction, message: ClaimedMessage, address: str, answer: Answer | Feedback, desk: Desk
) -> Taken:
    """Act on what came to one of our return addresses."""
    if not isinstance(answer, Answer):
        found = feedback.keep(tx, message.received.id, answer)
        _record(tx, message, None, found)
        return Taken(sort=found.sort)
    if address.lower().startswith(UNSUBSCRIBE_PREFIX):
        return _opt_out(tx, message, address, desk)
    mail = _about(tx, address, answer.said, desk)
    found = _judged(tx, message, answer, mail)
    taken = Taken(sort=found.sort)
    if found.sort in (Sort.REPLY, Sort.FOR_POSTMASTER):
        _answered(tx, forwarded(message.received, answer.content, mail, desk.addressing), mail)
    elif mail is not None and found.sort in _ACTS:
        taken = _ACTS[found.sort](tx, message, mail, found, desk)
    _record(tx, message, mail, found)
    return taken


def _about(tx: Transaction, address: str, said: Returned, desk: Desk) -> Outgoing | None:
    """Return the mail that a returned one is proved to be about."""
    mail_id = outgoing_of(address, desk.addressing.verp_key)
    if mail_id is None and isinstance(said, Complaint):
        mail_id = complaints.about(tx, said, desk.addressing.verp_key)
    return load(tx, mail_id) if mail_id else None


def _judged(
    tx: Transaction, message: ClaimedMessage, answer: Answer, mail: Outgoing | None
) -> Verdict:
    """Say what it is to us; what goes to people is limited."""
    found = verdict(answer.said, mail.recipient if mail else "")
    if goes_to_postmaster(message.received) and mail is None:
        found = replace(found, sort=Sort.FOR_POSTMASTER)
        many = _today(tx, message) > _MOST_FOR_POSTMASTER
    else:
        many = found.sort is Sort.REPLY and mail is not None and _answers(tx, mail) >= _MOST_A_DAY
    return Verdict(sort=Sort.TOO_MANY, note=found.note) if many else found


def load(tx: Transaction, mail_id: str) -> Outgoing | None:
    """Return an outgoing mail, with no content if that is deleted by now."""
    query = (
        select(outgoing, contents.c.content)
        .outerjoin(contents, contents.c.id == outgoing.c.content_id)
        .where(outgoing.c.id == mail_id)
    )
    row = tx.execute(query).first()
    if row is None:
        return None
    return Outgoing(
        id=row.id,
        kind=OutgoingKind(row.kind),
        message_id=row.message_id,
        since=row.since,
        recipient=row.recipient,
        reverse_path=row.reverse_path,
        content=bytes(row.content or b""),
        priority=row.priority,
        upstream=row.upstream,
        notice_to=row.notice_to,
    )


def _answers(tx: Transaction, mail: Outgoing) -> int:
    answers = (returned.c.outgoing_id == mail.id, returned.c.kind == "answer")
    today = select(func.count()).where(*answers, returned.c.at > tx.now - _DAY)
    return tx.execute(today).scalar() or 0


def _today(tx: Transaction, message: ClaimedMessage) -> int:
    """Count what came to the same address within a day, this one too, no further than matters."""
    received = message.received
    same = (
        select(messages.c.id)
        .join(recipients, recipients.c.message_id == messages.c.id)
        .where(messages.c.host == received.origin.host, messages.c.accepted_at > tx.now - _DAY)
        .where(recipients.c.address == received.envelope.recipients[0].address)
        .limit(_MOST_FOR_POSTMASTER + 1)
        .subquery()
    )
    return tx.execute(select(func.count()).select_from(same)).scalar() or 0


def _opt_out(tx: Transaction, message: ClaimedMessage, address: str, desk: Desk) -> Taken:
    holder = holder_of(tx.connection, token_in(address), Purpose.UNSUBSCRIBE)
    if holder is None:
        # RFC 3834 s2: no answer to whoever it was, for the sender may be forged, too.
        _record(tx, message, None, Verdict(sort=Sort.FORGED))
        return Taken(sort=Sort.FORGED)
    word = Word(holder=holder, wishes={holder.scope: Level.NOTHING}, source=Source.MAIL)
    chose = consent.choose(tx, word, desk.addressing)
    _record(tx, message, load(tx, holder.mail_id), Verdict(sort=Sort.OPT_OUT))
    return Taken(sort=Sort.OPT_OUT, chose=chose)


def _bounced(
    tx: Transaction, message: ClaimedMessage, mail: Outgoing, found: Verdict, desk: Desk
) -> Taken:
    """Let a mail that upstream had taken end as bounced, told to its owner."""
    mail = late(mail, desk.addressing)
    blame = Blame(reply=found.note, remote=found.remote, last_attempt=message.received.at)
    told = notice(mail, blame, tx.now, desk.addressing)
    changed = tx.execute(
        update(outgoing)
        .where(outgoing.c.id == mail.id, outgoing.c.state == State.DELIVERED)
        .values(state=State.BOUNCED, reason=found.note, notice_to=mail.notice_to)
    )
    if changed.rowcount:
        if told is not None:
            mails.add(tx, told)
        outbox.free_repeats(tx, mail)
    suppression.note(tx, mail, "bounce", gone=found.gone, status=found.status, note=found.note)
    gone = found.gone and suppression.weigh(tx, mail, found.note, desk.limit, desk.addressing)
    return Taken(sort=found.sort, suppressed=mail.recipient if gone else None)


def _complained(
    tx: Transaction, message: ClaimedMessage, mail: Outgoing, found: Verdict, desk: Desk
) -> Taken:
    """Take a complaint for the recipient's word, at once (RFC 5965)."""
    del message
    return Taken(sort=found.sort, chose=complaints.obey(tx, mail, found.note, desk.addressing))


def _noted(
    tx: Transaction, message: ClaimedMessage, mail: Outgoing, found: Verdict, desk: Desk
) -> Taken:
    """Write down that it came, and nothing more."""
    del message, desk
    kind = "auto-reply" if found.sort is Sort.AUTO_REPLY else "report"
    suppression.note(tx, mail, kind, note=found.note)
    return Taken(sort=found.sort)


def _answered(tx: Transaction, sent: Outgoing, mail: Outgoing | None) -> None:
    """Hand a person's answer to whoever answers for the mail."""
    mails.add(tx, sent)
    if mail is not None:
        suppression.note(tx, mail, "answer")
    of_message = recipients.c.message_id == sent.message_id
    tx.execute(update(recipients).where(of_message).values(carried_by=sent.id))


_Act = Callable[[Transaction, ClaimedMessage, Outgoing, Verdict, Desk], Taken]
_ACTS: dict[Sort, _Act] = {
    Sort.BOUNCED: _bounced,
    Sort.COMPLAINT: _complained,
    Sort.NOTED: _noted,
    Sort.AUTO_REPLY: _noted,
}


def _record(
    tx: Transaction, message: ClaimedMessage, mail: Outgoing | None, found: Verdict
) -> None:
    """Write the lines: under what came back, and under what it is about."""
    data = {
        "sort": found.sort,
        "note": found.note,
        "outgoing": mail.id if mail else None,
        "returned": message.received.id,
    }
    tx.record(Event(kind="read", message_id=message.received.id, data=data))
    if mail is not None:
        about = {**data, "recipient": mail.recipient}
        tx.record(Event(kind="came-back", message_id=mail.message_id, data=about))
