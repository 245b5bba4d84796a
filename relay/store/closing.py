"""When a message's last recipient has reached its end: from then on its bytes are kept for so long.

A mail about a message whose bytes are gone already is kept no longer than until it has left.
What happens next: retention.py deletes them.
"""

from sqlalchemy import and_, delete, exists, or_, select, update

from relay.store.schema import contents, messages, originals, outgoing, recipients
from relay.store.writer import Transaction


def close_messages(tx: Transaction, mail_id: str, message_id: str) -> None:
    """Start the retention period of each message whose last recipient reached its end by a mail."""
    told = select(recipients.c.message_id).where(recipients.c.carried_by == mail_id)
    carrier = outgoing.alias("carrier")
    unfinished = (
        select(recipients.c.message_id)
        .outerjoin(carrier, carrier.c.id == recipients.c.carried_by)
        .where(
            recipients.c.message_id == messages.c.id,
            or_(
                recipients.c.waits_in.is_not(None),
                and_(carrier.c.id.is_not(None), carrier.c.finished_at.is_(None)),
            ),
        )
    )
    copies = exists().where(
        outgoing.c.message_id == messages.c.id, outgoing.c.finished_at.is_(None)
    )
    kept = exists().where(originals.c.message_id == messages.c.id)
    closed = tx.execute(
        update(messages)
        .where(
            or_(messages.c.id == message_id, messages.c.id.in_(told)),
            messages.c.closed_at.is_(None),
            ~unfinished.exists(),
            ~copies,
        )
        .values(closed_at=tx.now)
        .returning(messages.c.id, kept.label("kept"))
    )
    bare = [row.id for row in closed if not row.kept]
    if bare:
        left = select(outgoing.c.content_id).where(outgoing.c.message_id.in_(bare))
        tx.execute(delete(contents).where(contents.c.id.in_(left)))
