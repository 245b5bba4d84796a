"""Promise P1 as one query: every accepted recipient, counted by where it is.

A recipient counts as delivered only if an attempt was delivered, as in flight only while the bytes
to send are there, as bounced only with its notice, as waiting only in a batch that is not closed;
whatever fits nowhere is `lost`, and the sum must equal what was accepted.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Join, and_, case, exists, func, literal, or_, select, union_all

from relay.store.schema import (
    attempts,
    batches,
    contents,
    ledger,
    messages,
    originals,
    outgoing,
    recipients,
)

FATES = (
    *("delivered", "digested", "counted", "bounced", "held", "dropped"),
    *("declined", "read", "waiting", "in_flight", "lost"),
)
"""Where an accepted recipient can be.

`digested` is carried in a delivered digest, `counted` told by a delivered reminder; `waiting` is in
a batch that is still to leave. `declined` was not wanted by who would have got it, `read` was for
the relay itself: a bounce, for instance.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Promise P1 in figures: recipients accepted, and where each of them is."""

    accepted: int
    fates: dict[str, int]
    unwritten: int

    @property
    def holds(self) -> bool:
        """Whether accepted equals the sum of the rest, nothing is lost, nothing unrecorded."""
        counted = sum(self.fates.values())
        return self.accepted == counted and not self.fates["lost"] and not self.unwritten


def balance(connection: Connection) -> Balance:
    """Count every accepted recipient by its fate, in one consistent read.

    `unwritten` is the difference between messages and the ledger's lines about accepting them.
    """
    fate = fate_of().label("fate")
    figures = union_all(
        select(fate, func.count()).select_from(accounted()).group_by(fate),
        select(literal("accepted"), func.coalesce(func.sum(messages.c.recipient_count), 0)),
        select(literal("kept"), func.count()).select_from(messages),
        select(literal("written"), func.count()).where(ledger.c.kind == "accepted"),
    )
    found = {row[0]: int(row[1]) for row in connection.execute(figures)}
    return Balance(
        accepted=found["accepted"],
        fates={name: found.get(name, 0) for name in FATES},
        unwritten=abs(found["kept"] - found["written"]),
    )


def accounted() -> Join:
    """Return each accepted recipient with what `fate_of` asks about."""
    return (
        recipients.join(messages, messages.c.id == recipients.c.message_id)
        .outerjoin(outgoing, outgoing.c.id == recipients.c.carried_by)
        .outerjoin(batches, batches.c.id == recipients.c.waits_in)
    )


def fate_of() -> Any:
    """Return where a recipient of `accounted` is: one of FATES."""
    has_original = exists().where(originals.c.message_id == messages.c.id)
    has_content = exists().where(contents.c.id == outgoing.c.content_id)
    was_delivered = exists().where(
        attempts.c.outgoing_id == outgoing.c.id, attempts.c.outcome == "delivered"
    )
    notice = outgoing.alias("notice")
    was_told = or_(
        outgoing.c.notice_to.is_(None), exists().where(notice.c.id == outgoing.c.id + "N")
    )
    waits = and_(outgoing.c.id.is_(None), batches.c.id.is_(None))
    arrived = and_(outgoing.c.state == "delivered", was_delivered)
    return case(
        (recipients.c.ended.is_not(None), recipients.c.ended),
        (batches.c.state.in_(("open", "closing")), "waiting"),
        (and_(waits, messages.c.state == "dropped"), "dropped"),
        (and_(waits, messages.c.state == "held", has_original), "held"),
        (and_(waits, messages.c.state == "queued", has_original), "in_flight"),
        (outgoing.c.state == "dropped", "dropped"),
        (and_(outgoing.c.state == "held", has_content), "held"),
        (and_(outgoing.c.state == "queued", has_content), "in_flight"),
        (and_(arrived, outgoing.c.kind == "digest"), "digested"),
        (and_(arrived, outgoing.c.kind == "reminder"), "counted"),
        (arrived, "delivered"),
        (and_(outgoing.c.state == "bounced", was_told), "bounced"),
        else_="lost",
    )
