"""Where bounces come back: the MX of the envelope domain."""

import asyncio

from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.visit import Visit

ANSWERS = fine("RD400", "bounces have somewhere to go")
NOWHERE = error(
    "RD401",
    "the envelope domain has neither MX nor address; receivers refuse such senders",
    "publish an MX; domains.mx makes `relay dns` print it",
    alarm=True,
)
NULL = error(
    "RD402",
    "the envelope domain has a null MX: it takes no mail, so receivers refuse it as a sender",
    "publish an MX, or set identity.bounce_domain to a domain that has one",
    alarm=True,
)
DANGLING = error("RD403", "an MX leads to a name without address", "remove or correct it")
ELSEWHERE = note(
    "RD404",
    "bounces go to another server than domains.mx",
    "the relay learns of bounces only if they come to it; is this on purpose?",
)
IMPLICIT = warning(
    "RD405", "the envelope domain has an address but no MX", "publish an MX that names the server"
)
UNKNOWN = warning("RD406", "MX could not be looked up", "is the name server well? try again")

FINDINGS = (ANSWERS, NOWHERE, NULL, DANGLING, ELSEWHERE, IMPLICIT, UNKNOWN)
_MOST = 20


async def check(visit: Visit) -> list[Finding]:
    """Check the MX of the envelope domain."""
    domain = visit.estate.bounce_domain
    answer = await visit.dns.ask(domain, "MX")
    if answer.failed:
        return [UNKNOWN.at(domain, answer.failed)]
    hosts = [each.split()[-1].lower() for each in answer.records][:_MOST]
    if not hosts:
        return [await _without(visit, domain)]
    if hosts == ["."]:
        return [NULL.at(domain, answer.records[0])]
    found = [each for each in await asyncio.gather(*(_host(visit, host) for host in hosts)) if each]
    wanted = visit.estate.wishes.mx
    if wanted and wanted.lower().rstrip(".") not in hosts:
        found.append(ELSEWHERE.at(domain, ", ".join(hosts)))
    return found or [ANSWERS.at(domain, ", ".join(answer.records))]


async def _without(visit: Visit, domain: str) -> Finding:
    addresses = await visit.dns.addresses(domain)
    if addresses.records:
        return IMPLICIT.at(domain, ", ".join(addresses.records))
    return UNKNOWN.at(domain, addresses.failed) if addresses.failed else NOWHERE.at(domain)


async def _host(visit: Visit, host: str) -> Finding | None:
    addresses = await visit.dns.addresses(host)
    if addresses.failed:
        return UNKNOWN.at(host, addresses.failed)
    return None if addresses.records else DANGLING.at(host)
