"""restic's lines, of versions 0.8 to 0.19, as text and as JSON.

What says why comes before what says that: the first rule that proves the verdict is what the
subject will say.
What happens next: restic.py judges what they found.
"""

from relay.reports.lines.grammar import begins, fails, notes, succeeds, warns

_SIZE = r"[\d.]+ ?(?:[KMGTPE]i)?B(?:ytes)?"
_TEXT = r'(?:[^"\\]|\\.)*'
_FATAL = (
    r"unable to (?:open (?:config file|repository)|create lock|save snapshot|load index)|"
    r"wrong password or no key found|an empty password is not a password|repository |config |"
    r"(?:Please specify|create) repository|packs from index missing|nothing to backup|"
    r"all (?:target|source) directories/files do not exist|no matching ID found"
)
_DAMAGE = (
    r"pack \w+:? (?:does not exist|contains \d+ errors: .*)|Pack ID does not match, .*|"
    r"error for tree \w+:|(?:Load|tree|blob|pack) .*(?:ciphertext verification failed|not found).*|"
    r"The repository (?:is damaged and must be repaired|contains damaged pack files)\..*|"
    r"The index references \d+ needed pack files .*|hash does not match id: .*|Unknown blob \w+"
)
_DAMAGE_MARK = (
    r"does not exist|contains \d+ err|Pack ID does not|error for tree|verification failed|"
    r"not found|is damaged and must|contains damaged|The index references|hash does not match|"
    r"Unknown blob"
)

_ERRORS = (
    fails(
        "locked",
        r"(?:Fatal: )?unable to create lock in backend: (?P<reason>repository is already locked"
        r"(?: exclusively)?)(?: by PID \d+ on (?P<locked_by>\S+) .*)?",
        say="{reason} by {locked_by}",
    ),
    fails("lock", r"(?P<reason>unable to create lock in backend.*)"),
    fails("session", r"subprocess ssh: (?P<reason>.+)"),
    fails("repository", rf"Fatal: (?P<reason>(?:{_FATAL}).*)"),
    fails("fatal", r"Fatal: (?P<reason>.+)"),
    fails(
        "exit",
        r'\{"message_type":"exit_error","code":(?P<exit_code>\d+),"message":"(?:Fatal: )?'
        rf'(?P<reason>{_TEXT})"\}}',
    ),
    fails("source", r"error: (?:scan: )?(?P<reason>[A-Za-z]\w*:? .+)"),
    fails(
        "source-json",
        rf'\{{"message_type":"error","error":(?:\{{"message":"(?P<reason>{_TEXT})".*?|.*?),'
        rf'"during":"\w+","item":"(?P<file>{_TEXT})"\}}',
        mark='"message_type":"error"',
        say="cannot read {file} {reason}",
    ),
    fails("unreadable", r"Warning: (?P<reason>at least one source file could not be read)"),
    fails("removal", r"(?P<reason>unable to remove \S+ from the repository)"),
    fails("removals", r"(?P<reason>failed to remove one or more snapshots)"),
    fails("damage", rf"(?P<reason>{_DAMAGE})", mark=_DAMAGE_MARK),
    fails("interrupted", r"(?:\x1b\[2K)?(?P<reason>signal \w+ received), .*"),
    fails("restore-error", r"ignoring error for (?P<reason>.+)"),
    fails("panic", r"panic: (?P<reason>.+)"),
    fails("usage", r"(?P<reason>unknown (?:flag|command|shorthand flag): .+)"),
)
_WARNINGS = (
    warns("missing", r"(?P<reason>.+ does not exist), skipping"),
    warns("second-try", r"(?P<reason>check successful on second attempt), .*"),
)
_SUMMARY = (
    r'\{"message_type":"summary",(?:.*?"files_new":(?P<files_new>\d+))?'
    r'(?:.*?"files_changed":(?P<files_changed>\d+))?(?:.*?"data_added":(?P<bytes_added>\d+))?'
    r'(?:.*?"total_files_processed":(?P<files_total>\d+))?'
    r'(?:.*?"total_bytes_processed":(?P<bytes_total>\d+))?'
    r'.*"snapshot_id":"(?P<snapshot_ids>[0-9a-f]{8})[0-9a-f]*".*\}'
)
_ENDS = (
    succeeds(
        "saved",
        r"snapshot (?P<snapshot_ids>[0-9a-f]{8,64}) saved",
        say="snapshot {snapshot_ids} saved",
    ),
    succeeds("summary", _SUMMARY, say="snapshot {snapshot_ids} saved"),
    succeeds("dry", r"Would add to the repo(?:sitory)?: .+", say="dry run, nothing stored"),
    succeeds("checked", r"no errors were found", say="no errors were found"),
    succeeds(
        "restored",
        r"Summary: Restored (?P<files_restored>\d+)(?: / \d+)? files/dirs .*",
        say="restored {files_restored} files and directories",
    ),
    succeeds("done", r"done", say="pruned"),
    succeeds(
        "deleted", r"\[[\d:]+\] 100\.00%\s+\d+ / \d+ files deleted", say="old snapshots removed"
    ),
    succeeds(
        "would", r"Would have removed the following snapshots:", say="dry run, nothing removed"
    ),
    succeeds("kept", r"keep \d+ snapshots:", say="no snapshot to remove"),
)
_PARENT = r"using parent snapshot \w+|no parent snapshot found, will read all files"
_CRON = r"Cron <\S+> (?:\S*/)?restic (?:.* )?(?:backup|forget|prune|check)(?: .*)?"
_BEGINNINGS = (
    begins("backup", rf"(?:{_PARENT})", mark="parent snapshot"),
    begins("scan", r"start scan on \[.*\]"),
    begins("read", r"start backup on \[.*\]"),
    begins("prune", r"find(?:ing)? data that is still in use for \d+ snapshots"),
    begins("prune-runs", r"\d+ snapshots have been removed, running prune"),
    begins("index", r"getting pack files to read\.*"),
    begins("check", r"check all packs"),
    begins("remove", r"remove \d+ snapshots:"),
    begins("restore", r"restoring (?:<Snapshot|snapshot) .* to .*", mark="restoring "),
    begins("cron", _CRON, subject=True),
)
_NOTES = (
    notes("backend", r".+ returned error, retrying after .+"),
    notes("again", r".+ operation successful after \d+ retries"),
    notes("waiting", r"repo already locked, waiting up to .+ for the lock"),
    notes("repacked", r"rebuilding index"),
    notes(
        "files",
        r"Files:\s+(?P<files_new>\d+) new,\s+(?P<files_changed>\d+) changed,"
        r"\s+(?P<files_unmodified>\d+) unmodified",
    ),
    notes("added", rf"Added to the repo(?:sitory)?: (?P<bytes_added>{_SIZE}).*"),
    notes(
        "processed",
        rf"processed (?P<files_total>\d+) files, (?P<bytes_total>{_SIZE}) in (?P<seconds>[\d:]+)",
    ),
)

RULES = (*_ERRORS, *_WARNINGS, *_ENDS, *_BEGINNINGS, *_NOTES)

COMMANDS = {
    **dict.fromkeys(("backup", "scan", "read", "saved", "summary", "dry"), "backup"),
    **dict.fromkeys(("files", "added", "processed"), "backup"),
    **dict.fromkeys(("prune", "prune-runs", "index", "done"), "prune"),
    **dict.fromkeys(("check", "checked"), "check"),
    **dict.fromkeys(("remove", "deleted", "kept", "would"), "forget"),
    **dict.fromkeys(("restore", "restored"), "restore"),
}
"""Which command prints a line, by the names of the rules."""

WEAK = {
    *("done", "panic", "usage", "fatal", "source", "missing", "damage", "waiting", "session"),
    *("restore-error", "restore", "interrupted", "repacked", "backend", "checked"),
}
"""What other programs may print as well."""
