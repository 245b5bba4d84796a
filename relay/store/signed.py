"""Mail that may still be under way with an old signature.

A mail is signed anew at each attempt, so what waits in the queue will carry the key of then; only
an attempt that began before a switch and has not ended may carry the key of before.
What happens next: workers/rotate.py retires a key once there is none.
"""

from datetime import datetime

from sqlalchemy import Connection, func, select

from relay.store.schema import attempts


def under_way_since_before(connection: Connection, moment: datetime) -> int:
    """Return how many attempts that began before `moment` have not ended."""
    query = (
        select(func.count())
        .select_from(attempts)
        .where(attempts.c.started_at < moment, attempts.c.finished_at.is_(None))
    )
    return int(connection.execute(query).scalar_one())
