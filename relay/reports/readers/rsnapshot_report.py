"""rsnapreport.pl: the table that it makes of rsnapshot's trace, and the errors below it.

A row is made of rsync's statistics, which rsync prints at the end of a copy, so it proves that this
source was copied; the errors under `ERRORS` are rsync's last words or rsnapshot's, with the source
in front. A source with `NO STATS DATA` may be fine or not. Each source is a part. Errors of
rsnapshot itself, which stand there as they are, are read by rsnapshot.py.
What happens next: combine.py weighs the finding against rsnapshot's.
"""

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, begins, fails, notes, succeeds
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind

_SECONDS = r"[\d.]+ secon\w*"

_REPORT = Grammar(
    reader="rsnapreport",
    kind=Kind.RSNAPSHOT,
    standing=Standing.WRAPPER,
    signature=r"SOURCE +TOTAL FILES +FILES TRANS |NO STATS DATA|\nERRORS\n\S+ rsync error: ",
    rules=(
        fails("rsync", r"(?P<part>\S+) (?P<reason>rsync error: .+ \(code \d+\)).*"),
        fails("error", r"(?P<part>\S*[/:]\S*) ERROR: (?P<reason>\S.+)"),
        succeeds(
            "row",
            r"(?P<part>\S+)\s+(?P<files_total>\d+)\s+(?P<files_transferred>[\d,]+)\s+[\d.]+\s+"
            rf"[\d.]+\s+{_SECONDS}\s+{_SECONDS}",
            mark=" secon",
        ),
        begins("lost", r"(?P<part>\S+) NO STATS DATA"),
        notes("head", r"SOURCE +TOTAL FILES +FILES TRANS .+"),
    ),
)
MARKS = _REPORT.marks


def read(letter: Letter) -> Finding | None:
    """Return what the table says, None if there is none."""
    return read_by(_REPORT, letter)
