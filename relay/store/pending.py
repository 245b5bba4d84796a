"""Batches that are still to leave, as an operator looks at them, and what goes along with one.

What happens next: cli/digest.py shows it; `send` lets one leave before its time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, func, select

from relay.errors import NotFoundError, RelayError
from relay.pipeline import reminder
from relay.pipeline.bulletin import about, titled
from relay.pipeline.digest.compose import Rendered, render
from relay.pipeline.stages import Batch, BatchKind
from relay.store import jobs
from relay.store.batches import load, send_now
from relay.store.schema import batches, items
from relay.store.views import originals_within
from relay.store.writer import Transaction

_ATTACHED = 1 << 20  # bytes of originals in one digest
_MOST_ATTACHED = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """One batch; while its state is `closing`, its mail is being composed."""

    id: str
    kind: str
    recipient: str
    name: str
    state: str
    reports: int
    opened_at: datetime
    due_at: datetime
    schedule: str
    hastened: str | None


def pending(connection: Connection) -> list[Pending]:
    """Return the batches that have not left, the first to leave first."""
    columns = [batches.c[each.name] for each in fields(Pending) if each.name != "reports"]
    query = (
        select(*columns, func.count(items.c.message_id).label("reports"))
        .outerjoin(items, items.c.batch_id == batches.c.id)  # a heartbeat may hold none
        .where(batches.c.state != "closed")
        .group_by(*columns)
        .order_by(batches.c.due_at, batches.c.id)
    )
    return [Pending(**row) for row in connection.execute(query).mappings()]


def chosen(connection: Connection, recipient: str, name: str | None) -> Pending:
    """Return the open batch that is meant: the recipient's digest, or whatever has this name."""
    waits = [
        each
        for each in pending(connection)
        if each.state == "open" and each.recipient.lower() == recipient.lower()
    ]
    if name is None:
        found = [each for each in waits if each.kind == BatchKind.DIGEST]
    else:
        found = [each for each in waits if each.name.lower() == name.lower()]
        found = sorted(found, key=lambda each: each.kind != BatchKind.DIGEST)[:1]
    if not found:
        raise NotFoundError(_nothing(waits, recipient, name))
    if len(found) > 1:
        names = ", ".join(each.name for each in found)
        raise RelayError(f"several digests wait for {recipient}: {names}; say which by --name")
    return found[0]


def _nothing(waits: Sequence[Pending], recipient: str, name: str | None) -> str:
    called = f" called {name}" if name else ""
    others = ", ".join(f"{each.name} ({each.kind})" for each in waits)
    hint = f"; --name may be {others}" if others else ""
    return f"no digest{called} waits for {recipient}{hint}"


def attached(connection: Connection, batch: Batch) -> dict[str, bytes]:
    """Return the originals that go along with a digest: the last that it lists, within its size."""
    shown = [item.message_id for item in batch.items if item.listed][-_MOST_ATTACHED:]
    return originals_within(connection, shown, _ATTACHED)


def preview(
    connection: Connection, recipient: str, name: str | None, now: datetime, zone: str
) -> Rendered:
    """Return what the batch that is meant would leave as when it is due, if nothing else came."""
    batch = load(connection, chosen(connection, recipient, name).id)
    if batch.key.kind is BatchKind.REPEAT:
        incident = jobs.incident_of(connection, batch)
        title = reminder.subject(batch, incident, zone)
        lines = reminder.lines(batch, incident, zone)
        return Rendered(subject=title, text="\n".join((*lines, "")), html="")
    at = max(now, batch.due_at)
    told = about(
        batch,
        jobs.of_reader(connection, batch.key.recipient),
        attached(connection, batch),
        at,
        zone,
    )
    return render(titled(batch), told)


def send(tx: Transaction, *, recipient: str, name: str | None, reason: str) -> list[str]:
    """Let the batch that is meant leave now; return its ID."""
    if not reason.strip():
        raise RelayError("give a reason to send it: the ledger keeps it")
    found = chosen(tx.connection, recipient, name)
    return send_now(tx, batches.c.id == found.id, "The operator had it sent at once", reason)
