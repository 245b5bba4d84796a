"""DMARC by RFC 9989: found by walking up the tree of names, not by a list of suffixes.

The walk asks at most eight names, whatever a stranger's domain looks like. It finds the record
that counts and the organisational domain, which relaxed alignment is decided by.
What happens next: checks/dmarc.py judges both.
"""

from dataclasses import dataclass

from relay.domains.lookup import Answer, Dns

_MOST_LABELS = 8  # RFC 9989 s4.10


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Where the record of a domain was found, and which name is the organisation's."""

    domain: str
    record: str | None = None
    found_at: str | None = None
    organisation: str
    several_at: str | None = None
    failed: str | None = None


async def discover(dns: Dns, domain: str) -> Policy:
    """Return what counts for mail from `domain`."""
    found: dict[str, str] = {}
    several: str | None = None
    for name in walk(domain):
        answer = await dns.ask(f"_dmarc.{name}", "TXT")
        if answer.failed:
            return Policy(domain=domain, organisation=domain, failed=f"{name}: {answer.failed}")
        records = _records(answer)
        if len(records) > 1:
            several = several or name  # s4.10: as if there were none
        elif records:
            found[name] = records[0]
            if _tag(records[0], "psd") in ("y", "n"):
                break
    organisation = _organisation(domain, found)
    at = next((name for name in (domain, organisation, *found) if name in found), None)
    return Policy(
        domain=domain,
        record=found[at] if at else None,
        found_at=at,
        organisation=organisation,
        several_at=several,
    )


def walk(domain: str) -> list[str]:
    """Return the names to ask, from `domain` upwards (RFC 9989 s4.10)."""
    labels = domain.rstrip(".").lower().split(".")
    start = 1 if len(labels) <= _MOST_LABELS else len(labels) - _MOST_LABELS + 1
    above = [".".join(labels[at:]) for at in range(start, len(labels))]
    return [".".join(labels), *above]


def _organisation(domain: str, found: dict[str, str]) -> str:
    """Return the organisational domain (RFC 9989 s4.10.2)."""
    for name, record in found.items():
        if _tag(record, "psd") == "n":
            return name
        if _tag(record, "psd") == "y" and name != domain:
            below = domain.removesuffix(f".{name}").rpartition(".")[2]
            return f"{below}.{name}"
    return min(found, key=lambda name: name.count("."), default=domain)


def _records(answer: Answer) -> list[str]:
    return [each for each in answer.records if each.replace(" ", "").startswith("v=DMARC1")]


def _tag(record: str, name: str) -> str | None:
    return tags(record).get(name)


def tags(record: str) -> dict[str, str]:
    """Return the tags of a record, names in lower case; the first of two counts."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, sign, value = part.partition("=")
        if sign:
            found.setdefault(name.strip().lower(), value.strip())
    return found
