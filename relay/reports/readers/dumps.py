"""Dumps of databases: PostgreSQL's, MySQL's, MariaDB's, MongoDB's and SQLite's own programs.

A good dump is silent, so success is proved only where the dump itself is mailed to its last comment
(`-- Dump completed on`, `PostgreSQL database dump complete`), or where a program has a last line of
its own (`base backup completed`, `completed OK!`, mongodump's `done dumping` for each collection).
`PROGRAM: error: ...`, in old and new wordings, is a failure; so are the errors that sqlite3 writes
into the dump before it ends with 0, and a restore that ignored errors. Hints, details, deprecations
and passwords on the command line are harmless. What `pg_dump -v` does is told, how it ended is not:
such a trace is unknown, but says less than anything else in the mail.
What happens next: combine.py weighs the finding; shell.py's reading of these lines is dropped.
"""

from dataclasses import replace

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Statement, statements
from relay.reports.lines.judge import judge
from relay.reports.readers.dump_rules import MYSQL, OTHERS, POSTGRESQL
from relay.reports.report import Evidence, Kind, Verdict

_DUMPS = Grammar(reader="dumps", kind=Kind.CRON_OTHER, rules=(*POSTGRESQL, *MYSQL, *OTHERS))
MARKS = _DUMPS.marks


def read(letter: Letter) -> Finding | None:
    """Return what programs that dump databases say, None if they say nothing."""
    said = statements(_DUMPS, letter)
    finding = judge(_DUMPS, said, letter.retried)
    if finding is None:
        traces = [each for each in said if each.rule.name.endswith("-trace")]
        return _trace(traces[-1]) if traces else None
    if finding.verdict is Verdict.UNKNOWN:
        return replace(finding, what="the dump does not show its end")
    return finding


def _trace(last: Statement) -> Finding:
    """Return the weakest finding: which program worked, but not how it ended."""
    proof = Evidence(
        line=last.line.number, text=last.text, rule="dumps.trace", proves=Verdict.UNKNOWN
    )
    return Finding(
        reader="dumps",
        kind=Kind.CRON_OTHER,
        standing=Standing.HINT,
        verdict=Verdict.UNKNOWN,
        what="does not say how it ended",
        evidence=(proof,),
    )
