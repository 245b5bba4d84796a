"""Where the mail of a domain goes: its exchanges in the order in which to try them.

RFC 5321 s5.1: MX first, equal preferences in random order, a domain without MX is its own exchange.
RFC 7505: a null MX takes no mail, ever. Where we stand in the list ourselves, only what is better
than us is left, or mail would go in circles. A domain that does not exist is refused; a name
server that does not answer is nobody's refusal.
What happens next: direct.py tries them.
"""

import random
from collections.abc import Iterable
from dataclasses import dataclass

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.name
import dns.rdatatype
import dns.resolver

_MOST = 10  # exchanges of a domain that are looked at
_SECONDS = 20.0
_SILENT = (dns.resolver.NoNameservers, dns.exception.Timeout, dns.exception.DNSException, OSError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One server; `secure` if its name came by DNSSEC."""

    preference: int
    host: str
    secure: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRoute:
    """Why there is nowhere to go: for good with a `code`, else for now."""

    code: int | None
    why: str


class Dns:
    """Look-ups by one resolver. `trusted`: its AD bit may be believed (RFC 7672 s2.2.1)."""

    def __init__(self, resolver: dns.asyncresolver.Resolver, trusted: bool) -> None:
        self._resolver = resolver
        self._trusted = trusted
        if trusted:
            resolver.use_edns(0, dns.flags.DO, 1232)
            resolver.flags = dns.flags.RD | dns.flags.AD

    async def find(self, name: str, kind: str) -> tuple[list[str], bool] | NoRoute:
        """Return the records of a name as text, none if there are none, and whether secure."""
        try:
            answer = await self._resolver.resolve(
                name.rstrip(".") + ".", kind, search=False, lifetime=_SECONDS
            )
        except dns.resolver.NXDOMAIN:
            return NoRoute(code=550, why=f"550 5.1.2 {name} does not exist")
        except dns.resolver.NoAnswer:
            return [], False
        except _SILENT as error:
            why = f"451 4.4.3 {name} {kind}: {str(error) or type(error).__name__}"
            return NoRoute(code=None, why=why)
        secure = self._trusted and bool(answer.response.flags & dns.flags.AD)
        return [record.to_text() for record in answer], secure

    async def addresses(self, host: str) -> list[str] | NoRoute:
        """Return the addresses of a host, IPv6 first (RFC 5321 s5.2)."""
        found: list[str] = []
        for kind in ("AAAA", "A"):
            records = await self.find(host, kind)
            if isinstance(records, NoRoute):
                return records
            found += records[0]
        return found


async def exchanges(domain: str, dns: Dns, ourselves: Iterable[str]) -> list[Exchange] | NoRoute:
    """Return the exchanges of `domain` in the order in which to try them."""
    found = await dns.find(domain, "MX")
    if isinstance(found, NoRoute):
        return found
    records, secure = found
    if not records:
        return [Exchange(preference=0, host=domain)]
    return ranked(domain, records, secure, ourselves)


def ranked(
    domain: str, records: Iterable[str], secure: bool, ourselves: Iterable[str]
) -> list[Exchange] | NoRoute:
    """Return what MX records (`10 mx.example.`) say, in the order in which to try them."""
    found = [_exchange(record, secure) for record in records]
    if [each.host for each in found] == [""]:
        # RFC 7505 s4.2
        return NoRoute(code=556, why=f"556 5.1.10 {domain} takes no mail (null MX)")
    names = {name.lower().rstrip(".") for name in ourselves}
    best_of_us = min((each.preference for each in found if each.host in names), default=1 << 16)
    better = [each for each in found if each.host and each.preference < best_of_us]
    if not better:
        return NoRoute(code=None, why=f"451 4.4.6 mail for {domain} would come back to us")
    random.shuffle(better)
    return sorted(better, key=lambda each: each.preference)[:_MOST]


def _exchange(record: str, secure: bool) -> Exchange:
    preference, _, host = record.partition(" ")
    return Exchange(preference=int(preference), host=host.lower().rstrip("."), secure=secure)


def system_dns() -> Dns:
    """Return the machine's resolver; only one on this machine may vouch for DNSSEC."""
    resolver = dns.asyncresolver.Resolver()
    trusted = all(str(each) in ("127.0.0.1", "::1") for each in resolver.nameservers)
    return Dns(resolver, trusted)
