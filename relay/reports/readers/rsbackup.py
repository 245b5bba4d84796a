"""rsbackup: the report that it mails, and what `rsbackup --backup` says while it runs.

The report has a table of volumes and, above it, a list of warnings that is there only if something
is wrong; it ends with `Generated DATE`. A volume that failed its latest backup, or has no backup at
all, is a failure; one that is out of date or not on every device a warning. Success is the table
with its end and without any warning. Each volume is a part. While it runs, rsbackup prints
`ERROR: ...` and, also for a backup that failed, `WARNING: backup of HOST:VOLUME to DEVICE: ...`.
The logs of rsync below the table are judged by rsync's own reader.
What happens next: combine.py weighs the finding against rsync's.
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

_LISTED = r"(?:\* )?WARNING: "
_ROW = r"\| (?P<row_host>\S*) +\| (?P<volume>\S+) +\| (?P<oldest>\d{4}-\d\d-\d\d|none) +\| "

_RSBACKUP = Grammar(
    reader="rsbackup",
    kind=Kind.BACKUP_OTHER,
    standing=Standing.WRAPPER,
    signature=r"Backup report \(|rsbackup|WARNING: backup of \S+:\S+ to |no backup devices found",
    rules=(
        fails(
            "latest",
            rf"{_LISTED}(?P<volumes>\d+) volumes failed latest backup\.",
            say="latest backup failed: {volumes} volumes",
        ),
        fails("run", r"WARNING: backup of (?P<part>\S+:\S+) to (?P<device>\S+): (?P<reason>.+)"),
        fails("devices", r"ERROR: (?P<reason>no backup devices found)"),
        fails("configuration", r"ERROR: (?P<reason>\S+:\d+: .+)"),
        fails(
            "none",
            rf"{_LISTED}(?P<volumes>\d+) volumes have no backups\.",
            say="without any backup: {volumes} volumes",
        ),
        fails("row-none", rf"{_ROW}0 +\|.*", mark=r" \| none ", say="{part}: no backup"),
        fails("counted", r"WARNING: (?P<errors>\d+) errors detected", say="{errors} errors"),
        warns(
            "old",
            rf"{_LISTED}(?P<volumes>\d+) volumes are out of date\.",
            say="out of date: {volumes} volumes",
        ),
        warns(
            "partly",
            rf"{_LISTED}(?P<volumes>\d+) volumes are not fully backed up\.",
            say="not on every device: {volumes} volumes",
        ),
        warns("skipped", r"WARNING: cannot backup (?P<part>\S+)(?: to \S+)? - (?P<reason>.+)"),
        warns("unknown", rf"{_LISTED}(?P<reason>(?:unknown|backup on (?:unknown|disabled)) .+)"),
        succeeds("complete", r"Generated [A-Z][a-z]{2} [A-Z][a-z]{2} .+ \d{4}", say="succeeded"),
        succeeds("row", rf"{_ROW}[1-9]\d* +\|.*", mark=r" \| 20"),
        begins("title", r"(?:=+ )?Backup report \([\d-]+\)(?: =+)?"),
        notes("began", r"INFO: backup (?P<begun>\S+:\S+) to (?P<device>\S+)"),
    ),
)
MARKS = _RSBACKUP.marks

_ROWS = {"row", "row-none"}


def read(letter: Letter) -> Finding | None:
    """Return what rsbackup says, None if it says nothing."""
    said = statements(_RSBACKUP, letter)
    if not any(each.rule.name == "title" for each in said):
        said = [each for each in said if each.rule.name != "complete"]
    return judge(_RSBACKUP, list(_with_hosts(said)))


def _with_hosts(said: Sequence[Statement]) -> Iterator[Statement]:
    """Name the volume of each row; the table prints a host only once for all its volumes."""
    host = ""
    for each in said:
        if each.rule.name not in _ROWS:
            yield each
            continue
        host = each.groups["row_host"] or host
        yield replace(each, groups={"part": f"{host}:{each.groups['volume']}"})
