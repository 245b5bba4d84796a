"""What recipients chose, and the suppressions of addresses that refuse mail: rows, and their lines.

Each change is a line of the ledger, under the message whose link was used, or under the address
where the operator's word or bounces made it. Nothing is deleted but what is taken back.
What happens next: history.py reads them for each report, consent.py writes people's own.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    bindparam,
    delete,
    insert,
    select,
    tuple_,
    update,
)

from relay.choice.choice import Choice, Level, Scope, Source, addressee, level_named
from relay.choice.floor import Matter, declines
from relay.pipeline.stages import BatchKind, Event
from relay.reports.job import identity
from relay.reports.report import Verdict
from relay.store.closing import close_messages
from relay.store.ledger import lines_about
from relay.store.schema import batches, choices, items, messages, recipients
from relay.store.writer import Transaction

_OF = (
    select(choices)
    .where(choices.c.recipient.in_(bindparam("names", expanding=True)))
    .order_by(choices.c.at)
)


def of(connection: Connection, people: Iterable[str]) -> tuple[Choice, ...]:
    """Return all choices and suppressions of `people`."""
    names = list({addressee(each) for each in people})
    return tuple(_choice(row) for row in connection.execute(_OF, {"names": names}))


def every(connection: Connection) -> tuple[Choice, ...]:
    """Return all of them, by recipient."""
    query = select(choices).order_by(choices.c.recipient, choices.c.host, choices.c.job)
    return tuple(_choice(row) for row in connection.execute(query))


def after(connection: Connection, key: Sequence[str], limit: int) -> tuple[Choice, ...]:
    """Return those after a recipient, host and job, in their order, suppressions included."""
    columns = (choices.c.recipient, choices.c.host, choices.c.job)
    query = select(choices).where(tuple_(*columns) > tuple(key)).order_by(*columns).limit(limit)
    return tuple(_choice(row) for row in connection.execute(query))


def _choice(row: Row[Any]) -> Choice:
    return Choice(
        recipient=row.recipient,
        scope=Scope(host=row.host, job=row.job),
        level=level_named(row.level),
        source=Source(row.source),
        at=row.at,
        until=row.until,
        note=row.note,
    )


def put(tx: Transaction, choice: Choice, about: str) -> None:
    """Write a choice in the place of the one on the same scope; `about` is whose line it is.

    What waits in digests for its recipient, and is declined by it, ends there.
    """
    before = _level(tx, choice)
    row = {
        "level": choice.level.word,
        "source": choice.source,
        "at": choice.at,
        "until": choice.until,
        "note": choice.note,
        "before": before,
    }
    changed = tx.execute(update(choices).where(*_is(choice)).values(row))
    if changed.rowcount == 0:
        scope = {"host": choice.scope.host, "job": choice.scope.job}
        key = {"recipient": choice.recipient, "suppression": choice.suppresses, **scope}
        tx.execute(insert(choices), {**key, **row})
    tx.record(_event("chose", choice, about))
    if choice.level in (Level.FAILURES, Level.NOTHING):
        _withdraw(tx, choice)


def take_back(tx: Transaction, choice: Choice, about: str) -> None:
    """Undo a choice: what it took the place of is in force again."""
    before = tx.execute(select(choices.c.before).where(*_is(choice))).scalar()
    if before is None:
        tx.execute(delete(choices).where(*_is(choice)))
    else:
        tx.execute(update(choices).where(*_is(choice)).values(level=before, before=None))
    tx.record(_event("took-back", choice, about))


def before(connection: Connection, choice: Choice) -> Level | None:
    """Return the level that a choice took the place of, None if it took none's."""
    word = connection.execute(select(choices.c.before).where(*_is(choice))).scalar()
    return None if word is None else level_named(word)


def taken_back(connection: Connection, message_id: str, recipient: str) -> list[Scope]:
    """Return on which scopes `recipient` took a choice back by a link that came with a message."""
    return [
        Scope(host=str(line.event.data["host"]), job=str(line.event.data["job"]))
        for line in lines_about(connection, message_id)
        if line.event.kind == "took-back" and line.event.data["recipient"] == addressee(recipient)
    ]


def remove(tx: Transaction, choice: Choice, about: str) -> None:
    """Let a choice go, and what it took the place of: the wider one counts again."""
    tx.execute(delete(choices).where(*_is(choice)))
    tx.record(_event("took-back", choice, about))


def _is(choice: Choice) -> tuple[ColumnElement[bool], ...]:
    return (
        choices.c.recipient == choice.recipient,
        choices.c.host == choice.scope.host,
        choices.c.job == choice.scope.job,
        choices.c.suppression == choice.suppresses,
    )


def _level(tx: Transaction, choice: Choice) -> str | None:
    return tx.execute(select(choices.c.level).where(*_is(choice))).scalar()


def _event(kind: str, choice: Choice, about: str) -> Event:
    data = {
        "recipient": choice.recipient,
        "host": choice.scope.host,
        "job": choice.scope.job,
        "level": choice.level.word,
        "source": choice.source,
        "note": choice.note,
        "until": choice.until.isoformat() if choice.until else None,
    }
    return Event(kind=kind, message_id=about, data=data)


def _withdraw(tx: Transaction, choice: Choice) -> None:
    """Let what waits in a digest and is declined now end as declined; honoured at once."""
    made = of(tx.connection, (choice.recipient,))
    for row in tx.execute(_WAITING).all():
        if addressee(row.recipient) != choice.recipient:
            continue
        host, job = row.report_host or row.host, identity(row.job or "")
        matter = Matter(host=host, job=job, urgent=False, now=tx.now)
        by = declines(made, choice.recipient, matter)
        if by is not None:
            _decline(tx, row.batch_id, row.message_id, by)


_WAITING = (
    select(items.c.batch_id, items.c.message_id, batches.c.recipient)
    .add_columns(messages.c.host, messages.c.report_host, messages.c.job)
    .join(batches, batches.c.id == items.c.batch_id)
    .join(messages, messages.c.id == items.c.message_id)
    .where(
        batches.c.state == "open",
        batches.c.kind != BatchKind.REPEAT,
        messages.c.verdict.in_((Verdict.SUCCESS, Verdict.WARNING)),
    )
)


def _decline(tx: Transaction, batch_id: str, message_id: str, choice: Choice) -> None:
    of_message = (recipients.c.message_id == message_id, recipients.c.waits_in == batch_id)
    tx.execute(update(recipients).where(*of_message).values(waits_in=None, ended="declined"))
    of_item = (items.c.batch_id == batch_id, items.c.message_id == message_id)
    tx.execute(delete(items).where(*of_item))
    tx.record(_event("declined", choice, message_id))
    close_messages(tx, "", message_id)
    if tx.execute(select(items.c.message_id).where(items.c.batch_id == batch_id)).first() is None:
        _emptied(tx, batch_id, message_id)


def _emptied(tx: Transaction, batch_id: str, message_id: str) -> None:
    """End a batch that holds nothing any more, but for one that leaves with nothing in it, too."""
    beats = batches.c.heartbeat
    tx.execute(update(batches).where(batches.c.id == batch_id, ~beats).values(state="closed"))
    tx.execute(update(batches).where(batches.c.id == batch_id, beats).values(anchor=message_id))
