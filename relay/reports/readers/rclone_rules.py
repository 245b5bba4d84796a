"""rclone's lines: its log with levels, and the blocks of statistics, old and new.

A line's level stands in front of its message (`ERROR : `, `<3>ERROR : `); since 1.67 the last line
has one as well (`NOTICE: Failed to sync: ...`). Blocks of old versions hold no totals to reach.
What happens next: rclone.py sorts the lines into runs, and gives some of them another rule.
"""

from relay.reports.lines.grammar import begins, fails, notes, succeeds, warns

_STAMP = r"(?:<\d>)?(?:\d{4}/\d\d/\d\d \d\d:\d\d:\d\d(?:\.\d+)? )?"
_ERROR = rf"{_STAMP}ERROR *: "
_LAST = rf"{_STAMP}(?:(?:NOTICE|CRITICAL|ERROR|INFO) *: )?"
_SIZE = r"[\d.]+ ?[kKMGTPE]?i?(?:B|Bytes|Byte)?"
_ELAPSED = r"Elapsed time:\s+(?P<seconds>[\d.hms]+)"
_BY_CONTEXT = r"[^\x00-\x{10ffff}]"  # matches nothing: such a rule is given to a line by hand

_FAILURES = (
    fails(
        "failed",
        rf"{_LAST}Failed to (?:\w+)(?: with \d+ errors?: last error was)?: (?P<reason>.+)",
        ends=True,
    ),
    fails("remote", rf"{_LAST}(?P<reason>Failed to \w+ (?:file system|config file) .+)", ends=True),
    fails("fatal", rf"{_LAST}Fatal error: (?P<reason>.+)", ends=True),
    fails("usage", r"(?P<reason>Command \w+ needs \d+ arguments .+)", ends=True),
    fails("signal", rf"{_LAST}(?P<reason>Signal received: \w+)", ends=True),
    notes("attempt", rf"{_ERROR}Attempt \d+/\d+ failed with \d+ errors? and: .*"),
    succeeds(
        "recovered", rf"{_ERROR}(?P<attempt>Attempt \d+/\d+) succeeded", say="{attempt} succeeded"
    ),
    notes("consequence", rf"{_ERROR}.+: not deleting (?:files|directories) as there were .*"),
    fails("error", rf"{_ERROR}(?:\x1b?\[\d+m)*(?P<reason>.+)", mark="ERROR +: "),
)
_STATISTICS = (
    succeeds("nothing", rf"{_LAST}There was nothing to transfer", say="nothing to transfer"),
    succeeds("compared", rf"{_LAST}.+: 0 differences found", say="0 differences found"),
    notes("matching", rf"{_LAST}.+: (?P<files_total>\d+) matching files"),
    notes(
        "size", rf"Transferred:\s+(?P<done>{_SIZE}) / (?P<whole>{_SIZE}), (?:\d+%|-), .*, ETA .*"
    ),
    notes("size-old", rf"Transferred:\s+(?P<done>{_SIZE}) \(.*/s\)"),
    notes("count", r"Transferred:\s+(?P<done>\d+) / (?P<whole>\d+), (?:\d+%|-)"),
    notes("count-old", r"Transferred:\s+(?P<done>\d+)"),
    notes("errors", r"Errors:\s+(?P<errors>\d+)(?: \(.*\))?"),
    notes("checks", r"Checks:\s+(?P<done>\d+) / (?P<whole>\d+), (?:\d+%|-).*"),
    notes("checks-old", r"Checks:\s+(?P<done>\d+)"),
    notes("deleted", r"Deleted:\s+(?P<files_deleted>\d+).*"),
    notes("renamed", r"Renamed:\s+(?P<files_renamed>\d+)"),
    notes("elapsed", _ELAPSED),
    notes("one-line", rf"{_LAST}\s*(?P<done>{_SIZE}) / (?P<whole>{_SIZE}), (?:\d+%|-), .*, ETA .*"),
    notes("under-way", r"(?:Transferring|Checking):", mark="(?:Transferr|Check)ing:"),
    notes("dry", rf"{_LAST}.+: (?:Skipped|Not) .* as --dry-run.*"),
)
_CRON = begins(
    "cron", r"Cron <\S+> (?:\S*/)?rclone (?:.* )?(?:copy|sync|move|bisync) .*", subject=True
)

FORGIVEN = notes("forgiven", _BY_CONTEXT, mark="ERROR +: ")
TOLERATED = warns("tolerated", _BY_CONTEXT, mark="ERROR +: ")
DRY_RUN = succeeds(
    "dry-run", _BY_CONTEXT, mark="Elapsed time:", say="dry run, nothing copied", news=True
)
FINISHED = succeeds("finished", _BY_CONTEXT, mark="Elapsed time:", say="succeeded")
UNFINISHED = begins("unfinished", _BY_CONTEXT, mark="Elapsed time:")
"""What lines of errors and statistics become by what stands around them."""

RULES = (*_FAILURES, *_STATISTICS, _CRON, FORGIVEN, TOLERATED, DRY_RUN, FINISHED, UNFINISHED)

FIGURES = {
    **dict.fromkeys(("size", "size-old", "one-line"), "bytes_transferred"),
    **dict.fromkeys(("count", "count-old"), "files_transferred"),
    **dict.fromkeys(("checks", "checks-old"), "files_checked"),
}
"""What `done` counts, by the names of the rules."""

IN_BLOCK = {*FIGURES, "errors", "deleted", "renamed"}
COMMANDS = {"unfinished": "cut off"} | dict.fromkeys(
    ("finished", "dry-run", "nothing", "recovered", "compared"), "another"
)
