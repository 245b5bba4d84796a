"""btrbk: snapshots of btrfs and their copies on other disks.

It ends with a summary, one line a subvolume: `+++` made, `>>>` and `***` received, `!!!` failed,
and a note if there were errors. A good summary has no last line of its own, so it proves no
success: what was cut off may have been the `!!!`. A dry run made nothing.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind

_BTRBK = Grammar(
    reader="btrbk",
    kind=Kind.BACKUP_OTHER,
    signature="btrbk",
    rules=(
        fails("failed", r"!!! (?P<reason>\S.*)", say="failed: {reason}"),
        fails("errors", r"NOTE: (?P<reason>Some errors occurred\b.*)"),
        begins("summary", r"Backup Summary \(btrbk command line client, version \S+\)"),
        notes("dry-run", r"(?:NOTE: )?Dryrun(?: was active, .+|: YES)", mark="Dryrun"),
    ),
)
MARKS = _BTRBK.marks


def read(letter: Letter) -> Finding | None:
    """Return what btrbk says, None if it says nothing."""
    return read_by(_BTRBK, letter)
