"""When a message's last recipient has reached its end: from then on its bytes are kept for so long.

A mail about a message whose bytes are gone already is kept no longer than until it has left.
What happens next: retention.py deletes them.
"""

from sqlalchemy import and_, bindparam, delete, exists, or_, select, update

from relay.store.schema import contents, messages, originals, outgoing, recipients
from relay.store.writer import Transaction

_CARRIER = outgoing.alias("carrier")
_TOLD = select(recipients.c.message_id).where(recipients.c.carried_by == bindparam("of_mail"))
_UNFINISHED = (
    select(recipients.c.message_id)
    .outerjoin(_CARRIER, _CARRIER.c.id == recipients.c.carried_by)
    .where(
        recipients.c.message_id == messages.c.id,
        or_(
            recipients.c.waits_in.is_not(None),
            and_(_CARRIER.c.id.is_not(None), _CARRIER.c.finished_at.is_(None)),
        ),
    )
)
_COPIES = exists().where(outgoing.c.message_id == messages.c.id, outgoing.c.finished_at.is_(None))
_KEPT = exists().where(originals.c.message_id == messages.c.id)
_CLOSE = (
    update(messages)
    .where(
        or_(messages.c.id == bindparam("of_message"), messages.c.id.in_(_TOLD)),
        messages.c.closed_at.is_(None),
        ~_UNFINISHED.exists(),
        ~_COPIES,
    )
    .returning(messages.c.id, _KEPT.label("kept"))
)


def close_messages(tx: Transaction, mail_id: str, message_id: str) -> None:
    """Start the retention period of each message whose last recipient reached its end by a mail."""
    ended = {"of_mail": mail_id, "of_message": message_id, "closed_at": tx.now}
    closed = tx.execute(_CLOSE, ended)
    bare = [row.id for row in closed if not row.kept]
    if bare:
        left = select(outgoing.c.content_id).where(outgoing.c.message_id.in_(bare))
        tx.execute(delete(contents).where(contents.c.id.in_(left)))
