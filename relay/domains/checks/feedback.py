"""What receivers reported lately: does mail of ours fail, and does somebody else send as us?

An address is ours if the configuration says so, or if most of its mail passes. Nobody proves who
wrote a report, so only what our own addresses did is more than worth knowing.
"""

from collections.abc import Sequence

from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.visit import Sender, Visit

_FEW = 5
_SHARE = 0.05
_MOST = 5

PASSES = fine("RD350", "receivers report that our mail passes DMARC")
FAILS = error(
    "RD351",
    "receivers report that mail from an address of ours fails DMARC",
    "`relay feedback` has the figures; the findings above say what does not align",
    alarm=True,
)
SOME_FAILS = warning(
    "RD352",
    "receivers report that some mail from an address of ours fails DMARC",
    "does another program there send with this domain? let it send through the relay",
)
OTHERS = note(
    "RD353",
    "mail with our domain comes from an address that is not ours, and fails DMARC",
    "if it is a host of yours, let it send through the relay; if not, p=reject stops it",
)
TLS_FAILS = warning(
    "RD560",
    "senders report that sessions with our servers fail",
    "`relay feedback --tls` has the figures; look at MX, certificate and MTA-STS policy",
)

FINDINGS = (PASSES, FAILS, SOME_FAILS, OTHERS, TLS_FAILS)


async def check(visit: Visit) -> list[Finding]:
    """Weigh what the store knows of the last days."""
    domains = visit.estate.domains
    known = [each for each in visit.condition.senders if each.domain in domains]
    ours = [each for each in known if _is_ours(visit, each)]
    others = [each for each in known if each not in ours and each.failing > _FEW]
    found = [_of_ours(each) for each in ours if each.failing]
    found += [OTHERS.at(each.domain, _figures(each)) for each in others[:_MOST]]
    if ours and not any(each.failing for each in ours):
        seen = sum(each.count for each in ours)
        found.append(PASSES.at(", ".join(domains), f"{seen} mails from {len(ours)} addresses"))
    return found + _tls(visit, domains)


def _is_ours(visit: Visit, sender: Sender) -> bool:
    named = sender.address in map(str, visit.estate.egress)
    return named or sender.failing * 2 < sender.count


def _of_ours(sender: Sender) -> Finding:
    grave = sender.failing > _FEW and sender.failing > sender.count * _SHARE
    return (FAILS if grave else SOME_FAILS).at(sender.domain, _figures(sender))


def _figures(sender: Sender) -> str:
    since = f", since {sender.since:%Y-%m-%d}" if sender.since else ""
    return f"{sender.failing} of {sender.count} mails from {sender.address}{since}"


def _tls(visit: Visit, domains: Sequence[str]) -> list[Finding]:
    known = [each for each in visit.condition.sessions if each.domain in domains]
    failed = [each for each in known if each.result != "succeeded"]
    return [
        TLS_FAILS.at(each.domain, f"{each.count} sessions: {each.result}")
        for each in failed[:_MOST]
    ]
