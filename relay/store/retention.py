"""The end of the retention period: the bytes go, the account of them stays.

Originals and contents are kept until every recipient of a message has reached its end, and for
the retention period after that (P5). Rows, attempts and the ledger are kept.
"""

from datetime import timedelta

from sqlalchemy import delete, select

from relay.pipeline.stages import Event
from relay.store import feedback
from relay.store.schema import contents, messages, originals, outgoing
from relay.store.writer import Transaction

_BATCH = 200


def purge(tx: Transaction, retention: timedelta) -> int:
    """Delete the bytes of up to a batch of messages that ended long enough ago; say how many.

    Old figures of receivers go as well.
    """
    feedback.forget(tx)
    query = (
        select(messages.c.id)
        .join(originals, originals.c.message_id == messages.c.id)
        .where(messages.c.closed_at <= tx.now - retention)
        .limit(_BATCH)
    )
    ended = list(tx.execute(query).scalars())
    if not ended:
        return 0
    carried = select(outgoing.c.content_id).where(outgoing.c.message_id.in_(ended))
    tx.execute(delete(contents).where(contents.c.id.in_(carried)))
    tx.execute(delete(originals).where(originals.c.message_id.in_(ended)))
    tx.record(*(Event(kind="purged", message_id=message_id, data={}) for message_id in ended))
    return len(ended)
