"""What every check is given, and the seams through which it sees more than the DNS.

The checks know nothing of stores and SMTP: whoever calls them hands over what the machine says of
itself, and functions that rehearse a delivery and that fetch a policy.
What happens next: each function of doctor.CHECKS takes a visit and returns findings.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from relay.domains.estate import Estate
from relay.domains.finding import Finding
from relay.domains.lookup import Dns


class Rehearsal(Protocol):
    """A dialogue with an upstream up to RCPT, as delivery tells of it."""

    @property
    def upstream(self) -> str:
        """Return the upstream's name."""

    @property
    def host(self) -> str:
        """Return its host, empty where there is none to talk to."""

    @property
    def port(self) -> int:
        """Return its port."""

    @property
    def failed_at(self) -> str | None:
        """Return the phase that failed, None if all went well."""

    @property
    def reply(self) -> str:
        """Return what it said there, or last."""

    @property
    def extensions(self) -> tuple[str, ...]:
        """Return what it offers."""

    @property
    def certificate(self) -> bytes | None:
        """Return its certificate (DER), None without TLS."""

    @property
    def authenticated(self) -> bool:
        """Return whether it took our password or token."""


class Sender(Protocol):
    """What receivers reported lately of an address that sends with a domain of ours."""

    @property
    def domain(self) -> str:
        """Return the From domain."""

    @property
    def address(self) -> str:
        """Return the address that it came from."""

    @property
    def count(self) -> int:
        """Return how many mails were seen."""

    @property
    def failing(self) -> int:
        """Return how many of them neither DKIM nor SPF vouched for."""

    @property
    def since(self) -> datetime | None:
        """Return when the first of those was seen."""


class Sessions(Protocol):
    """How sessions of others with our servers ended lately, by TLS reports."""

    @property
    def domain(self) -> str:
        """Return the domain of ours that they were for."""

    @property
    def result(self) -> str:
        """Return `succeeded`, or what failed (RFC 8460 s4.3)."""

    @property
    def count(self) -> int:
        """Return how many ended so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What the machine and the store say of themselves; None where nobody could ask."""

    free: int | None = None
    least: int = 0
    sqlite: tuple[int, ...] | None = None
    oldest: datetime | None = None
    oldest_urgent: datetime | None = None
    no_store: bool = False
    senders: Sequence[Sender] = ()
    sessions: Sequence[Sessions] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One run of the doctor. `fetch` returns the text at a URL; it raises OSError or ValueError."""

    estate: Estate
    dns: Dns
    now: datetime
    condition: Condition
    rehearse: Callable[[], Awaitable[Sequence[Rehearsal]]]
    fetch: Callable[[str], Awaitable[str]]


Check = Callable[[Visit], Awaitable[list[Finding]]]
