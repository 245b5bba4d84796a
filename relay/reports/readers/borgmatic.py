"""borgmatic 1.x and 2.x: one line of the summary for each configuration file, and why it failed.

`FILE: Successfully ran configuration file` is printed after every action of that file ended well,
and so proves its success; borg's own warnings are borg.py's and still count. An error names the
repository and the command that ended badly. A repository that is tried again, as `retries:` allows,
is forgiven where all went well in the end. Configuration files are parts: each is judged alone.
What happens next: combine.py lets the summary's verdict stand beside borg's own.
"""

from collections.abc import Sequence
from dataclasses import replace

import re2

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Role,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.report import Kind

_FILE = r"(?P<part>[^:]+\.ya?ml)"
_ACTIONS = (
    r"(?:Creating archive|Pruning archives|Compacting segments|Running consistency checks|"
    r"Running actions for repository)"
)
_EXITED = r"returned non-zero exit status"

_BORGMATIC = Grammar(
    reader="borgmatic",
    kind=Kind.BORG,
    standing=Standing.WRAPPER,
    rules=(
        fails(
            "hook",
            rf"(?:[^:]+: )?Error running (?P<hook>[\w-]+(?: \w+)*) hook: Command '(?P<command>.*)' "
            rf"{_EXITED} (?P<exit_code>\d+)\.?",
            say="{hook} hook failed: {command}",
        ),
        fails(
            "borg",
            rf"(?:[^']+: )?Command '(?:[A-Z_]+=\S+ )*\S*borg\S* (?P<action>[\w-]+) .*' "
            rf"{_EXITED} (?P<exit_code>\d+)\.?",
            say="borg {action} failed",
        ),
        fails(
            "command",
            rf"(?:[^']+: )?Command '(?P<command>.*)' {_EXITED} (?P<exit_code>\d+)\.?",
            say="{command} failed",
        ),
        fails(
            "sources",
            r"(?:.+: )?(?P<reason>Source directories (?:or root pattern paths )?do not exist: .+)",
        ),
        fails("parsing", rf"{_FILE}: (?P<reason>Error parsing configuration file)"),
        fails("no-configuration", r"(?P<reason>.+: No valid configuration files found)"),
        fails(
            "configuration",
            rf"{_FILE}: (?P<reason>Error running configuration(?: file)?|An error occurred)",
            mark="Error running conf|An error occ",
        ),
        fails("repository", r"(?P<reason>.+: Error running actions for repository)", ends=True),
        warns(
            "no-monitoring",
            rf"{_FILE}: (?P<reason>Error pinging monitor|Ping error.*)",
            mark="Error pinging|Ping error",
        ),
        succeeds("success", rf"{_FILE}: Successfully ran configuration file", say="succeeded"),
        begins("action", rf".+: {_ACTIONS}.*", mark=_ACTIONS),
        begins("cron", r"Cron <\S+> .*\bborgmatic\b.*", subject=True),
        notes("retry", r".+: Retrying\.\.\. attempt \d+/\d+"),
    ),
)
MARKS = _BORGMATIC.marks

_FOLDER = re2.compile(r"/borgmatic-\w+(?:/\S+)?")
_ENDS = (Role.SUCCEEDS, Role.FAILS)
_WEAK = {"command", "action", "no-monitoring", "retry"}
"""What other programs may print as well: Python words a failed command like this."""


def read(letter: Letter) -> Finding | None:
    """Return what borgmatic says, None if it says nothing."""
    said = [_steady(each) for each in statements(_BORGMATIC, letter)]
    if all(each.rule.name in _WEAK for each in said):
        return None
    own = [each.line.number for each in said if each.rule.name == "retry"]
    return judge(_BORGMATIC, _summed_up(said), sorted({*letter.retried, *own}))


def _steady(statement: Statement) -> Statement:
    """Return `statement` without the name of the run's own folder, which is random."""
    return replace(statement, text=str(_FOLDER.sub("/#", statement.text)))


def _summed_up(said: Sequence[Statement]) -> list[Statement]:
    """Return `said` without the actions that the summary speaks for; it names files, not them."""
    summary = max((each.line.number for each in said if each.rule.role in _ENDS), default=0)
    return [
        each for each in said if each.rule.role is not Role.BEGINS or each.line.number > summary
    ]
