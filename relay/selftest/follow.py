"""A message followed through the store until it has reached its end, or waits for something.

What happens next: cli/selftest.py prints its story.
"""

import time
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from relay.errors import NoSuchMessageError
from relay.store.store import ask
from relay.store.views import Dossier, dossier

_LOOK_EVERY = 0.2


class End(StrEnum):
    """How far a message has come; each member reads as what is said of it."""

    DELIVERED = "delivered"
    WAITS = "it waits in a digest"
    REFUSED = "refused"
    HELD = "held"
    UNDER_WAY = "still under way"


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """The end that a message has come to, and all that is known of it."""

    end: End
    found: Dossier


def follow(url: str, message_id: str, seconds: float) -> Followed:
    """Return what became of a message within so many seconds."""
    until = time.monotonic() + seconds

    def look(connection: Connection) -> Dossier:
        return dossier(connection, message_id)

    while True:
        try:
            found = ask(url, look)
        except NoSuchMessageError:  # only while another node's commit is on its way to us
            if time.monotonic() > until:
                raise
        else:
            end = end_of(found)
            if end is not End.UNDER_WAY or time.monotonic() > until:
                return Followed(end=end, found=found)
        time.sleep(_LOOK_EVERY)


def end_of(found: Dossier) -> End:
    """Return how far a message has come."""
    states = {mail["state"] for mail in found.mails}
    if found.message["state"] == "held" or "held" in states:
        return End.HELD
    if states & {"bounced", "dropped"} or found.message["state"] == "dropped":
        return End.REFUSED
    if found.message["state"] != "concluded" or "queued" in states:
        return End.UNDER_WAY
    return End.DELIVERED if states else End.WAITS
