"""Mails that wait to be sent and are taken back into a batch, before anything of them has left.

Only a mail that no server can have seen is taken back: one whose attempt was lost or whose reply
was is not. Its row stays as `merged`, its recipients wait in the batch from then on, and the ledger
has a line about each, all in one transaction.
What happens next: pipeline/press.py says what to take, workers/press.py does it now and then.
"""

from dataclasses import replace
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    update,
)

from relay.pipeline.addressing import ORDINARY
from relay.pipeline.press import Crowd, Press
from relay.pipeline.stages import Event, OutgoingKind, State
from relay.reports.report import Verdict
from relay.store import batches
from relay.store.schema import attempts, messages, outgoing, recipients
from relay.store.writer import Transaction

_MOST = 200  # in one transaction, so that nobody waits long behind it
_MILD = (Verdict.SUCCESS, Verdict.WARNING)
_spoken_of = func.coalesce(messages.c.report_host, messages.c.host)


def crowds(connection: Connection) -> list[Crowd]:
    """Return what waits to be sent and may wait longer, by upstream, recipient and host."""
    is_news = case((messages.c.incident.is_not(None), 1), else_=0)
    columns = (outgoing.c.upstream, outgoing.c.recipient, _spoken_of.label("host"))
    query = (
        select(*columns, func.count().label("mails"), func.sum(is_news).label("news"))
        .join(messages, messages.c.id == outgoing.c.message_id)
        .where(*_may_wait())
        .group_by(*columns)
    )
    return [Crowd(**row) for row in connection.execute(query).mappings()]


def _may_wait() -> tuple[ColumnElement[bool], ...]:
    seen = exists().where(
        attempts.c.outgoing_id == outgoing.c.id,
        or_(attempts.c.outcome.is_(None), attempts.c.uncertain),
    )
    return (
        outgoing.c.state == literal_column("'queued'"),  # in the words of the partial index
        outgoing.c.priority == ORDINARY,
        outgoing.c.kind == OutgoingKind.REPORT,
        outgoing.c.owner.is_(None),
        messages.c.job.is_not(None),
        messages.c.verdict.in_(_MILD),
        ~seen,
    )


def merge(tx: Transaction, order: Press) -> int:
    """Take mails back into a batch; return how many, 0 when there are no more."""
    mails = tx.execute(
        update(outgoing)
        .where(outgoing.c.id.in_(_chosen(order)), outgoing.c.state == State.QUEUED)
        .values(state=State.MERGED, finished_at=tx.now, fence=outgoing.c.fence + 1)
        .returning(outgoing.c.id, outgoing.c.message_id)
    ).all()
    for mail in sorted(mails, key=lambda row: (row.message_id, row.id)):
        freed = update(recipients).where(recipients.c.carried_by == mail.id)
        told = tx.execute(freed.values(carried_by=None).returning(recipients.c.address))
        waiting = replace(order.waiting, addresses=tuple(told.scalars()))
        batches.join(tx, mail.message_id, (waiting,))
        tx.record(_merged(order, mail.id, mail.message_id))
    return len(mails)


def _chosen(order: Press) -> Any:
    wanted = [
        outgoing.c.upstream == order.waiting.upstream,
        outgoing.c.recipient == order.waiting.batch.recipient,
        *_may_wait(),
    ]
    if order.host is not None:
        wanted.append(_spoken_of == order.host)
    if not order.news:
        wanted.append(messages.c.incident.is_(None))
    joined = select(outgoing.c.id).join(messages, messages.c.id == outgoing.c.message_id)
    return joined.where(and_(*wanted)).order_by(outgoing.c.due_at).limit(_MOST)


def _merged(order: Press, mail_id: str, message_id: str) -> Event:
    waiting = order.waiting
    data = {
        "outgoing": mail_id,
        "recipient": waiting.batch.recipient,
        "batch": waiting.batch.kind,
        "schedule": waiting.schedule,
    }
    return Event(kind="merged", message_id=message_id, data=data)
