"""Amanda: the mail report of a run of dumps, of a flush or of a vault.

Amanda lists what failed and what was strange in two summaries before its statistics. `FAILED`,
`RESULTS MISSING` and a fatal error of one of its programs are failures of that disk, unless it was
retried successfully; `STRANGE` output and a tape error with dumps left in the holding disk are
warnings. Its last line stands only at the end of a whole report and proves a success where nothing
failed. The job is the configuration; disks are parts.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Sequence

from relay.reports.finding import Finding
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

_DISK = r"(?P<part>\S+ (?:\"[^\"]+\"|\S+))\s+(?:date \d+ )?(?:lev \d+)"
_PROGRAM = r"(?P<program>planner|driver|dumper|chunker|taper|amflush|amvault|amdump)"
_REPORT = r"(?:AMANDA|AMFLUSH|AMVAULT|AMBACKUPD) MAIL REPORT FOR .+"

_AMANDA = Grammar(
    reader="amanda",
    kind=Kind.BACKUP_OTHER,
    signature=r"MAIL REPORT FOR|brought to you by Amanda|FAILURE DUMP SUMMARY",
    rules=(
        fails(
            "unfinished",
            r"\*\*\* THE DUMPS DID NOT FINISH PROPERLY!",
            say="the dumps did not finish",
        ),
        fails(
            "failed", rf"{_DISK}\s+(?:FAILED|FLUSH\S*|VAULT\S*) \[(?P<reason>.*)\]", mark=r"lev \d"
        ),
        fails("missing", r"(?P<part>\S+ (?:\"[^\"]+\"|\S+)) (?P<reason>RESULTS MISSING)"),
        fails(
            "program",
            rf"{_PROGRAM}: (?:FATAL|ERROR) (?P<reason>.*)",
            mark=": (?:FATAL|ERROR) ",
            say="{program}: {reason}",
        ),
        fails(
            "subject", rf".+ (?:FAIL|MISSING): {_REPORT}", subject=True, say="the report says FAIL"
        ),
        warns("partial", rf"{_DISK}\s+(?P<reason>partial taper: .*)", mark="partial taper"),
        warns(
            "strange", rf"{_DISK}\s+STRANGE(?: .*)?", mark="STRANGE", say="{part}: strange output"
        ),
        warns("tape", r"\*\*\* A TAPE ERROR OCCURRED: \[?(?P<reason>.*?)\]?\."),
        warns("subject-strange", rf".+ STRANGE: {_REPORT}", subject=True, say="strange output"),
        succeeds("end", r"\(brought to you by Amanda version \S+\)", say="the dumps finished"),
        begins(
            "head", r"(?:FAILURE|STRANGE) DUMP SUMMARY:|STATISTICS:", mark="SUMMARY:|STATISTICS:"
        ),
        notes(
            "retried",
            rf"{_DISK}\s+was successfully (?:retried|re-flushed)",
            mark="was successfully",
        ),
        notes(
            "again", rf"{_DISK}\s+FAILED \[.*Will retry at level.*\]", mark="Will retry at level"
        ),
        notes("detail", r"/-- .+ lev \d+ (?:FAILED|STRANGE).*", mark="/-- "),
        notes("left", r"There are (?P<bytes_left>\S+) of dumps left in the holding disk\."),
        notes("config", r"Config\s*: (?P<job>\S+)", mark=r"Config\s*: "),
        notes("host", r"Hostname\s*: (?P<host>\S+)", mark=r"Hostname\s*: "),
        notes("size", r"Original Size \(meg\)\s+(?P<megabytes>[\d.]+).*"),
    ),
)
MARKS = _AMANDA.marks


def read(letter: Letter) -> Finding | None:
    """Return what Amanda's report says, None if the mail holds none."""
    return judge(_AMANDA, _standing(statements(_AMANDA, letter)))


def _standing(said: Sequence[Statement]) -> list[Statement]:
    """Drop the failure of a disk that was dumped or flushed when it was tried again."""
    retried = {each.groups["part"] for each in said if each.rule.name == "retried"}
    return [
        each
        for each in said
        if not (each.rule.name == "failed" and each.groups["part"] in retried)
        and "Will retry at level" not in each.groups.get("reason", "")
    ]
