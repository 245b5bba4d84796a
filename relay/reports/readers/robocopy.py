"""robocopy: an exit status that adds up 1 copied, 2 extra, 4 mismatches, 8 failures, 16 fatal.

So 1, 2 and 3 are fine, which many scripts take for errors. The table at the end is proof: nothing
in its FAILED column is a success, anything there a failure; a mismatch is a warning.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds, warns
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind

_ROW = r"(?:Dirs|Files|Verz\.|Dateien|Rép|Fichiers|Directorios|Archivos) *:" + 3 * r" +\d+"
_ROWS = "Dirs :|Files :|Verz.*:|Dateien:|Dateien :|Fichiers *:|Archivos *:"
_CODE = r"(?:.*\b)?[Ee]xit ?[Cc]ode ?[:=]? ?"

_ROBOCOPY = Grammar(
    reader="robocopy",
    kind=Kind.BACKUP_OTHER,
    signature=r"ROBOCOPY +::|Robust File Copy",
    rules=(
        fails("failed", rf"{_ROW} +\d+ +(?P<files_failed>[1-9]\d*) +\d+", mark=_ROWS, say="failed"),
        fails("error", r".*(?P<reason>ERROR \d+ \(0x[0-9A-Fa-f]{8}\) .+)"),
        fails("code", rf"{_CODE}(?P<exit_code>[89]|1\d)", mark="[Ee]xit ?[Cc]ode", ends=True),
        warns("mismatched", rf"{_ROW} +[1-9]\d* +0 +\d+", mark=_ROWS, say="mismatches", ends=True),
        succeeds("table", rf"{_ROW} +0 +0 +\d+", mark=_ROWS),
        begins("began", r".*Robust File Copy for Windows.*"),
        notes("header", r".+ Extras"),
        notes("fine", rf"{_CODE}[0-7]", mark="[Ee]xit ?[Cc]ode"),
    ),
)
MARKS = _ROBOCOPY.marks


def read(letter: Letter) -> Finding | None:
    """Return what robocopy says, None if it says nothing."""
    return read_by(_ROBOCOPY, letter)
