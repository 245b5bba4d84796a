"""A new outgoing mail written down: its row, and its content unless another mail has the same.

A mail of our own may be about a message that ended long ago: that has not ended then until the mail
has, or retention would delete the bytes that are still to be sent.
What happens next: outbox.py lets it be claimed.
"""

from typing import Any

from sqlalchemy import insert, update

from relay.pipeline.stages import Outgoing, OutgoingKind
from relay.store.schema import contents, messages, outgoing
from relay.store.writer import Transaction


def add(tx: Transaction, *mails: Outgoing) -> None:
    """Write mails, due now; those that share one content share its row. None is fine."""
    if not mails:
        return
    first: dict[int, Outgoing] = {}
    for mail in mails:
        first.setdefault(id(mail.content), mail)
    rows = [{"id": mail.id, "content": mail.content} for mail in first.values()]
    tx.execute(insert(contents), rows)
    tx.execute(insert(outgoing), [_row(tx, mail, first[id(mail.content)].id) for mail in mails])
    ours = {mail.message_id for mail in mails if mail.kind is not OutgoingKind.REPORT}
    if ours:
        ended = (messages.c.id.in_(ours), messages.c.closed_at.is_not(None))
        tx.execute(update(messages).where(*ended).values(closed_at=None))


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
