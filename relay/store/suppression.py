"""What came back of each address, and the suppression of one that refuses mail for good.

What happens next: choices.py keeps the suppression, history.py reads it for the next report.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from relay.choice.choice import Choice, addressee
from relay.pipeline.addressing import Addressing
from relay.pipeline.stages import Event, Outgoing
from relay.pipeline.suppression import Limit, suppressed, told
from relay.store import choices, mails
from relay.store.schema import ledger, returned
from relay.store.writer import Transaction, insert_or_conflict


def note(tx: Transaction, mail: Outgoing, kind: str, **more: Any) -> None:
    """Write down what came back of a mail; `more` may have status, note, and gone for permanent."""
    row = {
        "outgoing_id": mail.id,
        "number": many(tx.connection, mail.id) + 1,
        "recipient": addressee(mail.recipient),
        "kind": kind,
        "at": tx.now,
        "permanent": more.get("gone", False),
        "status": more.get("status"),
        "note": more.get("note", ""),
    }
    insert_or_conflict(tx, returned, row)


def many(connection: Connection, mail_id: str) -> int:
    """Count what came back of one mail."""
    query = select(func.count()).where(returned.c.outgoing_id == mail_id)
    return connection.execute(query).scalar() or 0


def weigh(tx: Transaction, mail: Outgoing, why: str, limit: Limit, addressing: Addressing) -> bool:
    """Suppress the recipient of a mail if too many have come back; say whether that is new.

    A mail counts once, however often it comes back: who knows one envelope sender of ours could
    silence an address otherwise. What came before the operator allowed the address counts no more.
    """
    name = addressee(mail.recipient)
    if name == addressee(addressing.postmaster) or _is_suppressed(tx, name):
        return False
    since = max(tx.now - limit.window, _allowed_at(tx, name) or tx.now - limit.window)
    recent = (returned.c.recipient == name, returned.c.permanent, returned.c.at > since)
    different = func.count(returned.c.outgoing_id.distinct())
    count = tx.execute(select(different).where(*recent)).scalar() or 0
    if count < limit.bounces:
        return False
    choice = suppressed(name, why, limit, tx.now)
    choices.put(tx, choice, name)
    tx.record(_event(mail, choice))
    mails.add(tx, told(choice, mail.message_id, limit, addressing))
    return True


def _event(mail: Outgoing, choice: Choice) -> Event:
    until = choice.until.isoformat() if choice.until else None
    data = {"outgoing": mail.id, "recipient": choice.recipient, "until": until}
    return Event(kind="suppressed", message_id=mail.message_id, data=data)


def _allowed_at(tx: Transaction, name: str) -> datetime | None:
    allowed = (ledger.c.message_id == name, ledger.c.kind == "allowed")
    last: datetime | None = tx.execute(select(func.max(ledger.c.at)).where(*allowed)).scalar()
    return last


def _is_suppressed(tx: Transaction, name: str) -> bool:
    made = choices.of(tx.connection, (name,))
    return any(each.suppresses and each.until and each.until > tx.now for each in made)


def of(connection: Connection, recipient: str) -> list[dict[str, Any]]:
    """Return what came back of an address, the newest first."""
    query = select(returned).where(returned.c.recipient == addressee(recipient))
    newest = query.order_by(returned.c.at.desc()).limit(50)
    return [dict(row) for row in connection.execute(newest).mappings()]
