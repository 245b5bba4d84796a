"""restic 0.8 to 0.19: backup, forget, prune, check, copy and restore, in text and with `--json`.

`snapshot ID saved` (in JSON the summary) is printed after the snapshot is stored and proves a
backup; `no errors were found` a check, `done` a prune. A file that could not be read is a failure
although the snapshot exists: data is missing from it. A source that restic was told of and did not
find is a warning: old versions end with 0. A backend's error that restic tries again proves
nothing, for restic gives up with `Fatal:` or another error. A backup that was cut off is unknown,
and another command's good end does not make it one.
restic_rules.py has the lines. What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Sequence
from dataclasses import replace

import re2

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Role, Statement, statements
from relay.reports.lines.listed import owning_listed
from relay.reports.lines.unended import judge_commands
from relay.reports.readers.restic_rules import COMMANDS, RULES, WEAK
from relay.reports.report import Kind

_RESTIC = Grammar(reader="restic", kind=Kind.RESTIC, rules=RULES)
_LISTED = re2.compile(rb"(?m)^(?:new|modified|unchanged|deleted) +/")
_NAMED = re2.compile(rb"(?i)\brestic")
_NEW_FILE = re2.compile(r"[0-9a-f]{2}/[0-9a-f]{64}(?:-tmp-\d+)?")
MARKS = _RESTIC.marks


def read(letter: Letter) -> Finding | None:
    """Return what restic says, None if it says nothing."""
    said = [_steady(each) for each in statements(_RESTIC, letter)]
    if all(each.rule.name in WEAK for each in said) and not _named(letter):
        return None
    own = {each.line.number for each in said}
    again = [number for number in letter.retried if number not in own]
    finding = judge_commands(_RESTIC, _removed(_pruned(said)), COMMANDS, again)
    return owning_listed(finding, letter, _LISTED)


def _steady(statement: Statement) -> Statement:
    """Return `statement` without the random name of a new file, which would make it other news."""
    return replace(statement, text=str(_NEW_FILE.sub("#", statement.text)))


def _named(letter: Letter) -> bool:
    named = "restic" in letter.subject.lower()
    return named or _NAMED.search(letter.body.whole.data) is not None


def _pruned(said: Sequence[Statement]) -> list[Statement]:
    """Return `said` without a `done` that ends no prune, and the files that a prune deletes."""
    kept: list[Statement] = []
    pruning = False
    for each in said:
        name = each.rule.name
        if name != ("deleted" if pruning else "done"):
            kept.append(each)
            pruning = name in ("prune", "prune-runs", "index") or (pruning and name != "done")
    return kept


def _removed(said: Sequence[Statement]) -> list[Statement]:
    """Return `said` with one removal for all groups of a policy.

    A policy that keeps all is an end only where nothing else is said.
    """
    proofs = {each.rule.name for each in said if each.rule.role is not Role.NOTES}
    kept: list[Statement] = []
    for each in said:
        name = each.rule.name
        idle = name == "kept" and not proofs <= {"kept", "cron"}
        if not idle and not (name == "remove" and kept and kept[-1].rule.name == "remove"):
            kept.append(each)
    return kept
