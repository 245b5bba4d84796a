"""Our own Received field, on top of all others (RFC 5321 s4.4).

It tells where the message came from in words that the sender cannot forge: the address is the
session's, HELO is quoted only as far as it is a host name. The origin's Received fields stay below
it, so the way of a message can be followed and a loop be found. Each pass through a relay adds one;
nothing else of ours is added twice.
What happens next: apply.py returns the finished message.
"""

import re

from relay.mail.address import is_address
from relay.mail.date import write_date
from relay.mail.encode import write_tokens
from relay.mail.message import Field
from relay.mail.received import Received

_HELO = re.compile(r"[A-Za-z0-9._:\[\]-]{1,255}")
_ADDRESS = re.compile(r"[0-9A-Fa-f.:]{2,45}")


def received_field(received: Received, relay: str) -> Field:
    """Return the Received field of the host called `relay`."""
    origin = received.origin
    helo = origin.helo if _HELO.fullmatch(origin.helo) else "unknown"
    pieces = [f"from {helo} ({_literal(origin.address)})", f"by {relay}"]
    pieces.append(f"with {_protocol(received)} id {received.id}")
    recipients = received.envelope.recipients
    # RFC 5321 s7.2: naming several would disclose blind copies.
    if len(recipients) == 1 and is_address(recipients[0].address):
        pieces.append(f"for <{recipients[0].address}>")
    return write_tokens("Received", f"{' '.join(pieces)}; {write_date(received.at)}")


def _literal(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        return "unknown"
    return f"[IPv6:{address}]" if ":" in address else f"[{address}]"


def _protocol(received: Received) -> str:
    """Return the transmission type (RFC 3848, RFC 6531 s4.3)."""
    kind = "UTF8SMTP" if received.envelope.smtputf8 else "ESMTP"
    return kind + ("S" if received.origin.tls else "") + ("A" if received.origin.user else "")
