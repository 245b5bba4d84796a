"""SPF of the envelope sender: is there one record, can it be evaluated, and do we pass?"""

import asyncio

from relay.domains.finding import Finding, error, fine, note, warning
from relay.domains.records import spf_text
from relay.domains.spf import (
    MOST_LOOKUPS,
    MOST_VOID,
    Evaluation,
    Outcome,
    evaluate,
    records_in,
)
from relay.domains.visit import Visit

_NEAR = MOST_LOOKUPS - 2

PASSES = fine("RD100", "SPF passes")
MISSING = error("RD101", "there is no SPF record", "publish what `relay dns` prints")
SEVERAL = error(
    "RD102", "there are several SPF records, so none counts", "merge them into one", alarm=True
)
BROKEN = error(
    "RD103", "the SPF record cannot be evaluated", "correct it; the evidence says where", alarm=True
)
LOOKUPS = error(
    "RD104",
    f"the SPF record needs more than {MOST_LOOKUPS} look-ups, so it counts as broken",
    "replace includes by ip4: and ip6: terms, or drop services that are not used any more",
    alarm=True,
)
VOID = error(
    "RD105",
    f"more than {MOST_VOID} look-ups of the SPF record find nothing, so it counts as broken",
    "remove the names that are gone",
)
FAILS = error("RD106", "SPF does not pass for an address that we send from", "", alarm=True)
ANYBODY = error(
    "RD107", "the SPF record lets anybody pass", "end it with -all, and name the senders"
)
UNKNOWN = warning("RD108", "SPF could not be looked up", "is the name server well? try again")
NEAR = note(
    "RD109",
    f"the SPF record is close to the limit of {MOST_LOOKUPS} look-ups",
    "an included record that grows will break it: replace includes by addresses",
)
NO_EGRESS = note(
    "RD110",
    "nobody said which addresses our mail leaves from, so SPF could not be tried",
    "set domains.egress_addresses, or domains.spf with the smarthost's include",
)

FINDINGS = (
    PASSES, MISSING, SEVERAL, BROKEN, LOOKUPS, VOID, FAILS, ANYBODY, UNKNOWN, NEAR, NO_EGRESS,
)  # fmt: skip


async def check(visit: Visit) -> list[Finding]:
    """Check the record of the envelope domain, then each address that we send from."""
    domain, estate = visit.estate.bounce_domain, visit.estate
    answer = await visit.dns.ask(domain, "TXT")
    if answer.failed:
        return [UNKNOWN.at(domain, answer.failed)]
    found = records_in(answer)
    if not found:
        text = spf_text(estate)
        return [MISSING.at(domain, f"to publish: {text}" if text else "")]
    if len(found) > 1:
        return [SEVERAL.at(domain, " | ".join(found))]
    whole = await evaluate(visit.dns, domain, estate.hostname, None)
    broken = list(_of_the_record(domain, found[0], whole))
    tried = await asyncio.gather(
        *(evaluate(visit.dns, domain, estate.hostname, each) for each in estate.egress)
    )
    named = zip(map(str, estate.egress), tried, strict=True)
    results = [_of_an_address(domain, address, each) for address, each in named]
    if broken:
        # What is wrong with the record has been said; what passes all the same is worth knowing.
        return broken + [each for each in results if each.id != BROKEN.id]
    return results or [NO_EGRESS.at(domain, found[0])]


def _of_the_record(domain: str, record: str, whole: Evaluation) -> list[Finding]:
    figures = f"{whole.lookups} look-ups, {whole.void} of them void: {record}"
    if whole.outcome is Outcome.PERMERROR and whole.lookups <= MOST_LOOKUPS:
        return [BROKEN.at(domain, whole.why)]
    if whole.outcome is Outcome.TEMPERROR:
        return [UNKNOWN.at(domain, whole.why)]
    found = []
    if whole.lookups > MOST_LOOKUPS:
        found.append(LOOKUPS.at(domain, figures))
    elif whole.lookups > _NEAR:
        found.append(NEAR.at(domain, figures))
    if whole.void > MOST_VOID:
        found.append(VOID.at(domain, figures))
    if whole.outcome is Outcome.PASS:
        found.append(ANYBODY.at(domain, record))
    return found


def _of_an_address(domain: str, address: str, tried: Evaluation) -> Finding:
    subject = f"{address} for {domain}"
    if tried.outcome is Outcome.PASS:
        figures = f"by {tried.why}; {tried.lookups} look-ups, {tried.void} void"
        return PASSES.at(subject, figures)
    if tried.outcome is Outcome.TEMPERROR:
        return UNKNOWN.at(subject, tried.why)
    if tried.outcome is Outcome.PERMERROR:
        return BROKEN.at(subject, tried.why)
    version = 6 if ":" in address else 4
    advice = f"add ip{version}:{address} to the record, or remove it from domains.egress_addresses"
    return FAILS.at(subject, f"{tried.outcome} by {tried.why}", advice)
