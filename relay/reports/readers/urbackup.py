"""UrBackup: the report of a backup with its log, and alerts of clients without a recent one.

A report counts infos, warnings and errors of one client's backup and lists them. No warning and no
error, or the log's own `Backup succeeded`, is a success; errors are a failure, as are `- failed` in
the server's own subject and an alert; `back to ok` after an alert is a success.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, statements, succeeds, warns
from relay.reports.lines.judge import judge
from relay.reports.report import Kind

_LOGGED = r"\d{4}-\d\d-\d\d \d\d:\d\d(?::\d\d)?\s?"
_INFO, _WARNING, _ERROR = (
    rf"(?:{_LOGGED}\({level}\)|{level.upper()}): " for level in ("info", "warning", "error")
)

_URBACKUP = Grammar(
    reader="urbackup",
    kind=Kind.BACKUP_OTHER,
    signature=r"UrBackup",
    rules=(
        fails(
            "alert",
            r"(?P<reason>No recent (?P<type>file|image) backup for client \"(?P<job>[^\"]+)\"\."
            r" .+?\.)(?: This alert .*)?",
            say="{job}: no recent {type} backup",
        ),
        fails("logged-error", rf"{_ERROR}(?P<reason>.*)", mark=r"\(error\): |ERROR: "),
        fails(
            "errors",
            r"\( ?\d+ infos?, \d+ warnings?, (?P<reason>[1-9]\d* errors?)\)",
            mark=r" infos?, ",
        ),
        fails("failed", r"UrBackup: .*backup of \"(?P<job>[^\"]+)\" - failed", subject=True),
        warns("logged-warning", rf"{_WARNING}(?P<reason>.*)", mark=r"\(warning\): |WARNING: "),
        warns(
            "warnings",
            r"\( ?\d+ infos?, (?P<reason>[1-9]\d* warnings?), 0 errors\)",
            ends=True,
            mark=r" infos?, ",
        ),
        succeeds("counted", r"\( ?\d+ infos?, 0 warnings, 0 errors\)", mark=r" infos?, "),
        succeeds("succeeded", rf"{_INFO}Backup succeeded", mark="Backup succeeded"),
        succeeds(
            "recovered",
            r"(?P<type>File|Image) backup status for client \"(?P<job>[^\"]+)\" is back to ok\..*",
            say="{job} has a recent {type} backup again",
        ),
        begins("report", r"UrBackup just did an? .*backup of \"(?P<job>[^\"]+)\"\."),
        notes("transferred", r".*\(info\): Transferred (?P<bytes_transferred>[\d.]+ [KMGT]?i?B).*"),
        notes("time", r".*\(info\): Time taken for .*: (?P<seconds>.+)"),
    ),
)
MARKS = _URBACKUP.marks


def read(letter: Letter) -> Finding | None:
    """Return what UrBackup reports, None if it says nothing."""
    return judge(_URBACKUP, statements(_URBACKUP, letter))
