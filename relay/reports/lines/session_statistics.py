"""The figures that duplicity and rdiff-backup print alike, each below its own heading.

`Errors 0` ends them and proves a stored session; more errors are files that could not be read. The
words stand only below the heading of the program that is asked, for the other prints the same.
What happens next: duplicity.py and rdiff_backup.py put the rules into their tables.
"""

from collections.abc import Sequence

from relay.reports.lines.grammar import Statement, notes, succeeds, warns

UNREAD = warns(
    "errors", r"Errors (?P<errors>[1-9]\d*)", say="{errors} files could not be read", ends=True
)
STORED = succeeds("statistics", r"Errors (?P<errors>0)", say="stored")
FIGURES = (
    notes("source-files", r"SourceFiles (?P<files_total>\d+)"),
    notes("source-size", r"SourceFileSize (?P<bytes_total>\d+) \(.*\)"),
    notes("new", r"NewFiles (?P<files_new>\d+)"),
    notes("changed", r"ChangedFiles (?P<files_changed>\d+)"),
    notes("deleted", r"DeletedFiles (?P<files_deleted>\d+)"),
    notes("stored", r"TotalDestinationSizeChange (?P<bytes_added>\d+) \(.*\)"),
    notes("elapsed", r"ElapsedTime [\d.]+ \((?P<seconds>.+)\)"),
)
_ENDS = {UNREAD.name, STORED.name}
_NAMES = _ENDS | {rule.name for rule in FIGURES}


def below_heading(said: Sequence[Statement], heading: str) -> list[Statement]:
    """Return `said` without figures that do not stand below a line of the rule `heading`."""
    kept: list[Statement] = []
    inside = False
    for each in said:
        name = each.rule.name
        inside = inside or name == heading
        if inside or name not in _NAMES:
            kept.append(each)
        inside = inside and name not in _ENDS
    return kept
