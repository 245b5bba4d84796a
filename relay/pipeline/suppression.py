"""When an address that refuses mail gets none any more, for a time, and who is told of it.

What happens next: store/suppression.py counts, and writes the choice that it comes to.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b

from relay.choice.choice import EVERYTHING, Choice, Level, Source, addressee
from relay.pipeline.addressing import Addressing
from relay.pipeline.memo import Memo, to_postmaster
from relay.pipeline.stages import Outgoing


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """So many permanent bounces within `window` suppress an address for as long as `lasts`."""

    bounces: int = 3
    window: timedelta = timedelta(days=30)
    lasts: timedelta = timedelta(days=90)


def suppressed(recipient: str, note: str, limit: Limit, now: datetime) -> Choice:
    """Return the suppression of an address."""
    return Choice(
        recipient=addressee(recipient),
        scope=EVERYTHING,
        level=Level.NOTHING,
        source=Source.BOUNCES,
        at=now,
        until=now + limit.lasts,
        note=note,
    )


def told(choice: Choice, message_id: str, limit: Limit, addressing: Addressing) -> Outgoing:
    """Return the mail that tells the postmaster."""
    digest = blake2b(f"{choice.recipient}{choice.at}".encode(), digest_size=4).hexdigest().upper()
    lines = (
        f"Mail to {choice.recipient} was refused for good {limit.bounces} times, last so:",
        f"  {choice.note}",
        f"Until {choice.until:%d %b %Y} nothing is sent there. Of failures that nobody else would",
        "hear of, the owner of the host is told instead.",
        "",
        f"If the address is right again: relay recipients allow {choice.recipient} --reason ...",
    )
    memo = Memo(
        id=f"{message_id}-B{digest}",
        message_id=message_id,
        at=choice.at,
        subject=f"Nothing more goes to {choice.recipient}",
        lines=lines,
    )
    return to_postmaster(memo, addressing)
