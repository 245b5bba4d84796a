"""A domain that is in order, to be put out of order by the tests: its estate and its zone."""

import base64
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from relay.domains.doctor import CHECKS, examine
from relay.domains.estate import Estate, PublishedKey
from relay.domains.finding import Finding, Severity
from relay.domains.lookup import Dns
from relay.domains.settings import DomainsSettings
from relay.domains.visit import Check, Condition, Visit
from tests.dns_server import DnsServer

Zone = Mapping[str, Any]
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RSA = "v=DKIM1; k=rsa; p=" + base64.b64encode(b"an rsa key").decode()
ED = "v=DKIM1; k=ed25519; p=" + base64.b64encode(b"an ed25519 key").decode()
SPF = "v=spf1 ip4:192.0.2.25 -all"
DMARC = "v=DMARC1; p=reject; rua=mailto:dmarc@example.org"
POLICY = "version: STSv1\r\nmode: enforce\r\nmx: mx.example.org\r\nmax_age: 604800\r\n"

KEYS = (
    PublishedKey(selector="a-rsa", domain="example.org", text=RSA),
    PublishedKey(selector="a-ed25519", domain="example.org", text=ED),
)

GOOD: Zone = {
    "example.org": {"TXT": [f'"{SPF}"', '"another=text"'], "MX": ["10 mx.example.org."]},
    "mx.example.org": {"A": ["192.0.2.25"]},
    "relay.example.org": {"A": ["192.0.2.25"], "TXT": ['"v=spf1 a -all"']},
    "25.2.0.192.in-addr.arpa": {"PTR": ["relay.example.org."]},
    "_dmarc.example.org": f'"{DMARC}"',
    "a-rsa._domainkey.example.org": f'"{RSA}"',
    "a-ed25519._domainkey.example.org": f'"{ED}"',
    "_mta-sts.example.org": '"v=STSv1; id=1"',
    "_smtp._tls.example.org": '"v=TLSRPTv1; rua=mailto:tls@example.org"',
}


def changed(*left_out: str, **put_in: Any) -> Zone:
    """Return the good zone without some names and with others (`__` is a dot, `_at_` nothing)."""
    kept = {name: records for name, records in GOOD.items() if name not in left_out}
    return kept | put_in


def estate(**changes: Any) -> Estate:
    wishes = changes.pop("wishes", {})
    settings: dict[str, Any] = {
        "from_domains": ("example.org",),
        "bounce_domain": "example.org",
        "hostname": "relay.example.org",
        "helos": ("relay.example.org",),
        "egress": (ip_address("192.0.2.25"),),
        "keys": KEYS,
        "postmaster": "postmaster@example.org",
        "reports": wishes.get("reports") or "postmaster@example.org",
        "spf_terms": (),
        "listeners": (),
        "wishes": DomainsSettings(mx="mx.example.org", **wishes),
    }
    return Estate(**settings | changes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A rehearsal that was never held."""

    upstream: str = "smarthost"
    host: str = "mail.example.net"
    port: int = 587
    failed_at: str | None = None
    reply: str = "250 ok"
    extensions: tuple[str, ...] = ("8bitmime", "size")
    certificate: bytes | None = None
    authenticated: bool = True


async def fetched(url: str) -> str:
    assert url == "https://mta-sts.example.org/.well-known/mta-sts.txt"
    return POLICY


async def visited(
    zone: Zone,
    ours: Estate,
    *,
    checks: Sequence[Check] = CHECKS,
    heard: Sequence[Heard] = (),
    condition: Condition = Condition(),  # noqa: B008 - frozen
    fetch: Callable[[str], Awaitable[str]] = fetched,
    secure: bool = False,
) -> list[Finding]:
    """Return what the doctor finds in `zone`, by a real server on loopback."""

    async def rehearse() -> Sequence[Heard]:
        return heard

    with DnsServer(zone, secure=secure) as server:
        visit = Visit(
            estate=ours,
            dns=Dns([(server.host, server.port)], 3),
            now=NOW,
            condition=condition,
            rehearse=rehearse,
            fetch=fetch,
        )
        return await examine(visit, checks)


def amiss(findings: Sequence[Finding]) -> set[str]:
    """Return the IDs of what is not fine."""
    return {each.id for each in findings if each.severity is not Severity.OK}
