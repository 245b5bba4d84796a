"""backupninja: its report by mail, and its log.

The report lists one line an action, `success -- /etc/backup.d/10.ldap`, the others with stars
(`*failed* -- FILE`), then the messages of each action under `== errors from FILE ==`. Each action
is a part; what its own line says is its verdict: `warning` a warning; `error`, `failed`, `halt` and
a missing handler failures. A dump that failed is a warning where its handler says so. The subject
(`backupninja: HOST FAILED`) may make it worse, never better. In the log an action begins with
`>>>>` and ends with `<<<<`; one that only began is unknown.
What happens next: combine.py weighs the finding against those of the other readers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
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

_FILE = r"(?:/\S*/)?(?P<part>[^/\s]+)"
_FINISHED = r"<<<< finished action "
_ALL = r"(?:Info: )?FINISHED: (?P<actions>\d+) actions run\. "

_NINJA = Grammar(
    reader="backupninja",
    kind=Kind.BACKUP_OTHER,
    standing=Standing.WRAPPER,
    signature=r"backupninja|/backup\.d/",
    rules=(
        fails("halt-message", r"Halt: (?P<reason>[^<>].*)"),
        fails("fatal-message", r"Fatal: (?P<reason>[^<>].*)"),
        fails("error-message", r"Error: (?P<reason>[^<>].*)"),
        fails("halt", rf"\*?halt(?:ed)?\*? -- {_FILE}", say="{part}: halted the whole run"),
        fails("failed", rf"\*?(?:failed|fatal)\*? -- {_FILE}", say="{part}: failed"),
        fails("error", rf"\*?error\*? -- {_FILE}", say="{part}: errors"),
        fails("handler", rf"\*?missing handler\*? -- {_FILE}", say="{part}: has no handler"),
        fails(
            "finished-badly", rf"\w+: {_FINISHED}{_FILE}: (?:FAILED|ERROR)", say="{part}: failed"
        ),
        fails(
            "configuration",
            r"(?:Fatal: )?(?P<reason>Configuration (?:files must|file .+ not"
            r" found|directory .+ not found).*)",
        ),
        fails(
            "some-fatal",
            rf"{_ALL}[1-9]\d* fatal\. \d+ error\. \d+ warning\.",
            say="some actions were fatal",
        ),
        fails(
            "some-errors",
            rf"{_ALL}0 fatal\. [1-9]\d* error\. \d+ warning\.",
            say="some actions had errors",
        ),
        fails(
            "subject",
            r"backupninja: (?P<host>\S+) (?P<state>FAILED|ERROR|HALTED)",
            subject=True,
            say="ended with {state}",
        ),
        warns("warning-message", r"Warning: (?P<reason>[^<>].*)"),
        warns("warning", rf"\*?warning\*? -- {_FILE}", say="{part}: warnings"),
        warns("finished-warned", rf"\w+: {_FINISHED}{_FILE}: WARNING", say="{part}: warnings"),
        warns(
            "some-warnings",
            rf"{_ALL}0 fatal\. 0 error\. [1-9]\d* warning\.",
            say="some actions had warnings",
        ),
        warns(
            "subject-warning",
            r"backupninja: (?P<host>\S+) WARNING",
            subject=True,
            say="ended with WARNING",
        ),
        succeeds("success", rf"success -- {_FILE}"),
        succeeds("finished", rf"\w+: {_FINISHED}{_FILE}: SUCCESS"),
        succeeds("all", rf"{_ALL}0 fatal\. 0 error\. 0 warning\."),
        begins("began", rf"(?:Info: )?>>>> starting action {_FILE} \(because .+\)"),
        notes("section", r"== .+ from (?:/\S*/)?(?P<part>[^/\s]+?) ?=="),
        notes("info", r"Info: [^<>].*"),
        notes("host", r"backupninja: (?P<host>\S+)(?: \w+)?", subject=True),
    ),
)
MARKS = _NINJA.marks

_OPENS = {"section", "began"}


def read(letter: Letter) -> Finding | None:
    """Return what backupninja says, None if it says nothing."""
    finding = judge(_NINJA, list(_of_actions(statements(_NINJA, letter))))
    return finding and replace(finding, job="backupninja")


def _of_actions(said: Sequence[Statement]) -> Iterator[Statement]:
    """Give each message to the action whose section it stands in; others are not backupninja's."""
    action = ""
    for each in said:
        if each.rule.name in _OPENS:
            action = each.groups["part"]
        if not each.rule.name.endswith("-message"):
            yield each
        elif action:
            yield replace(each, groups={**each.groups, "part": action})
