"""What a listener's sessions need from outside: limits, admission, TLS, and what takes the mail.

One `Terms` is built for each listener at start and at each reload. A session keeps the one that
it began with. The callables are all that `ingest` knows of the rest of the relay.
"""

import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from relay.ingest.admission import Admission
from relay.ingest.settings import LimitSettings
from relay.ingest.users import Users
from relay.mail.received import Received
from relay.policy.settings import HostSettings

STRANGER = HostSettings(name="outside")
"""Whose is what comes to our return addresses, whoever brings it; no host may have its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How one listener treats its peers.

    `accept` returns once the message is durable; `ready` says why nothing can be accepted now;
    `implicit` means that TLS comes before the greeting (RFC 8314). `returns` tells our own return
    addresses, to which anybody may send; without it no stranger may say MAIL at all.
    """

    hostname: str
    limits: LimitSettings
    admission: Admission
    users: Users | None
    tls: ssl.SSLContext | None
    implicit: bool
    require_auth: bool
    new_id: Callable[[], str]
    now: Callable[[], datetime]
    accept: Callable[[Received], Awaitable[None]]
    ready: Callable[[], str | None]
    returns: Callable[[str], bool] | None = None
