"""Who gets a mail: local names go to people, everybody else stays, policy may redirect and add.

`root`, `root@web01`, `root@web01.internal` name nobody outside their host; such mail goes to the
host's owner, or else to the postmaster, so that it reaches somebody. Each accepted recipient has
one destination, whatever happens (P1), and a failure has at least one (P4).
What happens next: pipeline/conclude.py makes one outgoing mail for each distinct destination.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from ipaddress import ip_address

from relay.mail.address import split
from relay.policy.decision import Destination, Reason
from relay.policy.match import like
from relay.policy.rules import Rule
from relay.policy.settings import IdentitySettings
from relay.policy.values import OWNER, POSTMASTER

# RFC 6761, RFC 6762, RFC 8375, ICANN's `internal`, and what routers and installers make up.
_INTERNAL = ("localhost", "local", "localdomain", "internal", "lan", "home.arpa")


def is_local(address: str, local_domains: Collection[str]) -> bool:
    """Say whether `address` means nobody outside its host."""
    return is_local_domain(split(address)[1], local_domains)


def is_local_domain(domain: str, local_domains: Collection[str]) -> bool:
    """Say whether `domain` is a host's own name; an entry `*.x` stands for everything below x."""
    domain = domain.rstrip(".").lower()
    if domain.startswith("["):
        return _is_inside(domain)
    if "." not in domain or f".{domain}".endswith(tuple(f".{name}" for name in _INTERNAL)):
        return True
    return any(
        domain.endswith(entry[1:].lower()) if entry.startswith("*.") else domain == entry.lower()
        for entry in local_domains
    )


def _is_inside(literal: str) -> bool:
    """Say whether an address literal (RFC 5321 s4.1.3) is a private one."""
    try:
        address = ip_address(literal.strip("[]").removeprefix("ipv6:"))
    except ValueError:
        return True  # no server could deliver to it, so it must not leave
    return address.is_private or address.is_loopback or address.is_link_local


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """One destination for each recipient, those who get a copy as well, and why."""

    destinations: tuple[Destination, ...]
    copies: tuple[str, ...]
    reasons: tuple[Reason, ...]


def address(
    recipients: Iterable[str], rules: Iterable[Rule], owner: str, identity: IdentitySettings
) -> Addressed:
    """Return where the mail for `recipients` goes, by the `rules` that apply to it."""
    destinations: list[Destination] = []
    copies: list[str] = []
    reasons: list[Reason] = []
    orders = [rule for rule in rules if rule.then.recipients]
    for recipient in dict.fromkeys(recipients):
        to, also, reason = _one(recipient, orders, owner, identity)
        destinations.append(Destination(recipient=recipient, to=to))
        copies += also
        reasons += [reason] if reason else []
    for rule in orders:
        added = _named(rule.then.recipients.add, owner, identity) if rule.then.recipients else ()
        copies += added
        reasons += [Reason(rule=rule.label, text=f"{each} gets it as well") for each in added]
    reached = {destination.to for destination in destinations}
    return Addressed(
        destinations=tuple(destinations),
        copies=tuple(each for each in dict.fromkeys(copies) if each not in reached),
        reasons=tuple(reasons),
    )


def _one(
    recipient: str, orders: list[Rule], owner: str, identity: IdentitySettings
) -> tuple[str, tuple[str, ...], Reason | None]:
    """Return where one recipient's copy goes, who else gets it instead, and why."""
    for rule in orders:
        redirect = rule.then.recipients.redirect if rule.then.recipients else ()
        if redirect and (not rule.match.recipient or like(rule.match.recipient, (recipient,))):
            first, *rest = _named(redirect, owner, identity)
            text = f"{recipient} is redirected to {', '.join((first, *rest))}"
            return first, tuple(rest), Reason(rule=rule.label, text=text)
    if not is_local(recipient, identity.local_domains):
        return recipient, (), None
    text = f"{recipient} is a name on its host only, so it goes to {owner}"
    return owner, (), Reason(rule="policy.destinations", text=text)


def _named(targets: Iterable[str], owner: str, identity: IdentitySettings) -> tuple[str, ...]:
    words = {OWNER: owner, POSTMASTER: identity.postmaster}
    return tuple(words.get(target, target) for target in targets)
