"""borg and borgmatic: create, prune, compact, check, and what they say at the end.

With `--show-rc` borg tells its exit status in words: 0 success, 1 warning, 2 error; 128 and above
a signal. Without it the statistics of `create` are proof, for they are printed after the archive
is written; a list of files proves nothing. A file that could not be read is a warning: the archive
is complete without it. borgmatic adds its own summary, the reason first.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds, warns
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind

_CREATES = r"(?:Creating archive at|Initializing cache|Synchronizing chunks cache)"

_BORG = Grammar(
    reader="borg",
    kind=Kind.BORG,
    rules=(
        fails("lock", r"Failed to create/acquire the lock (?P<reason>.*)", say="locked: {reason}"),
        fails("missing", r"(?P<reason>Repository .+ does not exist\.?.*)"),
        fails("passphrase", r"(?P<reason>passphrase supplied in .+ is incorrect\.?)"),
        fails("connection", r"(?P<reason>Connection closed by remote host\. Is borg working .*)"),
        fails("space", r"(?P<reason>Insufficient free space to complete transaction.*)"),
        fails("integrity", r"Data integrity error: (?P<reason>.*)"),
        fails("exists", r"(?P<reason>Archive .+ already exists\.?)"),
        fails("rc", r"terminating with error status, rc (?P<exit_code>\d+)", ends=True),
        fails(
            "signal", r"terminating by (?P<reason>signal|SIG\w+).*rc (?P<exit_code>\d+)", ends=True
        ),
        fails("exception", r"(?P<reason>Local Exception|Remote Exception.*)", mark=" Exception"),
        warns(
            "unreadable",
            r"(?P<file>.+): (?:open|stat|scandir|read|readlink|chdir|dir_open|backup_io):?"
            r" \[Errno \d+\] (?P<reason>[^:]+)(?:: .*)?",
            say="{reason}: {file}",
        ),
        warns("changed", r"(?P<reason>.+: file changed while we backed it up)"),
        warns("pattern", r"(?P<reason>Include pattern .+ never matched\.?)"),
        warns("rc-1", r"terminating with warning status, rc (?P<exit_code>1\d*)"),
        succeeds("rc-0", r"terminating with success status, rc (?P<exit_code>0)"),
        succeeds(
            "statistics",
            r"This archive:\s+(?P<bytes_total>[\d.]+ [kMGTP]?i?B)\s+[\d.]+ [kMGTP]?i?B\s+"
            r"(?P<bytes_transferred>[\d.]+ [kMGTP]?i?B)",
        ),
        begins("create", rf"{_CREATES}.*", mark=_CREATES),
        notes("archive", r"Archive name: (?P<snapshot_ids>.+)"),
        notes("repository", r"Repository: (?P<repository>.+)"),
        notes("files", r"Number of files: (?P<files_total>\d+)"),
        notes("duration", r"Duration: (?P<seconds>.+)"),
    ),
)
MARKS = _BORG.marks


def read(letter: Letter) -> Finding | None:
    """Return what borg says, None if it says nothing."""
    return read_by(_BORG, letter)
