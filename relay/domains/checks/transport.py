"""MTA-STS and TLS reports of the envelope domain: how others are to send bounces to us.

Neither decides about the mail that we send. A policy that excludes our own server loses bounces,
though, which is worse than none.
"""

import re

from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.records import policy_url
from relay.domains.visit import Visit

_STS = re.compile(r"v=STSv1\s*;\s*id=[A-Za-z0-9]{1,32}\s*(?:;.*)?")
_TLSRPT = re.compile(r"v=TLSRPTv1\s*;\s*rua=(?:mailto:\S+@\S+|https://\S+)(?:\s*;.*)?")
_MODES = ("enforce", "testing", "none")

STS = fine("RD500", "the MTA-STS policy is served and fits the MX")
NO_STS = note("RD501", "there is no MTA-STS", "set domains.mta_sts to testing, then to enforce")
BAD_STS = warning(
    "RD502", "the MTA-STS record cannot be read, so it does not count", "publish it as printed"
)
NO_POLICY = warning(
    "RD503", "the MTA-STS policy cannot be fetched", "serve what `relay dns` prints there"
)
BAD_POLICY = warning("RD504", "the MTA-STS policy cannot be read", "serve it as printed")
EXCLUDED = error(
    "RD505",
    "the MTA-STS policy leaves out an MX, so others may not deliver bounces there",
    "name it in the policy, and change the id of the record",
)
TESTING = note("RD506", "MTA-STS does not enforce anything", "when reports are clean, enforce it")
REPORTED = fine("RD550", "TLS reports have somewhere to go")
NO_REPORTS = note("RD551", "there is no TLSRPT record", "publish what `relay dns` prints")
BAD_REPORTS = warning("RD552", "the TLSRPT record cannot be read", "publish it as printed")
UNKNOWN = warning("RD553", "a record could not be looked up", "is the name server well? try again")

FINDINGS = (
    STS, NO_STS, BAD_STS, NO_POLICY, BAD_POLICY, EXCLUDED, TESTING, REPORTED, NO_REPORTS,
    BAD_REPORTS, UNKNOWN,
)  # fmt: skip


async def check(visit: Visit) -> list[Finding]:
    """Check both for the envelope domain."""
    return [*await _mta_sts(visit), await _tls_reports(visit)]


async def _mta_sts(visit: Visit) -> list[Finding]:
    name = f"_mta-sts.{visit.estate.bounce_domain}"
    answer = await visit.dns.ask(name, "TXT")
    if answer.failed:
        return [UNKNOWN.at(name, answer.failed)]
    records = [each for each in answer.records if each.startswith("v=STSv1")]
    if not records:
        return [NO_STS.at(name)]
    if len(records) > 1 or not _STS.fullmatch(records[0]):
        return [BAD_STS.at(name, " | ".join(records))]
    return await _policy(visit)


async def _policy(visit: Visit) -> list[Finding]:
    domain = visit.estate.bounce_domain
    url = policy_url(domain)
    try:
        text = await visit.fetch(url)
    except (OSError, ValueError) as problem:
        return [NO_POLICY.at(url, str(problem))]
    fields = [tuple(part.strip() for part in line.split(":", 1)) for line in text.splitlines()]
    pairs = [each for each in fields if len(each) == 2]
    mode = next((value for key, value in pairs if key == "mode"), None)
    served = [value.lower() for key, value in pairs if key == "mx"]
    if ("version", "STSv1") not in pairs or mode not in _MODES:
        return [BAD_POLICY.at(url, text)]
    if mode == "none":
        return [TESTING.at(url, text)]
    answer = await visit.dns.ask(domain, "MX")
    hosts = [each.split()[-1].lower() for each in answer.records]
    left_out = [host for host in hosts if not _covers(served, host)]
    if left_out:
        return [EXCLUDED.at(url, f"{', '.join(left_out)} is not in {', '.join(served)}")]
    return [(STS if mode == "enforce" else TESTING).at(url, text)]


def _covers(patterns: list[str], host: str) -> bool:
    """Say whether a policy names `host`; `*.` is one label (RFC 8461 s4.1)."""
    return host in patterns or f"*.{host.partition('.')[2]}" in patterns


async def _tls_reports(visit: Visit) -> Finding:
    name = f"_smtp._tls.{visit.estate.bounce_domain}"
    answer = await visit.dns.ask(name, "TXT")
    if answer.failed:
        return UNKNOWN.at(name, answer.failed)
    records = [each for each in answer.records if each.startswith("v=TLSRPTv1")]
    if not records:
        return NO_REPORTS.at(name)
    good = len(records) == 1 and _TLSRPT.fullmatch(records[0])
    return (REPORTED if good else BAD_REPORTS).at(name, " | ".join(records))
