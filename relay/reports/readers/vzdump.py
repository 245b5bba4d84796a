"""vzdump: the mails of Proxmox VE about its backups, and the logs of its backup jobs.

Each guest is a part. A row of the table with `ok` and `Finished Backup of VM` are printed after
the archive is in place, so they prove its success; `err`, `todo` (aborted before its turn) and
`ERROR:` in a log prove a failure, `WARN:` a warning. A log that begins a guest and does not finish
it was cut. Above 1 MiB a sentence stands for the log: then the table alone tells. The subject
names the host; `backup failed` in it proves a failure, for a hook or the storage may have failed
where no guest did. What a guest's log says between is vzdump's own to judge, so its lines are
owned. The job is the command line, which each mail with a log repeats.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import re2

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
from relay.reports.report import Kind

_MOMENT = r"(?:\d{4}-\d\d-\d\d|[A-Z][a-z]{2} [ \d]?\d) \d\d:\d\d:\d\d "
_LOGGED = rf"(?:(?P<guest>\d{{1,9}}): )?(?:{_MOMENT})?"
_SUBJECT = r"vzdump backup status \((?P<host>[^)\s]+)\) ?: "
_TIME = r"(?:\d+:\d\d:\d\d|<?[\d.]+ ?m?s|(?:\d+(?:w|d|h|min|m) ?)+(?:[\d.]+s)?)"
_SIZE = r"(?P<bytes_total>[\d.]+ ?[KMGTPE]?i?B)"
_ROW = r"(?P<vmid>\d{1,9})\s+(?:(?P<name>\S.*?)\s+)?"
_OF_GUEST = r"Backup of VM (?P<guest_id>\d+)"
# All of a guest's log, and of a job's log what other readers might judge.
_LOG_MARK = r"\d: .{15,19} INFO:|INFO: (?:tar|rsync|mount|lxc|Error)"
_STORAGE = (
    r"(?P<reason>(?:could not (?:activate|get) storage|(?:dump|tmp)dir '|"
    r"unable to activate storage|hook script '|command '.+' failed: exit code).*)"
)

_VZDUMP = Grammar(
    reader="vzdump",
    kind=Kind.VZDUMP,
    signature=r"vzdump|VMID|Backup job (?:finished|failed)|Backup of VM",
    rules=(
        fails("failed", rf"{_LOGGED}ERROR: {_OF_GUEST} failed - (?P<reason>.+)", ends=True),
        fails(
            "job-failed",
            rf"{_LOGGED}ERROR: Backup job failed - (?P<reason>.+)",
        ),
        fails("error", rf"{_LOGGED}ERROR: (?P<reason>.+)"),
        fails(
            "table-error",
            rf"{_ROW}(?:err|FAILED)\s+{_TIME}\s+(?P<cell>\S.*)",
            mark=r"[ \t](?:err|FAILED)[ \t]+[<\d]",
        ),
        fails(
            "aborted",
            rf"{_ROW}todo\s+{_TIME}\s+(?P<cell>\S.*)",
            mark=r"[ \t]todo[ \t]+\d",
            say="aborted",
        ),
        fails("task", r"TASK ERROR: (?P<reason>.+)"),
        fails("with-errors", rf"{_LOGGED}INFO: Backup job finished with errors", say="job errors"),
        fails("job-errors", r"(?P<reason>job errors)"),
        fails("setup", _STORAGE, mark="could not |dir '|unable to activate|hook script|command '"),
        fails("subject", rf"{_SUBJECT}backup failed(?:: (?P<reason>.+))?", subject=True),
        warns("warning", rf"{_LOGGED}(?:WARN|WARNING): (?P<reason>.+)", mark="WARN: |WARNING: "),
        warns("task-warnings", r"TASK WARNINGS: (?P<warnings>\d+)", say="{warnings} warnings"),
        succeeds(
            "finished",
            rf"{_LOGGED}INFO: Finished {_OF_GUEST} \((?P<seconds>[\d:]+)\)",
            say="backed up",
        ),
        succeeds(
            "table-ok",
            rf"{_ROW}(?:ok|OK)\s+{_TIME}\s+{_SIZE}\s+(?P<archives>\S.*)",
            mark=r"[ \t](?:ok|OK)[ \t]+[<\d]",
            say="backed up",
        ),
        succeeds("job", rf"{_LOGGED}INFO: Backup job finished successfully", say="all backed up"),
        begins("begins", rf"{_LOGGED}INFO: Starting {_OF_GUEST} \(\w+\)"),
        begins("job-begins", rf"{_LOGGED}INFO: starting new backup job: (?P<job>vzdump .+)"),
        notes("command", r"(?P<job>vzdump (?:\d+|--).*)", mark="vzdump "),
        notes("log", rf"{_LOGGED}INFO:.*", mark=_LOG_MARK),
        notes("subject-host", rf"{_SUBJECT}.+", subject=True),
    ),
)
MARKS = _VZDUMP.marks

_STAMP = re2.compile(r"\d{4}_\d\d_\d\d-\d\d_\d\d_\d\d|vzdumptmp\d+|\d{4}-\d\d-\d\dT[\d:]+Z")
_LONGEST_JOB = 120
_SUMS = ("with-errors", "job-errors", "task", "subject")
"""Rules for the end of the whole job, which often only sum up what the guests' lines say."""


def read(letter: Letter) -> Finding | None:
    """Return what vzdump says, None if it says nothing."""
    said = statements(_VZDUMP, letter)
    names = {each.groups["vmid"]: each.groups["name"] for each in said if "name" in each.groups}
    finding = judge(_VZDUMP, _once([_of_guest(each, names) for each in said]), letter.retried)
    if finding is None:
        return None
    news = sorted({str(_STAMP.sub("#", item)) for item in finding.news})
    job = (finding.job or "vzdump")[:_LONGEST_JOB]
    owns = frozenset(each.line.number for each in said)
    return replace(finding, job=job, news=tuple(news), owns=finding.owns | owns)


def _of_guest(statement: Statement, names: Mapping[str, str]) -> Statement:
    """Return `statement` as one about its guest: the part is called `VM 210 wiki`."""
    groups = dict(statement.groups)
    guest = groups.pop("guest", None)
    vmid = groups.pop("vmid", None) or groups.pop("guest_id", None) or guest
    cell, name = groups.pop("cell", ""), groups.pop("name", "")
    if vmid is not None:
        name = names.get(vmid, name)
        known = name and name != f"VM {vmid}"
        groups["part"] = f"VM {vmid} {name}" if known else f"VM {vmid}"
    if statement.rule.name == "table-error":
        groups["reason"] = cell if _is_reason(cell) else "backup failed"
    return replace(statement, groups=groups)


def _is_reason(cell: str) -> bool:
    """Whether a failed row's last cell is HTML's reason, not text's size and file."""
    return not cell[0].isdecimal()


def _once(said: Sequence[Statement]) -> Sequence[Statement]:
    """Leave out what another line says better: rows where there is a log, sums of errors."""
    bad = [each for each in said if each.rule.role is Role.FAILS]
    logged = {each.groups.get("part") for each in bad if each.rule.name == "failed"}
    specific = [each for each in bad if each.rule.name not in _SUMS]
    return [each for each in said if not _is_echo(each, logged, specific)]


def _is_echo(each: Statement, logged: Iterable[str | None], specific: Sequence[Statement]) -> bool:
    if each.rule.name == "table-error" and each.groups["part"] in logged:
        return True
    if each.rule.name not in _SUMS or not specific:
        return False
    # A hook's error in the subject is news of its own; the bare words repeat the rows.
    return each.groups.get("reason", "job errors") in ("job errors", "multiple problems")
