"""Who of a report's recipients gets it: their choices, and the floor under failures (P4).

Successes and warnings may be declined by anybody. A failure may be declined while somebody else
still gets it; the last one hands over to the job's owner, and if that one declines, too, or there
is none, to the postmaster, who cannot decline.
What happens next: pipeline/conclude.py makes mails for those who are left.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from relay.choice.choice import Choice, Level, choice_of

_DECLINES_MILD = {Level.FAILURES, Level.NOTHING}


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What somebody may decline: a report of `job`, by its identity; `urgent` if it is not mild."""

    host: str
    job: str
    urgent: bool
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who gets a report, who declined it by which choice, and to whom it was handed over."""

    kept: tuple[str, ...]
    declined: Mapping[str, Choice] = field(default_factory=dict)
    handed_to: str | None = None


def audience(
    wanted: Iterable[str], choices: Sequence[Choice], matter: Matter, stewards: Sequence[str]
) -> Audience:
    """Sort out who of `wanted` gets it; `stewards` are the owner and the postmaster, in this order.

    With nobody wanted there is nothing to hand over: a copy for nobody is nobody's.
    """
    if not choices:
        return Audience(kept=tuple(wanted))
    kept: list[str] = []
    declined: dict[str, Choice] = {}
    for each in wanted:
        choice = declines(choices, each, matter)
        if choice is None:
            kept.append(each)
        else:
            declined[each] = choice
    if kept or not declined or not matter.urgent:
        return Audience(kept=tuple(kept), declined=declined)
    return Audience(kept=(), declined=declined, handed_to=_steward(choices, matter, stewards))


def declines(choices: Iterable[Choice], recipient: str, matter: Matter) -> Choice | None:
    """Return the choice by which `recipient` does without, None if it is wanted."""
    choice = choice_of(choices, recipient, matter.host, matter.job, matter.now)
    if choice is None:
        return None
    refused = choice.level is Level.NOTHING if matter.urgent else choice.level in _DECLINES_MILD
    return choice if refused else None


def _steward(choices: Iterable[Choice], matter: Matter, stewards: Sequence[str]) -> str:
    *others, last = stewards
    willing = (each for each in others if declines(choices, each, matter) is None)
    return next(willing, last)
