"""The doctor: runs every check of one visit at once, and outlives each of them.

A check that takes too long or meets a bug becomes a finding, so that the others are still heard.
What happens next: cli/doctor.py prints, workers/doctor.py raises the alarm.
"""

import asyncio
from collections.abc import Sequence

from relay.domains.checks import (
    blocklists,
    certificates,
    dkim,
    dmarc,
    feedback,
    machine,
    mx,
    names,
    spf,
    transport,
    upstreams,
)
from relay.domains.finding import Finding, Kind, Severity, warning
from relay.domains.visit import Check, Visit

CHECKS: tuple[Check, ...] = (
    machine.check,
    spf.check,
    dkim.check,
    dmarc.check,
    feedback.check,
    mx.check,
    transport.check,
    names.check,
    blocklists.check,
    certificates.check,
    upstreams.check,
)

SLOW = warning("RD090", "a check took too long and was given up", "try again")
BROKE = warning("RD091", "a check failed: a bug", "report it with the evidence")

FINDINGS: tuple[Kind, ...] = (
    *machine.FINDINGS,
    *spf.FINDINGS,
    *dkim.FINDINGS,
    *dmarc.FINDINGS,
    *feedback.FINDINGS,
    *mx.FINDINGS,
    *transport.FINDINGS,
    *names.FINDINGS,
    *blocklists.FINDINGS,
    *certificates.FINDINGS,
    *upstreams.FINDINGS,
    SLOW,
    BROKE,
)
# What says that nobody could look: an alarm of the same family is not over by that.
UNKNOWN = frozenset(
    family.UNKNOWN.id for family in (spf, dkim, dmarc, mx, transport, names, blocklists)
)
_SECONDS = 120.0


async def examine(visit: Visit, checks: Sequence[Check] = CHECKS) -> list[Finding]:
    """Return what every check found, in their order."""
    each = await asyncio.gather(*(_one(check, visit) for check in checks))
    return [finding for findings in each for finding in findings]


def worst(findings: Sequence[Finding]) -> Severity:
    """Return how bad it is."""
    ranks = list(Severity)
    return max((each.severity for each in findings), key=ranks.index, default=Severity.OK)


async def _one(check: Check, visit: Visit) -> list[Finding]:
    name = check.__module__.rpartition(".")[2]
    try:
        async with asyncio.timeout(_SECONDS):
            return await check(visit)
    except TimeoutError:
        return [SLOW.at(name, f"more than {_SECONDS:.0f} seconds")]
    except Exception as error:  # noqa: BLE001 - the other findings are to be told all the same
        return [BROKE.at(name, f"{type(error).__name__}: {error}")]
