"""borg's lines, of versions 1.1 to 2.0, each also as `--log-json` wraps it.

The errors are those that borg's own exceptions word; the most telling come first, for the first
one that proves the verdict is what the subject will say.
What happens next: borg.py judges what they found.
"""

from dataclasses import replace

from relay.reports.lines.grammar import Rule, begins, fails, notes, succeeds, warns

_SIZE = r"[\d.]+ [kMGTPE]?i?B"
_TIMES = r"(?:Remote|stderr)"
_SSH = (
    r"ssh: .+|Host key verification failed\.?|.+: Permission denied \(.+\)\.?|"
    r".*command not found|.*(?:Connection|connection) .*(?:refused|reset|closed|timed out).*"
)
_ACCESS = (
    r"Repository .+ does not exist\.?.*|.+ is not a valid repository\. Check repo config\.?.*|"
    r".+ does not have a valid configuration\. Check repo config .*|"
    r"The parent path of the repo directory .+ does not exist\.?|"
    r"Permission denied to .+|Repository path not allowed: .+|"
    r"Attic repository detected\..*|Inconsistency detected\. Please run .+|"
    r"Repository has no manifest\.?|Repository access aborted|Cache initialization aborted|"
    r"Repository encryption method changed since last access.*|"
    r"Cache(?:, or information obtained from the security directory)? is newer than repository.*|"
    r"Unsupported (?:repository feature|manifest|payload type).*|Borg server is too old for .+"
)
_ACCESS_MARK = (
    r"does not exist|Repository (?:has no|access|encryption|path)|valid repository|"
    r"does not have a valid conf|parent path of|Permission denied to|Attic repo|"
    r"Inconsistency detected|Cache (?:init|is newer)|Cache, or|Unsupported|Borg server is too old"
)
_KEYS = (
    r"[Pp]assphrase supplied in .+ is incorrect\.?|[Cc]an ?not acquire a passphrase: .+|"
    r"[Pp]asscommand supplied in .+ failed: .+|[Ee]xceeded the maximum password retries\.?|"
    r"No key (?:file|entry) .+ repository .+|Invalid key (?:data|file) for repository .+|"
    r"Mismatch between repository .+ and key file .+|"
    r"Your borg key is stored in an unsupported format.*"
)
_KEYS_MARK = (
    r"assphrase supplied|acquire a passphrase|asscommand supplied|maximum password|"
    r"No key |Invalid key |Mismatch between|Your borg key"
)
_DAMAGED = (
    r"(?:Finished \w+|Completed) repository check, errors found\.?|"
    r"Archive consistency check complete, problems found\.?|Repo object .+ is corrupted: .+|"
    r"Index object count mismatch\.?|.+: New missing file chunk detected .+"
)
_DAMAGED_MARK = (
    r"check, errors found|check complete, problems|is corrupted:|"
    r"count mismatch|New missing file chunk"
)
_SOUND = (
    r"(?:Finished \w+|Completed) repository check, no problems found\.?|"
    r"Archive consistency check complete, no problems found\.?"
)
_READING = r"(?P<file>.+?): (?:\w+: )\[Errno \d+\] (?P<reason>[^:]+)(?:: '.*')?"
_FINDING = r"(?P<file>/.+?): \[Errno \d+\] (?P<reason>[^:]+): '.*'"

_ERRORS = (
    fails("lock", r"Failed to (?:create/)?acquire the lock (?P<reason>.*)", say="locked: {reason}"),
    fails("lock-lost", r"(?P<reason>Failed to release the lock .*)"),
    fails("ssh", rf"{_TIMES}: (?P<reason>{_SSH})", mark=r"Remote: |stderr: "),
    fails(
        "space",
        r"(?P<reason>No space left on device), cleaning up partial transaction.*|"
        r"(?P<required>Insufficient free space to complete transaction.*)|"
        r"(?P<quota>The storage quota .+ has been exceeded.*)",
        mark="partial transaction|Insufficient free space|The storage quota",
        say="{reason}{required}{quota}",
    ),
    fails("access", rf"(?P<reason>{_ACCESS})", mark=_ACCESS_MARK),
    fails("key", rf"(?P<reason>{_KEYS})", mark=_KEYS_MARK),
    fails("exists", r"(?P<reason>(?:Archive|A repository) .*already exists.*)"),
    fails("no-archive", r"(?P<reason>Archive .+ does not exist\.?)"),
    fails(
        "connection",
        r"(?P<reason>Connection closed by remote host.*|Connection to remote host is broken.*|"
        r"Got unexpected RPC data format from server.*)",
        mark="remote host|unexpected RPC",
    ),
    fails(
        "integrity",
        r"(?P<reason>(?:Data integrity|Decompression) error: .*)",
        mark="(?:integrity|Decompression) error: ",
    ),
    fails("damaged", rf"(?P<reason>{_DAMAGED})", mark=_DAMAGED_MARK),
    fails("command", r"(?:Command|Runtime) Error: (?P<reason>.+)"),
    fails("usage", r"borg(?: [\w-]+)*: error: (?P<reason>.+)"),
    fails(
        "signal",
        r"(?P<reason>Received SIG(?:TERM|HUP)\.?|Keyboard interrupt|Cancelled by user\.)",
        mark="Received SIG|Keyboard interrupt|Cancelled by user",
    ),
    fails(
        "raised",
        r"(?:[\w.]+\.)?\w*(?:Error|Exception|Failed): (?P<reason>.+)",
        mark="(?:Error|Exception|Failed): ",
    ),
    fails("exception", r"(?P<reason>(?:Local|Remote) Exception.*)", mark="(?:Local|Remote) Exc"),
    fails("rc", r"terminating with (?:error|abnormal) status, rc (?P<exit_code>\d+)", ends=True),
    fails("rc-signal", r"terminating with signal status, rc (?P<exit_code>\d+)", ends=True),
)
_WARNINGS = (
    notes("reread", r".+: \[Errno \d+\] .+, slept .+, next: retry: \d+ of \d+\.*"),
    warns("unreadable", _READING, mark=r": \[Errno ", say="{reason}: {file}"),
    warns("missing", _FINDING, mark=r": \[Errno ", say="{reason}: {file}"),
    warns(
        "changed",
        r"(?P<reason>.+: (?:file changed|file type or inode changed) while we backed it up.*)",
        mark="while we backed it up",
    ),
    warns("not-backed-up", r"(?P<reason>.+: backup error)"),
    warns("pattern", r"(?P<reason>Include pattern .+ never matched\.?)"),
    warns("repaired", r"(?P<reason>.+ repository check, errors found and repaired\.?)"),
    warns("lost-chunk", r"(?P<reason>.+: Previously missing file chunk is still missing) .*"),
    warns("not-found", r"(?P<reason>Archive .+ not found \(\d+/\d+\)\.?)"),
    warns("rc-1", r"terminating with warning status, rc (?P<exit_code>\d+)"),
)
_ENDS = (
    succeeds(
        "statistics",
        rf"This archive:\s+(?P<bytes_total>{_SIZE})\s+(?P<bytes_compressed>{_SIZE})\s+"
        rf"(?P<bytes_added>{_SIZE})|Deduplicated size:\s+(?P<bytes_deduplicated>{_SIZE})",
        mark="This archive:|Deduplicated size: ",
        say="archive written",
    ),
    succeeds("json", r'\[?\{?\s*"archive": \{.*', say="archive written"),
    succeeds("wrapped", r".+: Successfully ran configuration file", say="succeeded"),
    succeeds("checked", _SOUND, mark="check, no problems|complete, no problems", say="checked"),
    succeeds("compacted", r"compaction freed about .+ repository space\.?", say="compacted"),
    succeeds("collected", r"Finished compaction / garbage collection\.*", say="compacted"),
    succeeds("pruned", rf"Deleted data:\s+-?{_SIZE}\s+-?{_SIZE}\s+-?{_SIZE}", say="pruned"),
    succeeds("rc-0", r"terminating with success status, rc (?P<exit_code>0)"),
)
_BEGINNINGS = (
    begins("create", r'Creating archive at ".*'),
    begins(
        "cache",
        r"(?:Initializing cache|Synchronizing chunks cache).*",
        mark="Initializing cache|Synchronizing chunks",
    ),
    begins("check", r"Starting (?:full |partial )?repository check", mark="repository check"),
    begins("check-archives", r"Starting archive consistency check\.*"),
    begins("collect", r"Starting compaction / garbage collection\.*"),
    begins(
        "cron", r"Cron <\S+> (?:\S*/)?borg (?:create|prune|compact|check|delete) .*", subject=True
    ),
)
_NOTES = (
    notes(
        "kept",
        r"(?:Keeping|Pruning|Would prune)(?: archive)?(?: \(.+\))?: .*",
        mark="Keeping|Pruning|Would prune",
    ),
    notes("archive", r"Archive name: (?P<snapshot_ids>.+)"),
    notes("command-line", r"Command line: .+"),
    notes("json-figures", r'"nfiles": (?P<files_total>\d+),?'),
    notes("repository", r"Repository: (?P<repository>.+)"),
    notes("files", r"Number of files: (?P<files_total>\d+)"),
    notes("original", rf"Original size: (?P<bytes_total>{_SIZE})"),
    notes("duration", r"Duration: (?P<seconds>.+)"),
    notes("stale", r"(?:Killed|Removed) stale (?:\w+ )*lock .*", mark=" stale "),
    notes("retry", r".+: Retrying\.\.\. attempt \d+/\d+"),
)

COMMANDS = {
    **dict.fromkeys(("create", "archive", "statistics", "json"), "create"),
    **dict.fromkeys(("kept", "pruned"), "prune"),
    **dict.fromkeys(("check", "check-archives", "checked", "damaged", "repaired"), "check"),
    **dict.fromkeys(("collect", "collected", "compacted"), "compact"),
}
"""Which command prints a line, by the names of the rules; an exit status may be anybody's."""

WEAK = {
    *("raised", "exception", "command", "signal", "unreadable", "missing", "changed", "wrapped"),
    *("not-backed-up", "not-found", "json", "json-figures", "repository", "files", "duration"),
    *("retry", "stale", "archive", "command-line", "original", "ssh", "exists", "access"),
}
"""What other programs may print as well."""


def _in_json(rule: Rule) -> Rule:
    """Return `rule` for the line as `--log-json` prints it."""
    pattern = rf'\{{"type": "log_message", .*"message": "(?:{rule.pattern})", .*\}}'
    return replace(rule, pattern=pattern)


RULES = tuple(
    form
    for rule in (*_ERRORS, *_WARNINGS, *_ENDS, *_BEGINNINGS, *_NOTES)
    for form in ((rule,) if rule.subject else (rule, _in_json(rule)))
)
