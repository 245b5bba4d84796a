"""resticprofile: runs restic by profiles, and logs what it started, finished, and what failed.

`profile 'NAME': finished 'COMMAND'` is logged after restic ended with 0 and proves that command;
`COMMAND on profile 'NAME': exit status N` is how a run ends that failed, hooks included. What began
and was not finished is unknown, whatever restic said about another profile. Profiles are parts;
where there is but one, it names the job. An unreadable file stays a failure (restic.py) even where
the profile tolerates it.
What happens next: combine.py lets these verdicts stand beside restic's own.
"""

from dataclasses import replace

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, statements, succeeds, warns
from relay.reports.lines.judge import judge
from relay.reports.report import Kind

_STAMP = r"(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d )?(?:ERROR +)?"
_PROFILE = r"profile '(?P<part>[^']+)'"

_RESTICPROFILE = Grammar(
    reader="resticprofile",
    kind=Kind.RESTIC,
    standing=Standing.WRAPPER,
    rules=(
        fails(
            "failed",
            rf"{_STAMP}(?P<action>[\w-]+(?: [\w-]+)?) on {_PROFILE}: "
            r"(?:exit status (?P<exit_code>\d+)|(?P<cause>.+))",
            say="{part}: {action} failed {cause}",
        ),
        fails(
            "running",
            r"(?P<reason>another process (?:is already running|has already acquired|left the lock)"
            r".*)",
        ),
        fails(
            "configuration",
            r"(?P<reason>cannot (?:load|open|find|parse|determine) (?:global configuration|"
            r"configuration|restic|profile|group)\b.*)",
            mark="cannot (?:load|open|find|parse|determine) ",
        ),
        warns(
            "tolerated",
            rf"{_PROFILE}: finished '(?P<action>[\w-]+)' with warning: (?P<reason>.+)",
        ),
        warns(
            "finally",
            rf"(?P<reason>run-finally command \d+/\d+ failed) \('[\w-]+' on {_PROFILE}\): .+",
        ),
        warns("monitoring", r'(?P<reason>"send-[\w-]+" returned an error: .+)'),
        succeeds(
            "finished",
            rf"{_PROFILE}: finished '(?P<action>[\w-]+)'",
            say="{part}: {action} finished",
        ),
        begins("started", rf"{_PROFILE}: starting '(?P<action>[\w-]+)'"),
        notes("retention", r"profile '[^']+': cleaning up repository using retention information"),
        notes("check", r"profile '[^']+': checking repository consistency"),
        notes("initialization", r"profile '[^']+': initializing (?:secondary )?repository .*"),
    ),
)
MARKS = _RESTICPROFILE.marks
_WEAK = {"configuration", "running", "monitoring"}


def read(letter: Letter) -> Finding | None:
    """Return what resticprofile says, None if it says nothing."""
    said = statements(_RESTICPROFILE, letter)
    if all(each.rule.name in _WEAK for each in said) and not _named(letter):
        return None
    finding = judge(_RESTICPROFILE, said, letter.retried)
    profiles = {each.groups["part"] for each in said if "part" in each.groups}
    if finding is not None and len(profiles) == 1:
        finding = replace(finding, job=profiles.pop())
    return finding


def _named(letter: Letter) -> bool:
    return "resticprofile" in letter.subject or b"resticprofile" in letter.body.whole.data
