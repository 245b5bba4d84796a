"""Checks of the hosts and of the identity: who may send, and whom our mail says it is from.

The rest of the checks is in checks.py; these are the ones that decide whether a stranger can relay
(P8) and whether a reply, a bounce or a notice reaches somebody (P4).
"""

import re
from collections.abc import Callable, Iterable, Iterator

from relay.config.model import Config
from relay.ingest.admission import open_networks
from relay.ingest.terms import STRANGER
from relay.mail.address import is_address, split
from relay.policy.identity import pattern_problem
from relay.policy.settings import HostSettings
from relay.yamlfile import Where

Problems = Iterator[tuple[Where, str]]
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?i)(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})+")
_HOST_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,126}[A-Za-z0-9])?")


def identity(config: Config) -> Problems:
    """Yield what is wrong with `identity` and the signing domain."""
    settings, signing = config.identity, config.signing
    domains: tuple[tuple[Where, str | None], ...] = (
        (("identity", "domain"), settings.domain),
        (("identity", "bounce_domain"), settings.bounce_domain),
        (("signing", "domain"), signing.domain),
        *((("signing", "keys", n, "domain"), key.domain) for n, key in enumerate(signing.keys)),
    )
    for where, domain in domains:
        if domain is not None and not _DOMAIN.fullmatch(domain):
            yield where, f"{where[-1]} must be a public domain, such as example.org"
    yield from _pattern(("identity", "from"), settings.from_)
    yield from _address(("identity", "postmaster"), settings.postmaster)
    yield from _address(("identity", "reply_to"), settings.reply_to)
    for number, domain in enumerate(settings.local_domains):
        if not _DOMAIN.fullmatch(domain.removeprefix("*.")):
            text = f'"{domain}" is no domain; write web01.example.org or *.hosts.example.org'
            yield ("identity", "local_domains", number), text


def hosts(config: Config) -> Problems:
    """Yield what is wrong with `hosts`, one by one and together."""
    if not config.hosts:
        yield ("hosts",), "there is no host, so nobody may send; name one"
    for number, host in enumerate(config.hosts):
        yield from _host(("hosts", number), host)
    yield from _shared(config.hosts, "name", lambda host: (host.name.lower(),))
    yield from _shared(config.hosts, "networks", lambda host: map(str, host.networks))
    yield from _shared(config.hosts, "users", lambda host: host.users)


def _host(at: Where, host: HostSettings) -> Problems:
    if not _HOST_NAME.fullmatch(host.name):
        yield (*at, "name"), "a host's name has letters, digits, dots and hyphens only"
    if host.name.lower() == STRANGER.name:
        yield (*at, "name"), f'"{host.name}" is the name of all who are no host; give it another'
    if not host.networks and not host.users:
        text = f'host "{host.name}" has neither networks nor users, so it can send nothing'
        yield (*at, "name"), text
    for text in open_networks([host]):
        yield (*at, "networks"), text
    yield from _address((*at, "owner"), host.owner)
    yield from _pattern((*at, "identity"), host.identity)


def _shared(
    all_hosts: Iterable[HostSettings],
    key: str,
    values: Callable[[HostSettings], Iterable[str]],
) -> Problems:
    """Yield what two hosts claim."""
    claimed: dict[str, HostSettings] = {}
    for number, host in enumerate(all_hosts):
        for value in values(host):
            first = claimed.setdefault(value, host)
            if first is host:
                continue
            text = f'"{value}" belongs to host "{first.name}" already; remove one of the two'
            if key == "name":
                text = f'there are two hosts "{host.name}"; merge them'
            yield ("hosts", number, key), text


def _address(where: Where, address: str | None) -> Problems:
    if address is not None and not (is_address(address) and "." in split(address)[1]):
        yield where, f"{where[-1]} must be an address with a domain, such as ops@example.org"


def _pattern(where: Where, pattern: str | None) -> Problems:
    problem = pattern_problem(pattern) if pattern is not None else None
    if problem:
        yield where, f"{where[-1]}: {problem}"
