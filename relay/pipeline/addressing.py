"""What addressing a mail takes from the configuration, and how urgent a mail is.

What happens next: conclude.py addresses reports, settle.py notices, compose.py our own mails.
"""

from dataclasses import dataclass

from relay.choice.links import Links
from relay.pipeline.routing import Way, way_for
from relay.policy.match import like
from relay.reports.report import Verdict

URGENT, ORDINARY = 0, 1
_URGENT = {Verdict.FAILURE, Verdict.UNKNOWN}


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressing:
    """What addressing needs from the configuration.

    `relay` and `domain` are who writes our own mails. `owners` names for each host who is told
    of its bounces; the rest is the postmaster's. `zone` is the operator's time zone. `links` are
    how recipients say no, `shared` the addresses of which no single member may. `upstream` is
    where mail leaves by, unless one of `ways` says otherwise. `reports` is where the relay itself
    reads what receivers report.
    """

    relay: str
    domain: str
    upstream: str
    bounce_domain: str
    verp_key: bytes
    postmaster: str
    owners: dict[str, str]
    zone: str = "UTC"
    postal_address: str | None = None
    links: Links | None = None
    shared: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
    reports: str | None = None

    def upstream_for(self, recipient: str, ordered: str | None = None) -> str:
        """Return where a mail leaves by; `ordered` is what a policy says, an upstream or group."""
        return way_for(self.ways, ordered, recipient) or ordered or self.upstream

    def owner_of(self, host: str) -> str:
        """Return who answers for `host`."""
        return self.owners.get(host, self.postmaster)

    def stewards(self, host: str) -> tuple[str, str]:
        """Return who is told where everybody has declined: the owner, then the postmaster."""
        return self.owner_of(host), self.postmaster

    def is_shared(self, address: str) -> bool:
        """Whether several people get the mail for `address`."""
        return like(self.shared, (address,)) if self.shared else False

    def notice_to(self, host: str, target: str) -> str:
        """Return who is told when a mail to `target` bounces: never that very address."""
        owner = self.owner_of(host)
        return owner if owner.lower() != target.lower() else self.postmaster


def priority(verdict: Verdict) -> int:
    """Return how urgent a mail with this verdict is: failures and unknowns go first (P3)."""
    return URGENT if verdict in _URGENT else ORDINARY
