"""A mail before and after, side by side: header fields and lines, what was changed marked.

A line is marked where the other side has no such line left; that takes time by the number of lines
alone, whatever they are. Evidence is marked by the verdict that it proves. Of a long text the
beginning, the end and the evidence are shown. Secrets are blotted out, as in all that leaves.
So are opt-out links: they are the word of the recipient, and nobody else's.
What happens next: the template of a message's page draws the two columns.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from relay.choice.token import veiled
from relay.mail.parse import parse
from relay.pipeline.explain import from_file
from relay.reports.letter import Letter, letter

T = TypeVar("T")
_HEAD, _TAIL, _AROUND = 150, 60, 3
_MOST_FIELDS = 60
_LONGEST, _MOST_TEXT = 500, 2000
_MOST_COMPARED = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a side; number 0 stands for `skipped` lines. `proves` is a verdict, or empty."""

    number: int
    text: str
    changed: bool = False
    proves: str = ""
    rule: str = ""
    skipped: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A header field of a side."""

    name: str
    text: str
    changed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """A mail as it is shown."""

    fields: tuple[Field, ...]
    lines: tuple[Line, ...]


Evidence = Sequence[Mapping[str, object]]
"""As the ledger has it: line, text, rule."""


def sides(
    before: bytes, after: bytes | None, evidence: Evidence, verdict: str, at: datetime
) -> tuple[Side, Side | None]:
    """Return both sides of a mail that came at `at`; its evidence counts lines of the first."""
    one = letter(parse(from_file(before, at)))
    other = letter(parse(from_file(after, at))) if after is not None else None
    proofs = {int(str(each["line"])): str(each["rule"]) for each in evidence}
    left = _side(one, other, proofs, verdict)
    return left, None if other is None else _side(other, one, {}, "")


def _side(own: Letter, other: Letter | None, proofs: Mapping[int, str], verdict: str) -> Side:
    return Side(
        fields=_fields(own, other),
        lines=tuple(_lines(own, other, proofs, verdict)),
    )


def _fields(own: Letter, other: Letter | None) -> tuple[Field, ...]:
    theirs = Counter(other.fields if other else own.fields)
    return tuple(
        Field(name=name, text=_blotted(text), changed=not _taken(theirs, (name, text)))
        for name, text in own.fields[:_MOST_FIELDS]
    )


def _lines(
    own: Letter, other: Letter | None, proofs: Mapping[int, str], verdict: str
) -> list[Line]:
    theirs = Counter(_texts(other)) if other else None
    shown = _shown(len(own.body), proofs)
    found: list[Line] = []
    before = 0
    for number, text in enumerate(_texts(own), 1):
        changed = theirs is not None and bool(text.strip()) and not _taken(theirs, text)
        if number not in shown:
            continue
        if number > before + 1:
            found.append(Line(number=0, text="", skipped=number - before - 1))
        before = number
        proof = proofs.get(number, "")
        found.append(
            Line(
                number=number,
                text=_blotted(text),
                changed=changed,
                proves=verdict if proof else "",
                rule=proof,
            )
        )
    if before < len(own.body):
        found.append(Line(number=0, text="", skipped=len(own.body) - before))
    return found


def _blotted(text: str) -> str:
    return veiled(text[:_MOST_TEXT])[:_LONGEST]


def _taken(theirs: Counter[T], one: T) -> bool:
    """Say whether the other side has this, and take it away there."""
    if theirs[one] <= 0:
        return False
    theirs[one] -= 1
    return True


def _texts(read: Letter) -> list[str]:
    return [
        read.body.line(number).text for number in range(1, min(len(read.body), _MOST_COMPARED) + 1)
    ]


def _shown(many: int, proofs: Mapping[int, str]) -> set[int]:
    many = min(many, _MOST_COMPARED)
    near = {
        line + by for line in proofs for by in range(-_AROUND, _AROUND + 1) if 0 < line + by <= many
    }
    return {*range(1, min(many, _HEAD) + 1), *range(max(1, many - _TAIL + 1), many + 1), *near}
