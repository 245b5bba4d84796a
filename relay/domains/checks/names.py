"""Names and addresses of our egress: EHLO, forward and back, as receivers compare them.

Where mail leaves by a smarthost, the receivers see the smarthost's name, and these are its matter;
so only addresses that are configured as ours are checked.
"""

import asyncio
import ipaddress

from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.settings import Address
from relay.domains.visit import Visit

MATCHES = fine("RD700", "name and address lead to each other")
NO_PTR = error(
    "RD701",
    "the address has no name (PTR); large receivers refuse it",
    "whoever provides the address sets it",
    alarm=True,
)
ONE_WAY = error(
    "RD702",
    "the name of the address (PTR) does not lead back to it",
    "publish an A or AAAA record for that name, or have the PTR changed",
)
STRANGE_HELO = warning(
    "RD703",
    "the name in EHLO does not lead to an address that we send from",
    "set ingest.hostname or upstreams[].helo to a name that does",
)
NO_NAME = warning("RD704", "the name in EHLO is no full name", "set ingest.hostname")
OTHER_NAME = note("RD705", "EHLO says another name than PTR", "best is the same in both")
UNKNOWN = warning("RD706", "a name could not be looked up", "is the name server well? try again")

FINDINGS = (MATCHES, NO_PTR, ONE_WAY, STRANGE_HELO, NO_NAME, OTHER_NAME, UNKNOWN)
_MOST = 5


async def check(visit: Visit) -> list[Finding]:
    """Check each name in EHLO and each address that we send from."""
    estate = visit.estate
    addresses = await asyncio.gather(*(_address(visit, each) for each in estate.egress))
    names = await asyncio.gather(*(_helo(visit, each) for each in estate.helos))
    return [*addresses, *(each for each in names if each is not None)]


async def _address(visit: Visit, address: Address) -> Finding:
    answer = await visit.dns.ask(address.reverse_pointer, "PTR")
    if answer.failed:
        return UNKNOWN.at(str(address), answer.failed)
    if not answer.records:
        return NO_PTR.at(str(address), f"nothing at {address.reverse_pointer}")
    names = [each.lower() for each in answer.records[:_MOST]]
    forward = await asyncio.gather(*(visit.dns.addresses(name) for name in names))
    back = [
        name for name, each in zip(names, forward, strict=True) if _leads(each.records, address)
    ]
    if not back:
        return ONE_WAY.at(str(address), f"PTR {', '.join(names)}")
    if not set(back) & {each.lower() for each in visit.estate.helos}:
        evidence = f"PTR {', '.join(back)}, EHLO {', '.join(visit.estate.helos)}"
        return OTHER_NAME.at(str(address), evidence)
    return MATCHES.at(str(address), ", ".join(back))


async def _helo(visit: Visit, name: str) -> Finding | None:
    if "." not in name or name.startswith("localhost"):
        return NO_NAME.at(name)
    if not visit.estate.egress:
        return None
    answer = await visit.dns.addresses(name)
    if answer.failed:
        return UNKNOWN.at(name, answer.failed)
    if any(_leads(answer.records, each) for each in visit.estate.egress):
        return None
    return STRANGE_HELO.at(name, ", ".join(answer.records) or "no address")


def _leads(records: tuple[str, ...], address: Address) -> bool:
    return any(ipaddress.ip_address(each) == address for each in records)
