"""DMARC: is there a policy, can it be read, and do DKIM and SPF align with each From domain?

A mail passes if one of the two aligns. Both should: each is lost on some ways (a forwarder breaks
SPF, a list breaks DKIM). The record is read by checkdmarc, which knows RFC 9989's tags.
"""

import asyncio
from urllib.parse import unquote

from relay.domains.dmarc import Policy, discover, tags
from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.visit import Visit

_LONGEST = 2000
_MOST_REPORTS = 10

ALIGNED = fine("RD300", "DKIM and SPF align with From")
MISSING = warning(
    "RD301",
    "there is no DMARC policy; large receivers ask for one",
    "publish what `relay dns` prints",
)
SEVERAL = error("RD302", "there are several DMARC records, so none counts", "leave one")
BROKEN = error("RD303", "the DMARC record cannot be read", "correct it; the evidence says where")
NEITHER = error(
    "RD304",
    "neither DKIM nor SPF aligns with From, so DMARC fails",
    "sign with a key of the From domain (signing.domain), or put From into the signing domain",
    alarm=True,
)
NO_DKIM = warning(
    "RD305",
    "DKIM does not align with From; a forwarded mail fails DMARC",
    "sign with a key of the From domain: signing.keys[].domain",
)
NO_SPF = note(
    "RD306",
    "SPF does not align with From; all rests on DKIM",
    "set identity.bounce_domain to a name below the From domain",
)
WATCHING = note(
    "RD307",
    "p=none: receivers do nothing about mail that forges yours",
    "when the reports look right, go to p=quarantine, then to p=reject",
)
UNKNOWN = warning("RD308", "DMARC could not be looked up", "is the name server well? try again")
NO_REPORTS = note("RD309", "nobody gets reports (no rua=)", "add rua=mailto:ADDRESS")
ODD = note("RD310", "the DMARC record has oddities", "see the evidence")
UNWANTED = warning(
    "RD311",
    "the domain that reports go to does not agree, so none will come",
    "publish v=DMARC1; at DOMAIN._report._dmarc of that domain",
)

FINDINGS = (
    ALIGNED, MISSING, SEVERAL, BROKEN, NEITHER, NO_DKIM, NO_SPF, WATCHING, UNKNOWN, NO_REPORTS, ODD,
    UNWANTED,
)  # fmt: skip


async def check(visit: Visit) -> list[Finding]:
    """Check each domain that From may have."""
    each = await asyncio.gather(*(_domain(visit, name) for name in visit.estate.from_domains))
    return [finding for findings in each for finding in findings]


async def _domain(visit: Visit, domain: str) -> list[Finding]:
    policy = await discover(visit.dns, domain)
    if policy.failed:
        return [UNKNOWN.at(domain, policy.failed)]
    found = await _alignment(visit, policy)
    if policy.several_at:
        found.append(SEVERAL.at(f"_dmarc.{policy.several_at}"))
    elif policy.record is None:
        found.append(MISSING.at(domain))
    else:
        found += await _record(visit, policy, policy.record)
    return found


async def _alignment(visit: Visit, policy: Policy) -> list[Finding]:
    domain, shown = policy.domain, tags(policy.record or "")
    signers = dict.fromkeys(key.domain for key in visit.estate.keys)
    dkim = [each for each in signers if await _aligned(visit, policy, each, shown.get("adkim"))]
    envelope = visit.estate.bounce_domain
    spf = await _aligned(visit, policy, envelope, shown.get("aspf"))
    evidence = f"signed by {', '.join(signers) or 'nobody'}; envelope sender at {envelope}"
    if dkim and spf:
        return [ALIGNED.at(domain, evidence)]
    if not dkim and not spf:
        return [NEITHER.at(domain, evidence)]
    return [(NO_SPF if dkim else NO_DKIM).at(domain, evidence)]


async def _aligned(visit: Visit, policy: Policy, other: str, mode: str | None) -> bool:
    """Say whether `other` aligns with From, strictly or by organisation (RFC 9989 s4.4)."""
    if other == policy.domain or mode == "s":
        return other == policy.domain
    theirs = await discover(visit.dns, other)
    if theirs.record is None and policy.record is None:  # no record: no walk finds an organisation
        return other.endswith(f".{policy.domain}") or policy.domain.endswith(f".{other}")
    return theirs.organisation == policy.organisation


async def _record(visit: Visit, policy: Policy, record: str) -> list[Finding]:
    name, shown = f"_dmarc.{policy.found_at}", tags(record)
    problem, oddities = await asyncio.to_thread(read, record, policy.found_at or policy.domain)
    if problem:
        return [BROKEN.at(name, f"{problem}: {record}")]
    found = [ODD.at(name, each) for each in oddities]
    exact = policy.found_at == policy.domain
    if (shown.get("p") if exact else shown.get("sp", shown.get("p"))) == "none":
        found.append(WATCHING.at(name, record))
    if "rua" not in shown:
        found.append(NO_REPORTS.at(name, record))
    return found + await _reports(visit, policy, shown.get("rua", ""))


async def _reports(visit: Visit, policy: Policy, targets: str) -> list[Finding]:
    found, at = [], policy.found_at or policy.domain
    for uri in targets.split(",")[:_MOST_REPORTS]:
        domain = unquote(uri.partition("!")[0]).rpartition("@")[2].strip().lower()
        theirs = await discover(visit.dns, domain) if domain else None
        if theirs is None or theirs.organisation == policy.organisation or theirs.failed:
            continue
        name = f"{at}._report._dmarc.{domain}"
        answer = await visit.dns.ask(name, "TXT")
        if answer.failed is None and not any("DMARC1" in each for each in answer.records):
            found.append(UNWANTED.at(domain, f"no record at {name}"))
    return found


def read(record: str, domain: str) -> tuple[str | None, list[str]]:
    """Return what makes a record unreadable, and what is odd in it."""
    # Half a second of importing, which no other command should pay for.
    from checkdmarc.dmarc import DMARCError, parse_dmarc_record  # noqa: PLC0415

    if len(record) > _LONGEST:
        return "it is too long", []
    # Without its reports: checkdmarc would look up where they go, without our limits.
    kept = [
        part for part in record.split(";") if not part.strip().lower().startswith(("rua", "ruf"))
    ]
    try:
        parsed = parse_dmarc_record(";".join(kept).strip(), domain)
    except DMARCError as problem:
        return str(problem), []
    return None, [each for each in parsed["warnings"] if "rua" not in each and "p=none" not in each]
