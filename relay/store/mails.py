"""A new outgoing mail written down: its row, and its content unless another mail has the same.

A mail of our own may be about a message that ended long ago: that has not ended then until the mail
has, or retention would delete the bytes that are still to be sent.
What happens next: outbox.py lets it be claimed.
"""

from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from relay.pipeline.stages import Outgoing, OutgoingKind
from relay.store.lanes import next_turn
from relay.store.schema import contents, messages, outgoing
from relay.store.writer import Transaction

_HOSTS = select(
    messages.c.id, func.coalesce(messages.c.report_host, messages.c.host).label("host")
).where(messages.c.id.in_(bindparam("ids", expanding=True)))


def add(tx: Transaction, *mails: Outgoing) -> None:
    """Write mails, due now; those that share one content share its row. None is fine."""
    if not mails:
        return
    first: dict[int, Outgoing] = {}
    for mail in mails:
        first.setdefault(id(mail.content), mail)
    rows = [{"id": mail.id, "content": mail.content} for mail in first.values()]
    tx.execute(insert(contents), rows)
    places = _places(tx, mails)
    tx.execute(
        insert(outgoing),
        [
            _row(tx, mail, first[id(mail.content)].id) | place
            for mail, place in zip(mails, places, strict=True)
        ],
    )
    _reopen(tx, {mail.message_id for mail in mails if mail.kind is not OutgoingKind.REPORT})


def _reopen(tx: Transaction, message_ids: set[str]) -> None:
    if message_ids:
        ended = (messages.c.id.in_(message_ids), messages.c.closed_at.is_not(None))
        tx.execute(update(messages).where(*ended).values(closed_at=None))


def _places(tx: Transaction, mails: tuple[Outgoing, ...]) -> list[dict[str, Any]]:
    """Return for each mail the host that it speaks of, and its turn among the new ones."""
    about = list({mail.message_id for mail in mails})
    hosts = {row.id: row.host for row in tx.execute(_HOSTS, {"ids": about})}
    turns: dict[tuple[str, int, str], int] = {}
    places = []
    for mail in mails:
        queue = (mail.upstream, mail.priority, hosts[mail.message_id])
        turns[queue] = turns[queue] + 1 if queue in turns else next_turn(tx, *queue)
        places.append({"host": queue[2], "turn": turns[queue]})
    return places


def _row(tx: Transaction, mail: Outgoing, content_id: str) -> dict[str, Any]:
    return {
        "id": mail.id,
        "kind": mail.kind,
        "message_id": mail.message_id,
        "recipient": mail.recipient,
        "reverse_path": mail.reverse_path,
        "upstream": mail.upstream,
        "priority": mail.priority,
        "content_id": content_id,
        "notice_to": mail.notice_to,
        "state": "queued",
        "since": mail.since,
        "due_at": tx.now,
    }
