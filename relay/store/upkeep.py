"""What an operator may do to a job by hand: forget it, or say when its reports are due.

Each act goes into the ledger, under the job's last message: `relay why` tells it there.
What happens next: workers/digest.py sends what a forgotten job left waiting, workers/watch.py looks
out for the report that is expected now.
"""

from dataclasses import replace
from typing import Any

from relay.errors import RelayError
from relay.pipeline.job import JobState
from relay.pipeline.stages import BatchKind, Event
from relay.pipeline.watch import foresee
from relay.store import jobs
from relay.store.batches import send_now
from relay.store.schema import batches
from relay.store.writer import Transaction

LEARNED = "learned"


def forget(tx: Transaction, *, host: str, job: str, reason: str) -> list[str]:
    """Forget a job that runs no more; what only waited for a reminder leaves at once.

    Should it report again, it is a new job.
    """
    if not reason.strip():
        raise RelayError("give a reason to forget it: the ledger keeps it")
    state, version = _loaded(tx, host, job)
    jobs.delete(tx, state, version)
    if state.incident is not None:
        which = (batches.c.kind == BatchKind.REPEAT) & (batches.c.name == state.incident.id)
        send_now(tx, which, "The operator has retired the job", reason)
    tx.record(_event("forgotten", state, reason=reason))
    return [state.host, state.job]


def expect(tx: Transaction, *, host: str, job: str, when: str, zone: str) -> list[str]:
    """Declare when a job's reports are due, and foresee the next one at once.

    `when` is an expectation, `none` for no alarm, or `learned` to take such a word back: the
    policy's counts then, or the rhythm of its reports. Whether it is missing is asked anew.
    """
    state, version = _loaded(tx, host, job)
    word = when.strip()
    plain = word.lower()
    given = None if plain == LEARNED else plain if plain == "none" else word
    if given == "":
        raise RelayError('say when: "daily by 06:00 Europe/Berlin", none or learned')
    # How often it was told stays: mails about one absence are numbered by it.
    asked = replace(state, declared=given, by_hand=given is not None, missing_at=None)
    try:
        after = foresee(asked, zone)
    except ValueError as error:
        raise RelayError(str(error)) from error
    jobs.save(tx, after, version)
    tx.record(_event("expected", state, when=given or LEARNED))
    return [state.host, state.job]


def _loaded(tx: Transaction, host: str, job: str) -> tuple[JobState, int]:
    state, version = jobs.load(tx, *jobs.named(tx.connection, host, job))
    if state is None:
        raise RelayError(f"the job {job} of {host} was forgotten by another node")
    return state, version


def _event(kind: str, state: JobState, **more: Any) -> Event:
    data = {"host": state.host, "job": state.job, "by": "operator", **more}
    return Event(kind=kind, message_id=state.last_message, data=data)
