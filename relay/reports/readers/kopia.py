"""kopia: snapshots and maintenance of its repository.

`Created snapshot` is printed once a source is stored; files that were left out with an error are a
warning, and so says kopia by `Ignored`; fatal errors, an unreachable repository and `ERROR` are
failures. Each source of a run is a part.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds, warns
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind

_KOPIA = Grammar(
    reader="kopia",
    kind=Kind.BACKUP_OTHER,
    rules=(
        fails(
            "fatal", r"(?P<reason>Found [1-9]\d* fatal error\(s\) while snapshotting) .+", ends=True
        ),
        fails("error", r"ERROR +(?P<reason>(?:unable|error|repository|upload|failed|not ).+)"),
        fails(
            "opening",
            r"(?P<reason>(?:error connecting|unable to open) (?:to )?repository.*)",
            mark="error connecting|unable to open",
        ),
        warns("ignored", r"(?P<reason>Ignored [1-9]\d* error\(s\) while snapshotting) .+"),
        warns("left-out", r"-? ?(?P<reason>Error when processing \".+\": .+)"),
        succeeds(
            "created",
            r"Created snapshot with root \S+ and ID (?P<snapshot_ids>\S+) in (?P<seconds>.+)",
            say="snapshot {snapshot_ids} created",
        ),
        begins("snapshotting", r"Snapshotting (?P<source>\S+@\S+:.+?) ?\.\.\."),
        notes(
            "maintenance",
            r"(?:Finished|Cleaned up) .+ (?:maintenance|blobs).*",
            mark="maintenance|blobs",
        ),
    ),
)
MARKS = _KOPIA.marks


def read(letter: Letter) -> Finding | None:
    """Return what kopia says, None if it says nothing."""
    return read_by(_KOPIA, letter)
