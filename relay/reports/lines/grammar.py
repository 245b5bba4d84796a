"""A tool's own lines as a table: what each line proves, which figures it holds, what of it is news.

Most readers are one `Grammar`. A rule is the whole form of a line, so that a file name or a quoted
log does not match by a word; it is tried on the line as it is and behind what logging puts in
front. Named groups are facts (figures.py reads them by their names), except for these:

    host, job        whose report it is
    part             which of several jobs the line is about: each is judged for itself
    exit_code        the exit status that the tool prints
    reason           why, in the tool's words

What a tool began without saying how it ended is `unknown`; only `succeeds` proves a success, and
nothing in the subject can. Rules stand in the order in which they tell best what happened.
What happens next: combine.py weighs the finding against those of the other readers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import re2

from relay.reports.body import Line
from relay.reports.finding import Standing
from relay.reports.letter import Letter
from relay.reports.lines import log_prefix
from relay.reports.lines.literal import literal
from relay.reports.report import Kind, Verdict

_LOOKED_AT = 1 << 14


class Role(Enum):
    """What a line is to its run."""

    BEGINS = "begins"
    SUCCEEDS = "succeeds"
    WARNS = "warns"
    FAILS = "fails"
    NOTES = "notes"
    """Figures and names, or words that are accounted for and prove nothing."""


PROVES = {
    Role.BEGINS: Verdict.UNKNOWN,
    Role.SUCCEEDS: Verdict.SUCCESS,
    Role.WARNS: Verdict.WARNING,
    Role.FAILS: Verdict.FAILURE,
}


@dataclass(frozen=True, slots=True)
class Rule:
    """One form of line. `mark` is what to search for, the pattern's longest literal by default.

    `say` words the line for a subject, its groups in braces. `news` tells whether the line makes
    the report other news; the bad ones do. `subject` rules read the subject instead of the text.
    `ends` marks how a whole run failed: what failed before an announced retry is one such run.
    """

    name: str
    role: Role
    pattern: str
    mark: str = ""
    say: str = ""
    news: bool = False
    subject: bool = False
    ends: bool = False
    compiled: Any = field(init=False, repr=False, compare=False)
    searched: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Compile the pattern and what it is searched by."""
        if self.subject and self.role is Role.SUCCEEDS:
            raise ValueError(f"{self.name}: a subject proves no success")
        mark = self.mark or ("" if self.subject else re2.escape(literal(self.pattern)))
        object.__setattr__(self, "mark", mark)
        object.__setattr__(self, "compiled", re2.compile(self.pattern))
        object.__setattr__(self, "searched", re2.compile(mark) if mark else None)


def begins(name: str, pattern: str, **more: Any) -> Rule:
    """Return a rule for a line after which the tool owes an end."""
    return Rule(name, Role.BEGINS, pattern, **more)


def succeeds(name: str, pattern: str, **more: Any) -> Rule:
    """Return a rule for a line that only a good end prints."""
    return Rule(name, Role.SUCCEEDS, pattern, **more)


def warns(name: str, pattern: str, **more: Any) -> Rule:
    """Return a rule for a line that makes it a warning."""
    return Rule(name, Role.WARNS, pattern, **{"news": True} | more)


def fails(name: str, pattern: str, **more: Any) -> Rule:
    """Return a rule for a line that proves a failure."""
    return Rule(name, Role.FAILS, pattern, **{"news": True} | more)


def notes(name: str, pattern: str, **more: Any) -> Rule:
    """Return a rule for a line that holds figures or names, or proves nothing."""
    return Rule(name, Role.NOTES, pattern, **more)


@dataclass(frozen=True, slots=True)
class Statement:
    """A line that a rule recognised; line 0 is the subject. `text` is without a log's prefix."""

    rule: Rule
    line: Line
    text: str
    groups: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grammar:
    """A tool's lines. Where `signature` is given, they count only in a mail that holds it.

    The signature is searched in the subject, From and both ends of the text; it is for tools whose
    sentences anybody might write.
    """

    reader: str
    kind: Kind
    rules: tuple[Rule, ...]
    signature: str = ""
    standing: Standing = Standing.TOOL
    marks: str = field(init=False)
    searched: Any = field(init=False, repr=False, compare=False)
    signed: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Join the marks of all rules into the one expression that finds their lines."""
        marks = "|".join(dict.fromkeys(rule.mark for rule in self.rules if not rule.subject))
        object.__setattr__(self, "marks", marks)
        object.__setattr__(self, "searched", re2.compile(marks.encode()))
        object.__setattr__(self, "signed", re2.compile(self.signature.encode()))


def statements(grammar: Grammar, letter: Letter) -> list[Statement]:
    """Return what the tool says in `letter`, in order; empty where its signature is missing."""
    if grammar.signature and not _signed(grammar, letter):
        return []
    return [*_of_subject(grammar, letter.subject), *_of_body(grammar, letter)]


def _signed(grammar: Grammar, letter: Letter) -> bool:
    data = letter.body.whole.data
    text = data if len(data) <= 2 * _LOOKED_AT else data[:_LOOKED_AT] + data[-_LOOKED_AT:]
    head = f"{letter.subject}\n{letter.first('from')}\n".encode("utf-8", "replace")
    return grammar.signed.search(head + text) is not None


def _of_subject(grammar: Grammar, subject: str) -> Iterator[Statement]:
    text = " ".join(subject.split())
    for rule in grammar.rules:
        match = rule.compiled.fullmatch(text) if rule.subject else None
        if match is not None:
            yield Statement(rule, Line(number=0, text=text), text, _groups(match))


def _of_body(grammar: Grammar, letter: Letter) -> Iterator[Statement]:
    rules = [rule for rule in grammar.rules if not rule.subject]
    for line in letter.body.matching(grammar.searched) if rules else ():
        if line.text.lstrip().startswith(">"):
            continue  # quoted by whoever wrote the mail
        likely = [rule for rule in rules if rule.searched.search(line.text) is not None]
        found = _understood(line, likely)
        if found is not None:
            yield found


def _understood(line: Line, rules: Sequence[Rule]) -> Statement | None:
    for text in (reading.strip() for reading in log_prefix.texts(line.text)):
        for rule in rules:
            match = rule.compiled.fullmatch(text)
            if match is not None:
                return Statement(rule, line, text, _groups(match))
    return None


def _groups(match: Any) -> dict[str, str]:
    return {name: text for name, text in match.groupdict().items() if text is not None}
