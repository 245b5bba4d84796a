"""borg 1.1 to 2.0: create, prune, compact, check, and what they say at the end.

With `--show-rc` borg tells its exit status in words: 0 success, 1 and 100 to 127 warnings, 128 and
above a signal, anything else an error. Without it the statistics of `create` are proof, for they
are printed after the archive is written, and so is the end of a check; a list of files proves
nothing, nor do the statistics that `borg info` repeats. A file that could not be read is a warning:
the archive is complete without it. borgmatic's summary ends what borg has begun.
borg_rules.py has the lines. What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Sequence
from dataclasses import replace

import re2

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Role, Statement, statements
from relay.reports.lines.listed import owning_listed
from relay.reports.lines.unended import judge_commands
from relay.reports.readers.borg_rules import COMMANDS, RULES, WEAK
from relay.reports.report import Kind

_BORG = Grammar(reader="borg", kind=Kind.BORG, rules=RULES)
_NAMED = re2.compile(rb"(?i)\bborg")
_LISTED = re2.compile(rb"(?m)^[AUMCEdsbcfhix?-] /?\w")
_TEMPORARY = re2.compile(r"\.[a-z0-9_]{8}\.tmp")
MARKS = _BORG.marks


def read(letter: Letter) -> Finding | None:
    """Return what borg says, None if it says nothing."""
    said = [_steady(each) for each in _of_borg(statements(_BORG, letter), letter)]
    own = {each.line.number for each in said if each.rule.name != "retry"}
    again = [number for number in letter.retried if number not in own]
    again += [each.line.number for each in said if each.rule.name == "retry"]
    said = _explained(_created(said))
    if any(each.rule.name == "wrapped" for each in said):
        said = [each for each in said if each.rule.role is not Role.BEGINS]
    finding = judge_commands(_BORG, said, COMMANDS, sorted(set(again)))
    return owning_listed(finding, letter, _LISTED)


def _steady(statement: Statement) -> Statement:
    """Return `statement` without the random name of a lock, which would make it other news."""
    return replace(statement, text=str(_TEMPORARY.sub(".#.tmp", statement.text)))


def _of_borg(said: list[Statement], letter: Letter) -> list[Statement]:
    """Return `said`; what other programs print as well counts only where borg is named."""
    if any(each.rule.name not in WEAK for each in said):
        return said
    named = "borg" in letter.subject.lower() or _NAMED.search(letter.body.whole.data) is not None
    return said if named else []


def _created(said: Sequence[Statement]) -> list[Statement]:
    """Return `said` without the figures of archives that `borg info` and `borg list` print."""
    sizes = any(each.rule.name == "json-figures" for each in said)
    kept: list[Statement] = []
    old = False
    for each in said:
        if each.rule.name in ("archive", "command-line"):
            old = each.rule.name == "command-line"
        figures = each.rule.name == "statistics" and old
        listed = each.rule.name == "json" and not (sizes or '"nfiles":' in each.text)
        if not (figures or listed):
            kept.append(each)
    return kept


def _explained(said: Sequence[Statement]) -> list[Statement]:
    """Return `said` without a traceback's last line where borg did not say that it is borg's."""
    if any(each.rule.name == "exception" for each in said):
        return list(said)
    return [each for each in said if each.rule.name != "raised"]
