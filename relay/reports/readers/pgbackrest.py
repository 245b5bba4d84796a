"""pgBackRest: backups of PostgreSQL, their expiry and the archive of its log.

Each command says that it begins, and how it ended: `completed successfully`, or `aborted with
exception [NNN]` after the error itself. Each is a part; one without an end was cut off. Warnings
are advice about options and change no verdict.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind

_COMMAND = r"(?:P\d\d +)?INFO: (?P<part>[a-z][a-z-]+) command"
_LEVEL = r"(?:P\d\d +)?"

_PGBACKREST = Grammar(
    reader="pgbackrest",
    kind=Kind.BACKUP_OTHER,
    rules=(
        fails("error", rf"{_LEVEL}(?:ERROR|ASSERT): \[\d+\]: (?P<reason>.+)", mark=r": \[\d+\]: "),
        fails(
            "aborted",
            rf"{_COMMAND} end: (?P<reason>(?:aborted with exception|terminated on signal) \[\w+\])",
            mark=" command end: ",
            say="{part} {reason}",
        ),
        succeeds("completed", rf"{_COMMAND} end: completed successfully(?: \(\d+ms\))?"),
        begins("began", rf"{_COMMAND} begin .+"),
        notes("label", r"(?:P\d\d +)?INFO: new backup label = (?P<snapshot_ids>\S+)"),
    ),
)
MARKS = _PGBACKREST.marks


def read(letter: Letter) -> Finding | None:
    """Return what pgBackRest says, None if it says nothing."""
    return read_by(_PGBACKREST, letter)
