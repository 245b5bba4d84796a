"""What the operator may say about recipients, and what there is to know of one.

Each word goes into the ledger under the recipient's address, with its reason.
What happens next: choices.py keeps what was said, cli/recipients.py shows it.
"""

import secrets as chance
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from relay.choice.choice import Choice, Level, Scope, Source, addressee, level_named
from relay.errors import NotFoundError, RelayError
from relay.mail.address import is_address
from relay.pipeline.job import JobState
from relay.pipeline.stages import Event
from relay.reports.job import identity
from relay.store import choices, jobs, keys, suppression
from relay.store.writer import Transaction

_MOST_TOLD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A recipient: the jobs they get, what they chose, what came back."""

    recipient: str
    jobs: list[JobState]
    choices: tuple[Choice, ...]
    returned: list[dict[str, Any]]


def known(connection: Connection, recipient: str) -> Known:
    """Return what is known of a recipient; raise NotFoundError if that is nothing."""
    name = addressee(recipient)
    found = Known(
        recipient=name,
        jobs=jobs.of_reader(connection, recipient),
        choices=choices.of(connection, (name,)),
        returned=suppression.of(connection, name),
    )
    if not (found.jobs or found.choices or found.returned):
        raise NotFoundError(f"nothing is known of {recipient}; `relay recipients list` shows all")
    return found


def suppress(
    tx: Transaction, *, recipient: str, days: str, reason: str, host: str = "", job: str = ""
) -> list[str]:
    """Let a recipient get nothing for so many days, of everything or of a scope."""
    _needed(recipient, reason)
    choice = Choice(
        recipient=addressee(recipient),
        scope=Scope(host=host, job=identity(job) if job else ""),
        level=Level.NOTHING,
        source=Source.OPERATOR,
        at=tx.now,
        until=tx.now + timedelta(days=int(days)),
        note=reason,
    )
    choices.put(tx, choice, choice.recipient)
    return [choice.recipient]


def allow(tx: Transaction, *, recipient: str, reason: str, everything: str) -> list[str]:
    """Take back suppressions and the operator's words; with `everything`, people's own as well."""
    _needed(recipient, reason)
    made = choices.of(tx.connection, (recipient,))
    ours = {Source.BOUNCES, Source.OPERATOR}
    gone = [each for each in made if everything == "yes" or each.source in ours]
    if not gone:
        own = "; --choices takes back their own" if made else ""
        raise NotFoundError(f"nothing is kept from {recipient}{own}")
    for each in gone:
        # The operator's word may stand in the place of the recipient's own.
        end = choices.take_back if each.source is Source.OPERATOR else choices.remove
        end(tx, each, each.recipient)
    data = {"recipient": addressee(recipient), "reason": reason, "by": "operator"}
    tx.record(Event(kind="allowed", message_id=addressee(recipient), data=data))
    return [str(each.scope) for each in gone]


def _needed(recipient: str, reason: str) -> None:
    if not is_address(recipient):
        raise RelayError(f'"{recipient}" is no address')
    if not reason.strip():
        raise RelayError("give a reason: the ledger keeps it")


def take(tx: Transaction, *, rows: str, reason: str) -> list[str]:
    """Import choices: a line for each, its number in the file and what `export` writes, by tabs.

    Either all of it is taken, or all that is wrong is said.
    """
    made, wrong = [], []
    for line in filter(None, rows.split("\n")):
        number, *texts = line.split("\t")
        try:
            made.append(_read(texts))
        except ValueError as error:
            wrong.append(f"line {number}: {error}")
    if wrong:
        more = [f"and {len(wrong) - _MOST_TOLD} more"] if len(wrong) > _MOST_TOLD else []
        raise RelayError("\n".join((*wrong[:_MOST_TOLD], *more)))
    if not reason.strip():
        raise RelayError("give a reason: the ledger keeps it")
    for each in made:
        choices.put(tx, each, each.recipient)
    return [each.recipient for each in made]


COLUMNS = ("recipient", "host", "job", "level", "source", "at", "until", "note")
"""Of an export."""


def columns(choice: Choice) -> tuple[str, ...]:
    """Return a choice as texts, in the order of COLUMNS."""
    until = choice.until.isoformat() if choice.until else ""
    scope = (choice.scope.host, choice.scope.job)
    return (
        *(choice.recipient, *scope, choice.level.word, choice.source, choice.at.isoformat()),
        *(until, " ".join(choice.note.split())),
    )


def _read(texts: list[str]) -> Choice:
    """Return the choice in one row of a file; raise ValueError that says what is wrong."""
    if len(texts) != len(COLUMNS):
        raise ValueError(f"{len(texts)} columns; write {', '.join(COLUMNS)}")
    recipient, host, job, level, source, at, until, note = texts
    if not is_address(recipient):
        raise ValueError(f'"{recipient}" is no address')
    if job and not host:
        raise ValueError("a job without its host; give both, or neither")
    if source not in set(Source):
        raise ValueError(f'"{source}" is no source; write one of {", ".join(Source)}')
    return Choice(
        recipient=addressee(recipient),
        scope=Scope(host=host, job=job),
        level=level_named(level),
        source=Source(source),
        at=_moment(at),
        until=_moment(until) if until else None,
        note=note,
    )


def _moment(text: str) -> datetime:
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f'"{text}" has no time zone; write 2026-11-30T08:00+00:00')
    return at


def rotate_key(tx: Transaction, *, reason: str) -> list[str]:
    """Make a new key for opt-out links; the one before it stays good, older ones do not."""
    if not reason.strip():
        raise RelayError("give a reason: the ledger keeps it")
    live = keys.rotate_choice_keys(tx, chance.token_bytes(keys.SECRET_BYTES))
    data = {"keys": [key.name for key in live], "reason": reason, "by": "operator"}
    tx.record(Event(kind="key-rotated", message_id="", data=data))
    return [key.name for key in live]
