"""Veeam: session reports of Backup & Replication and of the agents for Linux and Windows.

A report is an HTML table: the job and its state, the counts of objects that succeeded, had warnings
or failed, and a row for each object with its details. The counts and rows decide: an error is a
failure, a warning a warning, and success needs a counted success or an object's row. The subject
`[Failed] JOB` is Veeam's own and proves a failure; `[Success]` there proves nothing. A job is
named without what its run did (`(Incremental)`); objects are parts.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds, warns
from relay.reports.lines.judge import judge
from relay.reports.lines.notice import ANY, sentences
from relay.reports.report import Kind

_GAP = r"(?:\s{2,}|\t)"
_BAD = "(?:Failed|Error)"
_JOB = (
    r"(?:(?:Agent )?[Bb]ackup(?: [Cc]opy)?|Replication|SureBackup|File [Cc]opy|Tape|File to Tape|"
    r"Backup to Tape|VM Copy|NAS [Bb]ackup|File [Bb]ackup|Configuration [Bb]ackup|Snapshot|"
    r"(?:Veeam )?Agent|SQL Server transaction log backup) ?(?:[Jj]ob|[Pp]olicy)?"
)
_NAMED = rf"{_JOB}: (?P<job>.+?)(?: \((?:Full|Incremental|Active Full|Synthetic Full|Retry.*)\))?"
_ROW = rf"(?P<part>[^\s].*?){_GAP}"
_TIMES = rf"{_GAP}\d{{1,2}}[:.]\d\d.*"

_VEEAM = Grammar(
    reader="veeam",
    kind=Kind.BACKUP_OTHER,
    signature=r"(?i:veeam)",
    rules=(
        fails(
            "object",
            rf"{_ROW}{_BAD}{_GAP}\d{{1,2}}[:.]\d\d(?:.*?{_GAP}(?P<reason>[^\d\s][^\t]*\S.*|Error.*))?",
            mark=ANY,
        ),
        fails(
            "errors",
            rf"Errors?:?{_GAP}(?P<errors>[1-9]\d*)(?:{_GAP}.*)?",
            mark=ANY,
            say="{errors} failed",
        ),
        fails("job", rf"{_NAMED}{_GAP}{_BAD}(?:{_GAP}.*)?", mark=ANY, say="the job failed"),
        fails(
            "state",
            rf"(?:Job|Session)? ?(?:[Rr]esult|[Ss]tatus):? +(?P<reason>{_BAD})",
            mark=ANY,
        ),
        fails("processing", r"(?P<reason>(?:Processing (?P<object>.+) )?Error: .+)", mark=ANY),
        fails(
            "subject",
            r"(?:.*?: ?)?\[(?:Failed|Error)\] (?P<job>.+?)(?: \(\d+ \w+\).*)?",
            subject=True,
            say="{job} failed",
        ),
        warns(
            "object-warning", rf"{_ROW}Warning{_TIMES}", mark=ANY, say="{part}: warning", ends=True
        ),
        warns(
            "warnings",
            rf"Warnings?:?{_GAP}(?P<warnings>[1-9]\d*)(?:{_GAP}.*)?",
            mark=ANY,
            say="{warnings} with warnings",
            ends=True,
        ),
        warns(
            "job-warning",
            rf"{_NAMED}{_GAP}Warning(?:{_GAP}.*)?",
            mark=ANY,
            say="warnings",
            ends=True,
        ),
        warns(
            "subject-warning",
            r"(?:.*?: ?)?\[Warning\] (?P<job>.+?)(?: \(\d+ \w+\).*)?",
            subject=True,
            say="{job} has warnings",
        ),
        succeeds("object-ok", rf"{_ROW}Success{_TIMES}", mark=ANY),
        succeeds(
            "successes",
            rf"Success(?:es)?:?{_GAP}(?P<items_ok>[1-9]\d*)(?:{_GAP}.*)?",
            mark=ANY,
            say="{items_ok} of {items_ok} succeeded",
        ),
        begins("report", rf"{_NAMED}(?:{_GAP}.*)?", mark=ANY),
        notes(
            "ended",
            rf".*End time{_GAP}.*?Data read{_GAP}(?P<bytes_read>[\d.,]+ [KMGT]?B).*",
            mark=ANY,
        ),
        notes("host", r"Veeam .* Hostname: (?P<host>\S+)", mark=ANY),
        notes(
            "subject-job",
            r"(?:.*?: ?)?\[\w+\] (?P<job>.+?)(?: \(\d+ \w+\).*)?",
            subject=True,
        ),
    ),
)
MARKS = ""  # a report is read from both ends
_MOST_LINES = 2000


def read(letter: Letter) -> Finding | None:
    """Return what Veeam reports, None if it reports nothing."""
    return judge(_VEEAM, sentences(_VEEAM, letter, _MOST_LINES))
