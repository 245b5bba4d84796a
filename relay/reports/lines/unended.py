"""A command that was killed says nothing; the good end of the next one is not its own.

Backup programs run several commands in one mail (create, prune, check), each with its own lines.
`own_ends` takes away the successes behind a command that began and was followed by another one
before it ended, so that judge.py finds it unfinished. A run that is tried again is no such case.
What happens next: judge.py judges what is left.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from relay.reports.finding import Finding
from relay.reports.lines.grammar import PROVES, Grammar, Role, Statement
from relay.reports.lines.judge import judge

_ENDS = (Role.SUCCEEDS, Role.FAILS)


def own_ends(
    said: Sequence[Statement], commands: Mapping[str, str], again: Sequence[int] = ()
) -> list[Statement]:
    """Return `said` without successes that follow a command cut off; `again` are retries.

    `commands` tells by the names of rules which command speaks; others may end any of them.
    """
    cut = _cut_off_at(said, commands, again)
    return [each for each in said if each.line.number < cut or each.rule.role is not Role.SUCCEEDS]


def _cut_off_at(
    said: Sequence[Statement], commands: Mapping[str, str], again: Sequence[int]
) -> int:
    """Return the line where another command speaks although the one before has not ended."""
    running, rule, before = "", "", 0
    for each in said:
        if any(before < number <= each.line.number for number in again):
            running = ""
        command = commands.get(each.rule.name, "")
        begins = each.rule.role is Role.BEGINS and command != ""
        if running and (command not in ("", running) or (begins and each.rule.name == rule)):
            return each.line.number
        if begins:
            running, rule = command, each.rule.name
        elif each.rule.role in _ENDS:
            running = ""
        before = each.line.number
    return sys.maxsize


def judge_commands(
    grammar: Grammar, said: Sequence[Statement], commands: Mapping[str, str], again: Sequence[int]
) -> Finding | None:
    """Judge what is left; where nothing in it proves anything, commands have only begun."""
    if any(each.rule.role in PROVES for each in said):
        return judge(grammar, own_ends(said, commands, again), again)
    begun = [_begun(each) for each in said if each.rule.name in commands]
    rules = (*grammar.rules, *(each.rule for each in begun))
    return judge(replace(grammar, rules=rules), begun, again) if begun else None


def _begun(statement: Statement) -> Statement:
    return replace(statement, rule=replace(statement.rule, role=Role.BEGINS))
