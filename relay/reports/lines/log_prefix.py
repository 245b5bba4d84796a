"""What logging puts in front of a message: a moment, a host, a program, a process, a level.

Any reader may meet its tool's lines behind such a prefix: in a tool's own log file, behind `ts`,
in a shell's log, in a journal. `texts` gives the readings of a line to try in order, the line as
it is first, so that no message is mistaken for a prefix.
What happens next: the readers match their grammars against the readings.
"""

from collections.abc import Iterator

import re2

_MOMENT = (
    r"\s*(?:[\[(]?(?:(?:19|20)\d\d[-/.]\d\d[-/.]\d\d[T ])?\d\d:\d\d:\d\d(?:[.,]\d+)?"
    r"(?: ?[AP]M)?(?: ?(?:Z|UTC|[A-Z]{3,4}|[+-]\d\d:?\d\d)\b)?[\])]?"
    r"|(?:[A-Z][a-z]{2} )?[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?: (?:19|20)\d\d)?)"
)
_TAG = (
    r"(?:\s*(?:\[[\w .:-]{1,30}\]|<\d+>))?"
    r"(?:\s*(?:INFO|NOTICE|WARN|WARNING|ERROR|ERR|DEBUG|CRITICAL|stderr|stdout|info|error|warning)"
    r"(?: -|:|\]|\||>)?)?(?:\s*[|:-])?\s*"
)
# What stands before a message: rsync's own log, `ts`, a shell's log; syslog and journal.
_STAMPS = (
    re2.compile(rf"^(?:{_MOMENT}[:|,]?)?{_TAG}"),
    re2.compile(rf"^{_MOMENT} [\w.-]+ [\w./-]+(?:\[\d+\])?: *"),
)
_MOMENT_BEGINS = frozenset("0123456789[ JFMASONDTW")
_PROCESS = re2.compile(rf"^{_MOMENT} (?:[\w.-]+ [\w./-]+)?\[(\d+)\]")


def texts(line: str) -> Iterator[str]:
    """Yield `line` as it is, then what stands behind each prefix it may have."""
    yield line
    for pattern in _STAMPS:
        found = pattern.match(line)
        if found is not None and found.end() > 0:
            yield line[found.end() :]


def process_of(line: str) -> str:
    """Return the process ID in front of a line of a log file, empty if there is none."""
    found = _PROCESS.match(line) if line[:1] in _MOMENT_BEGINS else None
    return str(found.group(1)) if found is not None else ""
