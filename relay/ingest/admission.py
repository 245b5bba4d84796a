"""Who may relay, and to whom: decisions over the configuration, without effects.

A host is known by the network it comes from, the longest prefix winning, or by the user that it
authenticated as. A peer that is neither never relays. An `Admission` over networks that are no
set of hosts, such as 0.0.0.0/0, cannot even be built, so no slip in the configuration makes an
open relay (P8). Recipients are compared with the allowed patterns; local names always pass, since
policy sends them to the host's owner; addresses that ask us to route (`user%evil@here`,
`evil!user`) never do. What happens next: session.py says so to the client.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
)

from relay.errors import ConfigError
from relay.ingest.path import unquoted
from relay.policy.destinations import is_local_domain
from relay.policy.settings import HostSettings

Network = IPv4Network | IPv6Network

# Not `is_private`: Python before 3.13 finds 0.0.0.0/0 private.
_INSIDE: tuple[Network, ...] = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("100.64.0.0/10"),
    IPv4Network("127.0.0.0/8"),
    IPv4Network("169.254.0.0/16"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv6Network("fc00::/7"),
    IPv6Network("fe80::/10"),
)
_SHORTEST_PREFIX = {4: 16, 6: 32}
_ROUTING = re.compile(r"[%!@]")


def open_networks(hosts: Iterable[HostSettings]) -> list[str]:
    """Return a problem for each network that is too wide to be an organisation's own hosts."""
    return [
        f"host {host.name}: {network} would let strangers relay; list the networks of your own"
        f" hosts (a public one no wider than /{_SHORTEST_PREFIX[network.version]})"
        for host in hosts
        for network in host.networks
        if network.prefixlen < _SHORTEST_PREFIX[network.version] and not _is_inside(network)
    ]


def _is_inside(network: Network) -> bool:
    return any(
        network.version == inside.version
        and network.prefixlen >= inside.prefixlen
        and network.network_address in inside
        for inside in _INSIDE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """The configuration, indexed for questions. `networks` has the longest prefixes first."""

    networks: tuple[tuple[int, int, Mapping[int, HostSettings]], ...]
    users: Mapping[str, HostSettings]
    allowed: re.Pattern[str]
    local_domains: frozenset[str]

    def host_at(self, address: str) -> HostSettings | None:
        """Return the host that submits from `address`, None for a stranger."""
        ip = ip_address(canonical(address))
        number, bits = int(ip), ip.max_prefixlen
        for version, length, by_number in self.networks:
            if version == ip.version:
                host = by_number.get(number >> (bits - length))
                if host is not None:
                    return host
        return None

    def host_of(self, user: str) -> HostSettings | None:
        """Return the host that `user` speaks for."""
        return self.users.get(user)

    def objection(self, recipient: str) -> str | None:
        """Return why nothing may be sent to `recipient`, None if it may."""
        local, domain = _split(recipient)
        if _ROUTING.search(unquoted(local)):
            return "routing in the local part is refused"
        # What is a host's own name goes to its owner, whom no list of recipients leaves out.
        if is_local_domain(domain, self.local_domains) or self.allowed.fullmatch(recipient):
            return None
        return "recipient not allowed here"


def _split(recipient: str) -> tuple[str, str]:
    """Split an address from path.py; what ends in a quote has no domain, whatever it quotes."""
    local, at, domain = recipient.rpartition("@")
    return (local, domain) if at and not recipient.endswith('"') else (recipient, "")


@lru_cache(maxsize=4_096)
def canonical(address: str) -> str:
    """Return an address without zone, IPv4 even where the socket shows it in IPv6 (RFC 4291)."""
    ip: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return str(ip)


def admission(
    hosts: Iterable[HostSettings], allowed: Iterable[str], local_domains: Iterable[str] = ()
) -> Admission:
    """Index the configuration; raise ConfigError where it would make an open relay."""
    hosts = tuple(hosts)
    problems = open_networks(hosts)
    if problems:
        raise ConfigError(problems)
    return Admission(
        networks=_by_length(hosts),
        users={user: host for host in hosts for user in host.users},
        allowed=_pattern(allowed),
        local_domains=frozenset(domain.lower() for domain in local_domains),
    )


def _by_length(
    hosts: tuple[HostSettings, ...],
) -> tuple[tuple[int, int, Mapping[int, HostSettings]], ...]:
    tables: dict[tuple[int, int], dict[int, HostSettings]] = {}
    for host in hosts:
        for network in host.networks:
            length = network.prefixlen
            number = int(network.network_address) >> (network.max_prefixlen - length)
            tables.setdefault((network.version, length), {}).setdefault(number, host)
    ordered = sorted(tables.items(), key=lambda entry: -entry[0][1])
    return tuple((version, length, table) for (version, length), table in ordered)


def _pattern(allowed: Iterable[str]) -> re.Pattern[str]:
    """Make one expression of patterns in which `*` stands for anything."""
    each = (".*".join(map(re.escape, pattern.split("*"))) for pattern in allowed)
    return re.compile("|".join(f"(?:{one})" for one in each) or r"(?!)", re.IGNORECASE | re.DOTALL)
