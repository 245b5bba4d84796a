"""duplicity, alone or run by duply: backups, verification, and what ended them early.

The statistics are printed after a backup is stored: with `Errors 0` they prove a success, with more
a warning, for some files could not be read. A backup that began and printed none is unknown, also
where a later step (verify, purge) ended well. What ends duplicity is printed by name: GPG, the
backend after its last attempt, a missing source, a lock. An attempt that failed proves nothing:
duplicity tries again and says when it gives up. duply tells each command's state; the end of its
backup command is an end, a `FAILED` one a failure with duplicity's exit code.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Sequence
from dataclasses import replace

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Role,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.lines.session_statistics import FIGURES, STORED, UNREAD, below_heading
from relay.reports.report import Kind

_BACKUPS = r"BKP|FULL|INCR|BACKUP|DUP"
_WHEN = r"(?: at \S+ \S+)?.*"

_DUPLICITY = Grammar(
    reader="duplicity",
    kind=Kind.BACKUP_OTHER,
    rules=(
        fails("lock", r"(?P<reason>Another duplicity (?:instance|process) is already running) .*"),
        fails(
            "gpg-log",
            r"gpg: (?P<reason>.*(?:[Ff]ailed|skipped: No public key|No secret key|[Ee]rror|"
            r"[Ff]atal|[Bb]ad |can't |not found).*)",
        ),
        fails("gave-up", r"Giving up after (?P<attempts>\d+) attempts\. (?P<reason>.*)"),
        fails("source", r"(?P<reason>Backup source directory .+ does not exist)\."),
        fails(
            "target",
            r"(?P<reason>(?:Verify|Restore destination) directory .+ (?:does not|already) .*)",
        ),
        fails("space", r"(?P<reason>Temp space has \d+ available, backup needs approx \d+)\."),
        fails("corrupted", r"(?P<reason>File .+ was corrupted during upload)\."),
        fails("fatal", r"Fatal Error: (?P<reason>.*)"),
        fails(
            "exception",
            r"(?:BackendException|CollectionsError|InvalidBackendURL|UnsupportedBackend"
            r"Scheme|BackendCommandLineError|CommandLineError): (?P<reason>.*)",
            mark="BackendException: |CollectionsError: |InvalidBackendURL: |"
            "UnsupportedBackendScheme: |CommandLineError: ",
        ),
        fails("hash", r"(?P<reason>Invalid data - \S+ hash mismatch.*)"),
        fails(
            "restore",
            r"(?P<reason>(?:No files found|.+ not found) in archive - (?:nothing|no files)"
            r" restored)\.",
            mark=" in archive - ",
        ),
        fails("settings", r"(?P<reason>Restarting backup, but current encryption settings .*)"),
        fails(
            "command",
            r"(?:Command line error|duplicity: error): (?P<reason>.*)",
            mark="Command line error|duplicity: error",
        ),
        fails("gpg", r"GPGError: (?P<reason>.*?):?"),
        fails(
            "differences",
            r"(?P<reason>Verify complete: \d+ files? compared, [1-9]\d* differences? found)\.",
        ),
        fails(
            "duply-task",
            r"Task '(?P<task>\w+)' failed with exit code '(?P<exit_code>\d+)'\.",
            say="{task} failed",
            ends=True,
        ),
        fails(
            "duply",
            r"--- Finished state FAILED 'code (?P<exit_code>\d+)'.*",
            say="duply failed",
            ends=True,
        ),
        fails("duply-fatal", r"Sorry\. A fatal ERROR occured:", say="duply: a fatal error"),
        warns(
            "unread",
            r"Error (?:accessing possibly locked file|initializing file|opening file|"
            r"listing directory|reading) (?P<file>.+)",
            mark="Error ",
            say="could not read {file}",
        ),
        UNREAD,
        STORED,
        succeeds(
            "verified",
            r"Verify complete: (?P<files_total>\d+) files? compared, 0 differences found\.",
            say="verified, no differences",
        ),
        succeeds("duply-ok", rf"--- Finished state OK{_WHEN}", say="duply ended"),
        begins("duply-start", rf"--- Start running command (?P<command>\w+){_WHEN}"),
        begins("full", r"No signatures found, switching to full backup\."),
        begins("local", r"Local and Remote metadata are synchronized, no sync needed\."),
        begins("sync", r"Synchronizing remote metadata to local cache\.\.\."),
        notes("head", r"-+\[ Backup Statistics \]-+", mark="Backup Statistics"),
        notes("attempt", r"Attempt (?:of \w+ Nr\. )?(?P<attempt>\d+) failed\. .*"),
        notes("profile", r"Using profile '(?:.*/)?(?P<job>[^/']+)'\."),
        *FIGURES,
    ),
)
MARKS = _DUPLICITY.marks


def read(letter: Letter) -> Finding | None:
    """Return what duplicity and duply say, None if they say nothing."""
    said = _unfinished(_paired(below_heading(statements(_DUPLICITY, letter), "head")))
    return judge(_DUPLICITY, said, letter.retried)


def _paired(said: Sequence[Statement]) -> list[Statement]:
    """Keep duply's states of the backup command only; `pre` and `post` prove nothing."""
    out: list[Statement] = []
    backs_up = False
    for each in said:
        if each.rule.name == "duply-start":
            backs_up = each.groups["command"].upper() in _BACKUPS.split("|")
        if each.rule.name in ("duply-start", "duply-ok") and not backs_up:
            continue
        groups = {name: text for name, text in each.groups.items() if name != "command"}
        out.append(replace(each, groups=groups))
    return out


def _unfinished(said: Sequence[Statement]) -> list[Statement]:
    """Mark what began and had no end before the next began as a part of its own."""
    out = list(said)
    began: int | None = None
    for at, each in enumerate(said):
        if each.rule.role in (Role.SUCCEEDS, Role.FAILS) or each.rule.name == "errors":
            began = None
        elif each.rule.role is Role.BEGINS and each.rule.name != "full":
            if began is not None and said[began].rule.name != "duply-start":
                groups = {**out[began].groups, "part": f"run at line {out[began].line.number}"}
                out[began] = replace(out[began], groups=groups)
            began = at
    return out
