"""What a recipient chose to get of a job, of a host, of everything; the narrowest choice counts.

Choices are people's own; a suppression is ours, because an address refuses mail. Both are kept with
where they came from, so that each can be explained and taken back.
What happens next: floor.py sorts the recipients of a report by them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from relay.mail.address import normalise


class Level(StrEnum):
    """How much somebody wants; each member reads as what a page says of it."""

    POLICY = "at once, as the operator has it"
    DAILY = "successes and warnings in a daily digest, failures at once"
    WEEKLY = "successes and warnings in a weekly digest, failures at once"
    FAILURES = "failures only"
    NOTHING = "nothing"

    @property
    def word(self) -> str:
        """The name that forms, commands and the store use."""
        return self.name.lower()


def level_named(word: str) -> Level:
    """Return the level that `word` names; raise ValueError that lists them."""
    for level in Level:
        if level.word == word.strip().lower():
            return level
    raise ValueError(f'"{word}" is no level; write one of {", ".join(each.word for each in Level)}')


def addressee(address: str) -> str:
    """Return the form of an address by which people are known here: no server we met tells case."""
    return normalise(address).lower()


SCHEDULES = {Level.DAILY: "daily at 07:00", Level.WEEKLY: "mondays at 07:00"}
"""When the digest of a chosen level leaves."""


class Source(StrEnum):
    """Where a choice came from."""

    PAGE = "page"
    ONE_CLICK = "one-click"
    MAIL = "mail"
    COMPLAINT = "complaint"
    OPERATOR = "operator"
    BOUNCES = "bounces"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a choice is about: a job of a host, all of a host, or, if both are empty, everything."""

    host: str = ""
    job: str = ""

    def covers(self, host: str, job: str) -> bool:
        """Whether a report of `job` on `host` falls under it; `job` is a job's identity."""
        return self.host in ("", host) and self.job in ("", job)

    def __str__(self) -> str:
        if not self.host:
            return "everything"
        return f"{self.job} on {self.host}" if self.job else f"everything on {self.host}"


EVERYTHING = Scope()


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One recipient's word on one scope, or a suppression of the address, until a time or for good.

    `recipient` is an `addressee`. `note` says why: a remote's reply, an operator's reason.
    """

    recipient: str
    scope: Scope
    level: Level
    source: Source
    at: datetime
    until: datetime | None = None
    note: str = ""

    def __str__(self) -> str:
        why = f", because {self.note}" if self.note else ""
        return f"of {self.scope} they get {self.level}, said by {self.source}{why}"

    @property
    def suppresses(self) -> bool:
        """Whether it is ours, because the address refuses mail, and not its owner's wish."""
        return self.source is Source.BOUNCES


def choice_of(
    choices: Iterable[Choice], recipient: str, host: str, job: str, now: datetime
) -> Choice | None:
    """Return what counts for `recipient` and a report of `job` on `host`, None if nothing does.

    A suppression counts before any choice, then the narrowest scope, then the newest.
    """
    name = addressee(recipient)
    found = [
        each
        for each in choices
        if each.recipient == name
        and each.scope.covers(host, job)
        and (each.until is None or now < each.until)
    ]
    return max(found, key=_weight, default=None)


def _weight(choice: Choice) -> tuple[bool, int, datetime]:
    narrowness = bool(choice.scope.host) + bool(choice.scope.job)
    return choice.suppresses, narrowness, choice.at
