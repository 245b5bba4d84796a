"""Mail that may still be under way with an old signature.

A mail is signed anew at each attempt, so what waits in the queue will carry the key of then; only
an attempt that began before a switch and has not ended may carry the key of before. Attempts that
nobody will ever end, because their mail was dropped, do not count.
What happens next: workers/rotate.py retires a key once there is none.
"""

from datetime import datetime

from sqlalchemy import Connection, func, select

from relay.store.schema import attempts, outgoing


def under_way_since_before(connection: Connection, moment: datetime) -> int:
    """Return how many attempts that began before `moment` have not ended."""
    query = (
        select(func.count())
        .select_from(attempts.join(outgoing, outgoing.c.id == attempts.c.outgoing_id))
        .where(
            attempts.c.started_at < moment,
            attempts.c.finished_at.is_(None),
            outgoing.c.state == "queued",
        )
    )
    return int(connection.execute(query).scalar_one())
