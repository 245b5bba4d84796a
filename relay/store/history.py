"""What is known when a report is concluded, read in the transaction that concludes it.

What happens next: queue.py hands it to the decision and writes the job's state again.
"""

from collections.abc import Iterable

from sqlalchemy import bindparam, func, select

from relay.pipeline.history import History, Pace
from relay.pipeline.job import has_job
from relay.pipeline.stages import Prepared
from relay.store import choices, jobs, silences
from relay.store.schema import messages
from relay.store.writer import Transaction

# Made once: to make a statement takes longer than to run it.
_OF_HOST = (
    select(messages.c.id)
    .where(messages.c.host == bindparam("host"), messages.c.accepted_at > bindparam("since"))
    .limit(bindparam("most"))
)
_LATELY = select(func.count()).select_from(_OF_HOST.subquery())


def read(
    tx: Transaction, prepared: Prepared, host: str, pace: Pace, stewards: Iterable[str]
) -> tuple[History, int]:
    """Return what is known of a report that `host` sent, and the version of its job's state.

    `stewards` are those who may have to be told instead of its recipients.
    """
    report, decision = prepared.report, prepared.decision
    people = (*(each.to for each in decision.destinations), *decision.copies, *stewards)
    job, version = None, 0
    if has_job(report):
        job, version = jobs.load(tx, report.host or "", report.job or "")
    history = History(
        job=job,
        silences=silences.in_force(tx),
        lately=_lately(tx, host, pace),
        choices=choices.of(tx.connection, people),
    )
    return history, version


def _lately(tx: Transaction, host: str, pace: Pace) -> int:
    """Count no further than tells a storm, or each mail of a flood would cost what came before."""
    row = {"host": host, "since": tx.now - pace.window, "most": pace.most + 1}
    return tx.execute(_LATELY, row).scalar() or 0
