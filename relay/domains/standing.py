"""What stands in the DNS where a record is wanted.

What happens next: cli/dns.py shows it beside the record to publish.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from relay.domains.checks.dkim import tags
from relay.domains.lookup import Answer, Dns
from relay.domains.records import Record


class State(StrEnum):
    """How what stands there compares with what is wanted."""

    RIGHT = "right"
    DIFFERENT = "different"
    MISSING = "missing"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A wanted record and what was found in its place."""

    record: Record
    state: State
    found: tuple[str, ...] = ()
    problem: str | None = None


async def look(dns: Dns, records: Sequence[Record]) -> list[Standing]:
    """Look up every record."""
    answers = await asyncio.gather(*(dns.ask(each.name, each.type) for each in records))
    return [compare(record, answer) for record, answer in zip(records, answers, strict=True)]


def compare(record: Record, answer: Answer) -> Standing:
    """Return how `answer` compares with `record`."""
    if answer.failed:
        return Standing(record=record, state=State.UNKNOWN, problem=answer.failed)
    found = answer.records
    if record.type == "TXT":  # other texts may stand beside it
        kind = record.value.split(";")[0].split(" ")[0].lower()
        found = tuple(each for each in found if each.lower().startswith(kind))
    if not found:
        return Standing(record=record, state=State.MISSING)
    right = any(_same(record, each) for each in found)
    state = State.RIGHT if right else State.DIFFERENT
    return Standing(record=record, state=state, found=found)


def _same(record: Record, found: str) -> bool:
    if "=" in record.value and ";" in record.value:
        return tags(record.value) == tags(found)
    return record.value.rstrip(".").lower() == found.rstrip(".").lower()
