"""Bacula and Bareos: the report of one job or of several, and calls for an operator.

The director ends each report with `Termination: `, whose words decide: `... OK` is a success,
`-- with warnings` and differences a warning, `*** ... Error ***` and a cancelled job a failure.
`Fatal error:` is a failure even where the report was cut; a `Warning:` before a good end is not,
for the director has weighed it. A job that only began, or waits for a volume, is unknown. A job is
named without the date and number of its run, and each job of a mail is a part.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Sequence
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
from relay.reports.report import Kind, Verdict

_SAID = r"(?:\S+ \d\d:\d\d(?::\d\d)? )?(?:[\w.-]+ )?JobId (?P<jobid>\d+): "
_OF_TYPE = (
    r"(?:Backup|Restore|Verify|Admin|Copying|Copy|Migration|Archive|Consolidate|Consolidation)"
)
_RUN = r"\.\d{4}-\d\d-\d\d_\d\d[.]\d\d[.]\d\d_\d+"
_STAMP = re2.compile(r"^\S+ \d\d:\d\d(?::\d\d)? ")
_RUN_OF_A_JOB = re2.compile(_RUN)
_NAME = rf"(?P<name>.+?)(?:{_RUN})?"

_BACULA = Grammar(
    reader="bacula",
    kind=Kind.BACKUP_OTHER,
    rules=(
        fails("fatal", rf"{_SAID}Fatal error: (?P<reason>.*)"),
        fails(
            "error",
            rf"Termination:\s+(?P<reason>\*\*\* {_OF_TYPE} Error \*\*\*|"
            rf"{_OF_TYPE} OK -- with errors)",
            mark="Termination:",
            say="{part} {reason}",
            ends=True,
        ),
        fails(
            "canceled",
            rf"Termination:\s+(?P<reason>{_OF_TYPE} (?:Cancel+ed|Incomplete)|"
            rf"\*\*\* {_OF_TYPE} (?:Cancel+ed|Incomplete) \*\*\*|Inappropriate term code.*)",
            mark="Termination:",
            say="{part} {reason}",
            ends=True,
        ),
        warns(
            "warnings",
            rf"Termination:\s+(?P<reason>{_OF_TYPE} OK -- .*|Verify (?:Differences|warnings)|"
            rf"{_OF_TYPE} -- no files to .*)",
            ends=True,
            mark="Termination:",
            say="{part} {reason}",
        ),
        warns("job-error", rf"{_SAID}Error: (?P<reason>.*)"),
        succeeds(
            "ok",
            rf"Termination:\s+(?P<reason>{_OF_TYPE} OK)",
            mark="Termination:",
            say="{part} {reason}",
        ),
        begins(
            "start", rf"{_SAID}(?:Start \w+ |shell command: ).*", mark=r"JobId \d+: (?:Start|shell)"
        ),
        begins(
            "waits",
            rf"{_SAID}(?P<reason>Job (?P<name>\S+?)(?:{_RUN})? (?:is )?waiting.*)",
            mark="waiting",
        ),
        begins("mount", rf"{_SAID}(?P<reason>Please (?:mount|use the .label).*)", mark="Please "),
        notes("warning", rf"{_SAID}Warning: (?P<reason>.*)", news=True),
        notes("job", rf"Job:\s+{_NAME}", mark="Job: "),
        notes("client", r"Client:\s+\"?(?P<client>[^\" ]+)\"?.*", mark="Client: "),
        notes("level", r"Backup Level:\s+(?P<level>\w+).*"),
        notes("files", r"(?:SD )?Files Written:\s+(?P<files_total>[\d,.]+)", mark="Files Written:"),
        notes("bytes", r"SD Bytes Written:\s+(?P<bytes_transferred>[\d,.]+) .*"),
        notes("read", r"FD Bytes Written:\s+(?P<bytes_total>[\d,.]+) .*"),
        notes("seconds", r"Elapsed time:\s+(?P<seconds>.+)"),
        notes("errors", r"Non-fatal FD errors:\s+(?P<errors>\d+)"),
        notes("sd-errors", r"SD Errors:\s+(?P<errors_storage>\d+)"),
        fails("subject", rf"(?:Bacula|Bareos): {_OF_TYPE} (?:Fatal )?Error of .+", subject=True),
    ),
)
MARKS = _BACULA.marks


def read(letter: Letter) -> Finding | None:
    """Return what the director reports, None if it reports nothing."""
    said = statements(_BACULA, letter)
    names = {_job(each) for each in said if "name" in each.groups}
    said = _by_job(said, several=len(names) > 1)
    finding = judge(_BACULA, said)
    if finding is None:
        return None
    job = next(iter(names)) if len(names) == 1 else None
    return replace(finding, job=job, what=_what(finding, said).strip())


def _job(said: Statement) -> str:
    return said.groups["name"].strip()


def _by_job(said: Sequence[Statement], *, several: bool) -> list[Statement]:
    """Give each line to the job whose report it stands in; lines above a report have its number."""
    jobs: dict[str, str] = {}
    number = ""
    for each in said:
        number = each.groups.get("jobid", number)
        if "name" in each.groups:
            jobs[number] = _job(each)
    out, number = [], ""
    for each in said:
        number = each.groups.get("jobid", number)
        groups = {name: text for name, text in each.groups.items() if name not in ("jobid", "name")}
        if several and each.line.number and each.rule.role is not Role.NOTES:
            groups["part"] = jobs.get(number, f"JobId {number}")
        out.append(replace(each, groups=groups, text=_lasting(each.text)))
    return out


def _lasting(text: str) -> str:
    """Return a message without its moment and the number of its job's run."""
    return str(_RUN_OF_A_JOB.sub("", _STAMP.sub("", text)))


def _what(finding: Finding, said: Sequence[Statement]) -> str:
    """Word the finding; of a job that waits, say for what."""
    if finding.verdict is not Verdict.UNKNOWN:
        return finding.what
    waits = [each for each in said if each.rule.name in ("mount", "waits")]
    return _lasting(waits[0].groups["reason"]).strip(" .") if waits else finding.what
