"""rsync-time-backup (laurent22): the lines of rsync_tmbackup.sh and of its ports around rsync's.

The script judges by its own log file: it says `Backup completed without errors.` whenever that
file holds no `rsync:`, also after a timeout (code 30) that was never logged, so the sentence proves
nothing, and the script none of the successes: rsync's own totals, which it prints by default, do.
Its `[ERROR]` lines, a failed safety check and an interruption are failures, its `[WARNING]` lines
warnings; a beginning without anything of rsync's is unknown.
What happens next: combine.py weighs the finding against rsync's own.
"""

from collections.abc import Sequence
from dataclasses import replace

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
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.report import Kind, Verdict

_SELF = r"rsync[_-](?:tmbackup|time[_-]machine)[\w.-]*: "
_MARK = "rsync_tmbackup|rsync-time-machine|rsync_time_machine"
_SEE_LOG = r"\. Run this command for more details: .*"

_TMBACKUP = Grammar(
    reader="rsync-time-backup",
    kind=Kind.RSYNC,
    standing=Standing.WRAPPER,
    rules=(
        fails("space", rf"{_SELF}\[ERROR\] (?P<reason>No space left on device, .+)", mark=_MARK),
        fails(
            "active",
            rf"{_SELF}\[ERROR\] Previous backup task is still active.*",
            mark=_MARK,
            say="the previous backup is still running",
        ),
        fails(
            "rsync",
            rf"{_SELF}\[ERROR\] Rsync reported an error{_SEE_LOG}",
            mark=_MARK,
            say="rsync reported an error",
        ),
        fails(
            "status",
            rf"{_SELF}\[ERROR\] (?P<reason>(?:Exited with error|Rsync exited with) code"
            r" (?P<exit_code>\d+).*)",
            mark=_MARK,
        ),
        fails("error", rf"{_SELF}\[ERROR\] (?P<reason>.+)", mark=_MARK),
        fails(
            "marker",
            rf"{_SELF}(?P<reason>Safety check failed - the destination does not appear to be a"
            r" backup folder or drive).*",
            mark=_MARK,
        ),
        fails("interrupted", rf"{_SELF}SIGINT caught\.", mark=_MARK, say="interrupted (SIGINT)"),
        warns(
            "rsync-warning",
            rf"{_SELF}\[WARNING\] Rsync reported a warning{_SEE_LOG}",
            mark=_MARK,
            say="rsync reported a warning",
        ),
        warns("warning", rf"{_SELF}\[WARNING\] (?P<reason>.+)", mark=_MARK),
        notes("praise", rf"{_SELF}Backup completed without errors\.", mark=_MARK),
        begins("began", rf"{_SELF}Starting backup\.\.\.", mark=_MARK),
        notes("detail", rf"{_SELF}.*", mark=_MARK),
    ),
)
MARKS = _TMBACKUP.marks


def read(letter: Letter) -> Finding | None:
    """Return what the script says, None if it says nothing."""
    said = statements(_TMBACKUP, letter)
    if any(each.rule.role is Role.WARNS for each in said):  # says more than that it began
        said = [each for each in said if each.rule.role is not Role.BEGINS]
    finding = judge(_TMBACKUP, said, letter.retried)
    if finding is None or finding.verdict is not Verdict.UNKNOWN:
        return finding
    return replace(finding, what=_unproven(said), defers=True)


def _unproven(said: Sequence[Statement]) -> str:
    """Say what is missing: the end, or only what proves it."""
    if any(each.rule.name == "praise" for each in said):
        return "says that it completed, but shows no end of rsync"
    return "the report ends before the backup does"
