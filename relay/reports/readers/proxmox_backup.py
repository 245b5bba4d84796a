"""Proxmox Backup Server's notices, the output of proxmox-backup-client, and PVE's replication.

A notice about garbage collection, verification, pruning, synchronisation or tapes ends with one
sentence, `... successful.` or `... failed: REASON`; it counts only in a mail that is the server's
own, because anybody might write it. Bad chunks found by a garbage collection make it a warning, a
medium that is wanted too: the tape job waits. A subject in the server's form proves a failure.
The client prints `Duration:` and `End Time:` when the server has closed the snapshot, and nothing
else proves success; `Starting backup:` without them is unknown, a file that it could not open or
that changed is a warning, `Error:` a failure. A list of updates is no report
on any job, the test of a notification target says that the sender is well.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import re2

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    PROVES,
    Grammar,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge, read_by
from relay.reports.mask import news
from relay.reports.report import Kind, Verdict

_STORE = r"'(?P<datastore>[^']+)'"
_TASK = r"(?:Garbage Collect|Verify|Verification|Prun(?:e|ing)|Sync|Tape Backup|Tape Restore)\b"
_SNAPSHOT = r"(?:\[?[\w./-]*\]?:)?(?:vm|ct|host)/[\w.-]+(?:/[\dTZ:-]+)?"

_NOTICES = Grammar(
    reader="proxmox_backup",
    kind=Kind.BACKUP_OTHER,
    signature=(
        r"/#(?:DataStore-|pbs)|Datastore: |Proxmox Backup Server|Replication [Jj]ob|"
        r"requested media into the|notification target '"
    ),
    rules=(
        fails(
            "collection",
            r"Garbage collection failed: (?P<reason>.+)",
            say="garbage collection of {datastore}: {reason}",
        ),
        fails(
            "verification",
            r"Verification failed on these snapshots(?:/groups)?:",
            say="{snapshots} of {datastore} cannot be verified",
        ),
        fails("pruning", r"Pruning failed: (?P<reason>.+)", say="pruning {datastore}: {reason}"),
        fails(
            "synchronization",
            r"Synchronization failed: (?P<reason>.+)",
            say="synchronising {datastore}{source}: {reason}",
        ),
        fails("tape", r"Tape Backup failed: (?P<reason>.+)", say="tape of {datastore}: {reason}"),
        fails(
            "replication",
            r"Replication job '?(?P<task>[^' ]+)'? with target '?(?P<target>[^' ]+)'? and schedule"
            r" .* failed!",
            say="replication {task} to {target}: {error}",
        ),
        fails(
            "certificate",
            r"Proxmox Backup Server was not able to renew a TLS certificate\.",
            say="no new TLS certificate: {error}",
        ),
        fails("subject", rf"{_TASK}.* [Dd]atastore {_STORE} failed", subject=True),
        fails("subject-short", rf"(?:Verify|Garbage Collect) {_STORE} failed", subject=True),
        fails("subject-replication", r"Replication Job: '?(?P<task>[^' ]+)'? failed", subject=True),
        warns(
            "bad-left", r"Leftover bad chunks:\s+(?P<chunks>[1-9]\d*)", say="{chunks} bad chunks"
        ),
        warns(
            "bad-removed",
            r"Removed bad chunks:\s+(?P<chunks>[1-9]\d*)",
            say="{chunks} bad chunks removed",
        ),
        warns(
            "media",
            r"Please insert the requested media into the (?P<unit>changer|backup drive)\.",
            say="waits for medium {media} in {drive}",
        ),
        succeeds(
            "collected", r"Garbage collection successful\.", say="garbage of {datastore} collected"
        ),
        succeeds("verified", r"Verification successful\.", say="{datastore} verified"),
        succeeds("pruned", r"Pruning successful\.", say="{datastore} pruned"),
        succeeds(
            "synchronized", r"Synchronization successful\.", say="{datastore} synchronised{source}"
        ),
        succeeds("taped", r"Tape Backup successful\.", say="{datastore} on tape"),
        succeeds(
            "test", r"This is a test of the notification target '(?P<target>[^']+)'\.", say="a test"
        ),
        notes("datastore", r"Datastore:\s+(?P<datastore>\S+)"),
        notes("task", r"Job ID:\s+(?P<task>\S+)"),
        notes("remote", r"Remote:\s+(?P<remote>\S+)"),
        notes("medium", r"Media: (?P<media>.+)"),
        notes("drive", r"(?:Drive|Changer): (?P<drive>.+)", mark="Drive: |Changer: "),
        notes("error", r"Error:\s*(?P<error>.*)"),
        notes("duration", r"Duration: (?P<seconds>.+)"),
        notes("garbage", r"Removed garbage:\s+(?P<bytes_removed>.+)"),
        notes("used", r"On-Disk usage:\s+(?P<bytes_stored>[\d.]+ \w+) .*"),
        notes(
            "host",
            r"<?https://(?P<host>[\w.-]+):\d+/#(?:DataStore-|pbs).*",
            mark=r"https://[\w.-]+:\d+/#",
        ),
    ),
)

_CLIENT = Grammar(
    reader="proxmox_backup",
    kind=Kind.BACKUP_OTHER,
    signature=r"proxmox-backup-client|Starting backup: (?:\[[^\]]*\]:)?(?:host|vm|ct)/",
    rules=(
        fails("error", r"(?:proxmox-backup-client failed: )?Error: (?P<reason>.+)"),
        fails("catalog", r"(?P<reason>catalog upload error - .+)"),
        warns("denied", r"failed to open file: (?P<reason>.+: access denied)", say="{reason}"),
        warns(
            "changed",
            r"warning: (?P<reason>file (?:vanished|size (?:shrunk|increased)) while reading: .+)",
        ),
        succeeds("duration", r"Duration: (?P<seconds>[\d.]+s)"),
        succeeds("dry-run", r"dry-run: no upload happene?d", say="dry run", news=True),
        begins("begins", r"Starting backup: (?P<snapshot_ids>\S+/\S+/\S+)"),
        notes(
            "archive",
            r"\S+: had to (?:backup|upload) (?P<bytes_added>[\d.]+ \w+) of"
            r" (?P<bytes_total>[\d.]+ \w+) .*",
        ),
        notes("end", r"End Time: .+"),
        notes("mount-point", r"skip(?:ping)? mount point: .+"),
    ),
)

_UPDATES = Grammar(
    reader="proxmox_backup",
    kind=Kind.UPGRADES,
    rules=(
        succeeds(
            "updates",
            r"(?:Proxmox Backup Server has t|T)he following updates(?: are)? available:",
            say="updates are available",
        ),
        notes("host", r"New software packages available \((?P<host>[\w.-]+)\)", subject=True),
        notes(
            "package",
            r"(?P<packages>[\w.+-]+): [\w.+:~-]+ -> [\w.+:~-]+",
            mark=r": [\w.+:~-]+ -> ",
            news=True,
        ),
    ),
    signature=r"New software packages available \(|Proxmox Backup Server has the following updates",
)
MARKS = f"{_NOTICES.marks}|{_CLIENT.marks}|{_UPDATES.marks}"

_LISTED = re2.compile(rf"\s*{_SNAPSHOT}(?:\s+{_SNAPSHOT})*\s*")
_MOST_LISTED = 500
_TASKS = {
    "garbage collection": ("collection", "collected"),
    "verification": ("verification", "verified"),
    "pruning": ("pruning", "pruned"),
    "synchronisation": ("synchronization", "synchronized"),
    "tape backup": ("tape", "taped"),
    "replication": ("replication",),
}


def read(letter: Letter) -> Finding | None:
    """Return what the server or its client says, None if neither says anything."""
    return _updates(letter) or _notice(letter) or _client(letter)


def _updates(letter: Letter) -> Finding | None:
    """Return that there are updates, which is no report on any job."""
    finding = read_by(_UPDATES, letter)
    if finding is None:
        return None
    evidence = tuple(replace(proof, proves=Verdict.NONE) for proof in finding.evidence)
    return replace(finding, verdict=Verdict.NONE, evidence=evidence)


def _client(letter: Letter) -> Finding | None:
    finding = read_by(_CLIENT, letter)
    if finding is None or finding.verdict is not Verdict.UNKNOWN:
        return finding
    return replace(finding, what="began, and does not say how it ended")


def _notice(letter: Letter) -> Finding | None:
    """Judge a notice: its sentence means what stands in the fields around it."""
    said = statements(_NOTICES, letter)
    listed = _listed(letter, said)
    fields = _fields(said) | _details(letter, said, listed)
    told = [
        replace(each, groups=fields | dict(each.groups)) if each.rule.role in PROVES else each
        for each in _body_first(said)
    ]
    finding = judge(_NOTICES, told, letter.retried)
    if finding is None:
        return None
    more = [*(_group(each) for each in listed), *filter(None, [fields.get("error")])]
    return replace(finding, job=_job(said, fields), news=news((*finding.news, *more)))


def _fields(said: Iterable[Statement]) -> dict[str, str]:
    """Return what the notice is about: datastore, job, remote, medium, drive."""
    names = ("datastore", "task", "remote", "media", "drive", "target")
    fields: dict[str, str] = {}
    for each in sorted(said, key=lambda statement: statement.line.number == 0):
        for name in names:
            if name in each.groups:
                fields.setdefault(name, each.groups[name].strip())
    return fields | ({"source": f" from {fields['remote']}"} if "remote" in fields else {})


def _details(letter: Letter, said: Iterable[Statement], listed: Sequence[str]) -> dict[str, str]:
    """Return what stands below a bare `Error:` and below the sentence about snapshots."""
    found: dict[str, str] = {}
    error = next((each for each in said if each.rule.name == "error"), None)
    if error is not None:
        found["error"] = error.groups["error"] or _text(letter, error.line.number + 1)
    if listed:
        more = f" and {len(listed) - 1} more" if len(listed) > 1 else ""
        found["snapshots"] = f"{listed[0]}{more}"
    return found


def _text(letter: Letter, number: int) -> str:
    return letter.body.line(number).text.strip() if number <= len(letter.body) else ""


def _group(snapshot: str) -> str:
    """Return `vm/100` of `vm/100/2026-10-12T01:00:03Z`: which backup it was is no other news."""
    return "/".join(snapshot.split("/")[:2]) if snapshot.count("/") == 2 else snapshot


def _body_first(said: Sequence[Statement]) -> Sequence[Statement]:
    """Return the statements without the subject's where the body says it with its reason."""
    body = [each for each in said if each.line.number > 0]
    return body if any(PROVES.get(each.rule.role) is Verdict.FAILURE for each in body) else said


def _listed(letter: Letter, said: Iterable[Statement]) -> list[str]:
    """Return the snapshots listed below the sentence that says they cannot be verified."""
    start = next((each.line.number for each in said if each.rule.name == "verification"), None)
    if start is None:
        return []
    found: list[str] = []
    for number in range(start + 1, min(start + _MOST_LISTED, len(letter.body)) + 1):
        text = letter.body.line(number).text
        if _LISTED.fullmatch(text) is not None:
            found += text.split()
        elif text.strip():
            break
    return found


def _job(said: Iterable[Statement], fields: dict[str, str]) -> str | None:
    """Name the job by its task, its datastore and its ID."""
    rules = {each.rule.name for each in said}
    task = next((name for name, ends in _TASKS.items() if rules.intersection(ends)), None)
    named = (task, fields.get("datastore"), fields.get("task"))
    return " ".join(filter(None, named)) if task else None
