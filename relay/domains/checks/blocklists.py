"""DNS blocklists: are addresses that we send from on one? (RFC 5782)

An answer in 127.255.255.0/24 says that the list refused to answer, because of a public resolver or
too many queries; whoever takes it for a listing blocks everybody. Any other answer outside of
127.0.0.0/8 is a list that is gone and answers everything.
"""

import asyncio
import ipaddress

from relay.domains.finding import Finding, error, fine, warning
from relay.domains.settings import Address
from relay.domains.visit import Visit

_REFUSALS = ipaddress.ip_network("127.255.255.0/24")
_LISTINGS = ipaddress.ip_network("127.0.0.0/8")

CLEAN = fine("RD750", "not listed")
LISTED = error(
    "RD751",
    "an address that we send from is listed",
    "find the cause first, then ask for removal at the address in the evidence",
)
REFUSED = warning(
    "RD752",
    "the blocklist refused to answer; this is no listing",
    "ask through a resolver of your own (domains.resolver), not a public one",
)
DEAD = warning(
    "RD753", "the blocklist gives answers that no list gives", "remove it from domains.blocklists"
)
UNKNOWN = warning("RD754", "the blocklist could not be asked", "is the name server well? try again")

FINDINGS = (CLEAN, LISTED, REFUSED, DEAD, UNKNOWN)


async def check(visit: Visit) -> list[Finding]:
    """Ask each list for each address."""
    pairs = [
        (each, zone) for each in visit.estate.egress for zone in visit.estate.wishes.blocklists
    ]
    return list(await asyncio.gather(*(_one(visit, *pair) for pair in pairs)))


async def _one(visit: Visit, address: Address, zone: str) -> Finding:
    subject = f"{address} in {zone}"
    name = f"{_reversed(address)}.{zone}"
    answer = await visit.dns.ask(name, "A")
    if answer.failed:
        return UNKNOWN.at(subject, answer.failed)
    codes = [ipaddress.ip_address(each) for each in answer.records]
    evidence = ", ".join(answer.records)
    if any(each in _REFUSALS for each in codes):
        return REFUSED.at(subject, evidence)
    if any(each not in _LISTINGS for each in codes):
        return DEAD.at(subject, evidence)
    if codes:
        texts = (await visit.dns.ask(name, "TXT")).records
        return LISTED.at(subject, " ".join((evidence, *texts)))
    return CLEAN.at(subject)


def _reversed(address: Address) -> str:
    """Return an address as a blocklist has it: the reverse name without its zone."""
    return address.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
