"""The digest that comes with nothing in it, so that its reader knows that somebody is looking.

Closing a digest that policy wants as a heartbeat opens the next one, empty, in the same
transaction; reports join it like any other. It ends by itself when no report has come for a month,
for policy is asked only where there is a report.
What happens next: store/batches.py opens it, workers/digest.py closes it.
"""

from datetime import datetime, timedelta

from relay.pipeline.batch import Batch
from relay.rhythm.schedule import next_after, parse

_LONGEST = timedelta(days=31)


def next_beat(batch: Batch, zone: str, at: datetime) -> datetime | None:
    """Return when the digest after this one leaves, come what may; None if only reports bring it.

    It lies after both `at` and the time at which this one was due, so that a clock that is set back
    brings no digest twice.
    """
    if not batch.heartbeat or at - batch.newest.accepted_at > _LONGEST:
        return None
    return next_after(parse(batch.schedule, zone), max(at, batch.due_at))
