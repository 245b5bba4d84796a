"""rsync's lines, told from file names and from other programs' words.

rsync prints names of files between its messages, so a line counts only if it has the whole form
of a message: its prefix, its punctuation, its end. In front of it only what logging puts there is
allowed (a time, a process, a tag); a quotation mark or a path means that somebody talks about it.
The words are never translated; only the texts of the C library and the separators in numbers are.
What happens next: rsync_runs.py orders the events into runs.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

import re2

from relay.reports.body import Body, Line
from relay.reports.lines import log_prefix, retries


class Event(Enum):
    """What a line says happened."""

    START = auto()
    """A file list begins: only with -v, --progress or in a log file."""
    END = auto()
    """The last words of a bad run, with its exit code."""
    ERROR = auto()
    """A diagnosis that makes the run end badly."""
    SHELL = auto()
    """The remote shell's own message: why there is no connection."""
    VANISHED = auto()
    LIMIT = auto()
    NOTICE = auto()
    """Worth telling, but the run may end well."""
    SENT = auto()
    TOTAL = auto()
    LOGGED = auto()
    """The totals as rsync writes them into a log file, in one line."""
    STATISTIC = auto()
    PROGRESS = auto()
    RETRY = auto()
    """A wrapper says that it tries again."""
    FIRST_TRY = auto()
    """A wrapper counts its tries, and this is the first of a job."""


@dataclass(frozen=True, slots=True)
class Said:
    """A line understood; `code` is the exit code of an END."""

    event: Event
    line: Line
    text: str
    code: int | None = None


MARKS = (
    r"rsync(?: error| warning)?: |vanished: |io timeout after|IO error encountered|"
    r"Deletions stopped due|cannot delete non-empty|skipping (?:non-regular|directory)|"
    r"@ERROR: |ERROR: (?:module is|The remote path|daemon|rsync) |auth failed on|"
    r"failed verification|symlink has no referent|"
    r"bytes  re(?:ceived|ad) |"
    r"total size is |Number of |Total (?:transferred )?file size|Total bytes |"
    r"(?:send|receiv)ing (?:incremental )?file list|building file list|to-ch(?:ec)?k=|"
    r"protocol version mismatch|cannot both be remote|"
    r"ssh: |Host key verification failed|Permission denied \(|Permission denied, please try|"
    r"kex_exchange|ssh_exchange|[Cc]onnection (?:closed|reset) by|client_loop|packet_write|"
    r"Timeout, server|Connection to |Connection timed out during|Too many authentication|"
    r"command not found|: not found|No such file or directory|" + retries.MARKS
)
_SEARCHED = re2.compile(MARKS.encode())

_BEFORE = re2.compile(r"[^/\"'>«“„‘`]*[:|\])-]\s+")
_LONGEST_CODE = 3
_END_TAIL = re2.compile(r"(?: at [\w./-]+\(\d+\)(?: \[[\w -]+=[^\]]*\])?)?[.\s]*")
_GLUED_END = re2.compile(
    r"rsync error: [^\[\]\"]+ \(code \d+\) at [\w.-]+\(\d+\) \[\w+=[\w.-]+\]\s*"
)
_HALF_NAME = re2.compile(r"[^\"'>«“„‘`]*[^\s/\"'>«“„‘`]")
_DIAGNOSIS = re2.compile(
    r"(?i)rsync: (?:\[\w+\] )?(?:.*\b(?:failed|failure|error|unexpectedly|unknown option|refused|"
    r"denied|timed? ?out|cannot|can't|could not|invalid|unable|missing|too many|not supported|"
    r"no such|out of memory|overflow|abort|mismatch|did not|not a|nothing to do|unrecognized|"
    r"requires|must be|killed|exceeded).*|--?[\w-]+(?:=\S*)?: .*)"
)
_HARMLESS = re2.compile(r"(?i)rsync: .*(?:will try again|\b0 errors|no errors?\b|without error).*")
_NUMBER = r"([\d.,'’\x{a0}\x{202f}]+[KMGTP]?)"
_SENT = re2.compile(
    rf"(?:sent|wrote) {_NUMBER} bytes  (?:received|read) "
    rf"{_NUMBER} bytes  {_NUMBER} bytes/sec\s*"
)
_LOGGED = re2.compile(
    rf"sent {_NUMBER} bytes  received {_NUMBER} bytes  total size {_NUMBER}"
    r"\s*"
)
_TOTAL = re2.compile(
    rf"total size is {_NUMBER}  speedup is {_NUMBER}"
    r"( \(DRY RUN\)| \(BATCH ONLY\))?\s*"
)
_STATISTIC = re2.compile(
    r"(?:Number of (?:files|created files|deleted files|regular files transferred|"
    r"files transferred)|Total (?:transferred )?file size|Total bytes (?:sent|received)): \d.*"
)
_START = re2.compile(
    r"(?:sending incremental|receiving incremental|building|receiving) file list(?: \.\.\..*)?\s*"
)
_TIMEOUT = re2.compile(r"(?:\[\w+\] )?io timeout after \d+ seconds -- exiting\s*")
_SHELL = re2.compile(
    r"ssh: (?:connect to host|Could not resolve hostname) .*|Host key verification failed\.?|"
    r"[\w.@-]*:? ?Permission denied \((?:publickey|password|keyboard|gssapi|hostbased)[^)]*\)\.?|"
    r"Permission denied, please try again\.|"
    r"(?:kex_exchange_identification|ssh_exchange_identification|client_loop|packet_write_wait)\b.*|"
    r"Connection (?:closed|reset) by (?:remote host|\S+ port \d+|UNKNOWN port \d+)"
    r"(?: \[preauth\])?\.?|Timeout, server \S+ not responding\.?|"
    r"Connection to \S+ (?:closed by remote host|timed out)\.?|"
    r"(?:Read from remote host|Write failed).*|Connection timed out during banner exchange|"
    r"Received disconnect from .*Too many authentication failures.*"
)
_MISSING = re2.compile(
    r"(?:(?:/\S+/)?\.?/?[\w.-]*sh|zsh|fish|\S+\.sh)(?:\[\d+\])?: .*rsync.*(?:not found|"
    r"No such file or directory).*"
)


def read_events(body: Body) -> Iterator[Said]:
    """Yield what rsync says in `body`, in order."""
    last = body.last
    for line in body.matching(_SEARCHED):
        said = understand_line(line, last=line.number == last)
        if said is not None:
            yield said


def understand_line(line: Line, *, last: bool = False) -> Said | None:
    """Return what `line` says, None if it is no message of rsync; `last` allows a cut one."""
    readings = log_prefix.texts(line.text)
    found = (_said(line, text, last=last) for text in readings)
    said = next((each for each in found if each is not None), None)
    if said is None and (at := line.text.find("rsync error: ")) > 0:
        return _tagged(line, at)
    return said


def _tagged(line: Line, at: int) -> Said | None:
    """Understand a final line behind another program's tag, or glued to half a name.

    Standard output goes out in blocks, which end anywhere; then the whole form must follow.
    """
    before, end = line.text[:at], line.text[at:]
    code = _end_code(end)
    glued = _GLUED_END.fullmatch(end) is not None and _HALF_NAME.fullmatch(before)
    if code is None or not (glued or _BEFORE.fullmatch(before)):
        return None
    return Said(Event.END, line, line.text[at:], code)


def _said(line: Line, text: str, *, last: bool) -> Said | None:
    """Dispatch on the first characters, so that each line meets few expressions."""
    if text.startswith("rsync"):
        return _own_words(line, text, last=last)
    for start, event in _BEGINNINGS:
        if text.startswith(start):
            return Said(event, line, text)
    for needle, pattern, event in _FORMS:
        if needle in text and pattern.fullmatch(text) is not None:
            return Said(event, line, text)
    if "to-ch" in text and "%" in text and "/s " in text:
        return Said(Event.PROGRESS, line, text)
    return _around(line, text)


def _own_words(line: Line, text: str, *, last: bool) -> Said | None:
    if text.startswith(("rsync error: ", "rsync warning: ")):
        code = _end_code(text)
        if code is not None:
            return Said(Event.END, line, text, code)
        return Said(Event.ERROR, line, text) if last else None
    if not text.startswith("rsync: "):
        return None
    if _has_error_number(text):
        return Said(Event.ERROR, line, text)
    said = _DIAGNOSIS.fullmatch(text) is not None and _HARMLESS.fullmatch(text) is None
    return Said(Event.ERROR, line, text) if said else None


def _end_code(text: str) -> int | None:
    """Return the code of `rsync error: TEXT (code N) at FILE(LINE) [ROLE=VERSION]`."""
    _, found, rest = text.partition(" (code ")
    number, closed, tail = rest.partition(")")
    if not found or not closed or not number.isdecimal() or len(number) > _LONGEST_CODE:
        return None
    return int(number) if _END_TAIL.fullmatch(tail) is not None else None


def _has_error_number(text: str) -> bool:
    """Whether a diagnosis ends as rsync's do: `: Permission denied (13)`, in any language."""
    reason, _, number = text.rstrip().rpartition(" (")
    return number[-1:] == ")" and number[:-1].isdigit() and ": " in reason[len("rsync: ") :]


_BEGINNINGS = (
    ("file has vanished: ", Event.VANISHED),
    ("directory has vanished: ", Event.VANISHED),
    ("Deletions stopped due to --max-delete limit", Event.LIMIT),
    ("IO error encountered -- skipping file deletion", Event.ERROR),
    ("cannot delete non-empty directory: ", Event.NOTICE),
    ("skipping non-regular file ", Event.NOTICE),
    ("skipping directory ", Event.NOTICE),
    ("symlink has no referent: ", Event.ERROR),
    ("@ERROR: ", Event.ERROR),
    ("auth failed on module ", Event.ERROR),
    ("ERROR: module is ", Event.ERROR),
    ("ERROR: The remote path must start ", Event.ERROR),
    ("ERROR: daemon ", Event.ERROR),
    ("ERROR: rsync ", Event.ERROR),
    ("protocol version mismatch -- is your shell clean?", Event.ERROR),
    ("The source and destination cannot both be remote.", Event.ERROR),
)
_FORMS = (
    ("bytes/sec", _SENT, Event.SENT),
    ("total size is ", _TOTAL, Event.TOTAL),
    (": ", _STATISTIC, Event.STATISTIC),
    (" file list", _START, Event.START),
    ("  total size ", _LOGGED, Event.LOGGED),
    ("io timeout after", _TIMEOUT, Event.ERROR),
    ("failed verification", re2.compile(r"ERROR: .+ -- update .*"), Event.ERROR),
    ("failed verification", re2.compile(r"WARNING: .+ -- update .*"), Event.NOTICE),
    (" ", _SHELL, Event.SHELL),
    ("rsync", _MISSING, Event.SHELL),
)


def _around(line: Line, text: str) -> Said | None:
    """Understand what a wrapper prints around its runs."""
    if retries.is_retry(text):
        return Said(Event.RETRY, line, text)
    return Said(Event.FIRST_TRY, line, text) if retries.is_first_try(text) else None


def totals_of(said: Said) -> tuple[str, ...]:
    """Return the figures of a SENT, TOTAL or LOGGED line, as printed."""
    for pattern in (_SENT, _TOTAL, _LOGGED):
        match = pattern.fullmatch(said.text)
        if match is not None:
            return tuple(str(group or "") for group in match.groups())
    return ()
