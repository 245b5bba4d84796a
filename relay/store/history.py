"""What is known when a report is concluded, read in the transaction that concludes it.

What happens next: queue.py hands it to the decision and writes the job's state again.
"""

from datetime import timedelta

from sqlalchemy import func, select

from relay.pipeline.history import History
from relay.pipeline.job import has_job
from relay.pipeline.stages import Report
from relay.store import jobs, silences
from relay.store.schema import messages
from relay.store.writer import Transaction


def read(tx: Transaction, report: Report, host: str, window: timedelta) -> tuple[History, int]:
    """Return what is known of a report that `host` sent, and the version of its job's state."""
    job, version = None, 0
    if has_job(report):
        job, version = jobs.load(tx, report.host or "", report.job or "")
    history = History(
        job=job, silences=silences.in_force(tx.connection, tx.now), lately=_lately(tx, host, window)
    )
    return history, version


def _lately(tx: Transaction, host: str, window: timedelta) -> int:
    since = tx.now - window
    query = select(func.count()).where(messages.c.host == host, messages.c.accepted_at > since)
    return tx.execute(query).scalar() or 0
