"""What changes from run to run is masked; what makes it other news is kept.

Masked: dates, times, durations, sizes, speeds, counters, process IDs, random and temporary names.
Kept: words, devices, hosts, addresses, exit codes, error numbers, and file names with their digits
(`agenda-289.txt` is another file than `agenda-290.txt`), except that a date in a path is a date.
When in doubt nothing is masked: a mask that is too wide hides a failure, one that is too narrow
costs a mail. What happens next: pipeline/fingerprint.py.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

from collections.abc import Iterable
from hashlib import sha256
from typing import Any

import re2

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d+)?(?: ?[AP]M\b)?"
_ZONE = r"(?: ?(?:Z|UTC|GMT|[A-Z]{2,4}T|\(?[+-]\d\d:?\d\d\)?)\b)?"
_FILED = r"\d\d[-._h]?\d\d(?:[-._m]?\d\d)?"  # a time as it stands in file names
_YEAR = r"(?:19|20)\d\d"
_DATE = r"(?:(?:19|20)\d\d[-/._](?:0[1-9]|1[0-2])[-/._](?:0[1-9]|[12]\d|3[01]))"
_DAY_FIRST = r"(?:\b(?:0[1-9]|[12]\d|3[01])[-/.](?:0[1-9]|1[0-2])[-/.](?:19|20)\d\d)"
_COMPACT = r"(?:\b|_)20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[-_T]?\d{4,6}Z?)?(?:\b|_)"

# One expression, so that the longest form of a moment is masked as one.
_MOMENT = re2.compile(
    "|".join(
        (
            rf"(?:{_DATE}|{_DAY_FIRST})(?:[T _,:-]{{1,2}}(?:{_CLOCK}|{_FILED}){_ZONE}(?:\b|_))?",
            rf"\b\d\d-{_MONTH} {_CLOCK}",
            rf"\b{_YEAR}[-/]{_MONTH}[-/]\d\d\b",
            _COMPACT,
            rf"(?:{_DAY},? )?{_MONTH} [ \d]?\d(?:,? {_YEAR})?(?: {_CLOCK}{_ZONE})?(?: {_YEAR}\b)?",
            rf"(?:{_DAY},? )?\b\d{{1,2}}[ -]{_MONTH}[ -]{_YEAR}(?: {_CLOCK}{_ZONE})?",
            rf"\b{_CLOCK}{_ZONE}",
        )
    )
)
_UUID = re2.compile(r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b")
# mktemp, and rsync's own temporaries: `.name.AbC12d`.
_TEMPORARY = re2.compile(
    r"((?:tmp|temp)[._-]?)[A-Za-z0-9_]{6,12}\b|(/\.[^/\"]+\.)[A-Za-z0-9]{6}\b"
    r"|(\b(?:var/)?tmp/[\w./-]*[._-])[A-Za-z0-9]{6,10}\b"
)
# Where programs name files by their process: /var/cache/man/4411, /proc/812/fd.
_BY_PROCESS = re2.compile(
    r"((?:^|[\s\"'‘“(=:])(?:/var/cache|/var/tmp|/tmp|/run|/proc)(?:/[\w.-]*)*?/)\d+\b"
)
_PROCESS = re2.compile(r"\[\d+\]|\b(?:pid|PID)[ =:]+\d+")
_WORD = re2.compile(r"[^\s\"'«»“”‘’();=\[\]]+")
_QUANTITY = re2.compile(
    r"[+-]?\d[\d.,'\x{a0}\x{202f}]*(?:%|[kKMGTPE]?i?[bB]?(?:ytes?)?(?:/s|/sec)?"
    r"|(?:ms|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?))[.,:]?"
)
_SPAN = re2.compile(r"(?:\d+[dhms]){2,}")
_ADDRESS = re2.compile(r"\d+\.\d+\.\d+(?:\.\d+)*[.,:]?")
_RANDOM = re2.compile(r"(?i)[0-9a-f]*(?:[0-9][a-f]|[a-f][0-9])[0-9a-f]*")
_RANDOM_LENGTH = 8
_UNITS = {
    *("b", "kb", "mb", "gb", "tb", "pb", "kib", "mib", "gib", "tib", "pib", "k", "m", "g", "t"),
    *(
        "byte",
        "bytes",
        "kbytes",
        "mbytes",
        "gbytes",
        "bytes/s",
        "bytes/sec",
        "kb/s",
        "mb/s",
        "gb/s",
    ),
    *("kib/s", "mib/s", "gib/s", "second", "seconds", "sec", "secs", "minute", "minutes", "min"),
    *("hour", "hours", "day", "days", "ms", "s", "h"),
}
_NUMBERED = re2.compile(r"\(\d+\)$")

# After these words a number says which one, not how many.
_NAMING = {
    *("code", "status", "rc", "ret", "errno", "error", "exit", "signal", "returned", "result"),
    *("port", "vm", "ct", "vmid", "lxc", "qemu", "guest", "container", "disk", "slot", "bay"),
    *("lun", "channel", "level", "lev", "drive", "raid", "unit", "group", "uid", "gid", "line"),
    *("volume", "pool"),
}
_QUOTES = "\"'«»“”‘’"


def mask(text: str) -> str:
    """Return `text` with everything masked that differs between two runs of the same news."""
    text = mask_moments(text)
    text = _PROCESS.sub("[#]", text)
    tail = _NUMBERED.search(text)  # strerror's number, as rsync prints it
    if tail is not None:
        return f"{_mask_words(text[: tail.start()])}{tail.group()}"
    return _mask_words(text)


def mask_moments(text: str) -> str:
    """Mask only dates, times, UUIDs and temporary names: what may change inside a path."""
    text = _MOMENT.sub("#", text)
    text = _UUID.sub("#", text)
    text = _BY_PROCESS.sub(r"\1#", text)
    return str(_TEMPORARY.sub(_masked_name, text))


def _masked_name(match: Any) -> str:
    """Mask the random end; without a digit or two cases it may be a plain word."""
    kept = match.group(1) or match.group(2) or match.group(3)
    end = match.group()[len(kept) :]
    return f"{kept}#" if end != end.lower() or not end.isalpha() else match.group()


def _mask_words(text: str) -> str:
    """Mask quantities word by word, but nothing between quotes: file names stay."""
    out: list[str] = []
    at, quoted, before = 0, False, ""
    for match in _WORD.finditer(text):
        between, word = text[at : match.start()], match.group()
        quoted ^= sum(between.count(quote) for quote in _QUOTES) % 2 == 1
        shown = word if quoted or before in _NAMING else _masked(word)
        if out and out[-1] == "#" and between == " " and word.lower().rstrip(".,:)") in _UNITS:
            shown = "#"  # 980 MB yesterday may be 1.1 GB today
        out += (between, shown)
        at, before = match.end(), word.lower().rstrip(":,#")
    return "".join((*out, text[at:]))


def _masked(word: str) -> str:
    if word[0].isalpha() and not _is_random(word):
        return word
    if _ADDRESS.fullmatch(word):
        return word
    if _QUANTITY.fullmatch(word) or _SPAN.fullmatch(word) or _is_random(word):
        return "#"
    return word


def _is_random(word: str) -> bool:
    return len(word) >= _RANDOM_LENGTH and _RANDOM.fullmatch(word) is not None


_CLOSE = 1000
_LISTED = 60
_DIGITS = str.maketrans("", "", "0123456789")


def news(lines: Iterable[str]) -> tuple[str, ...]:
    """Return the masked lines as a sorted set; a long set ends in a digest of all of it.

    Beyond the first thousand, lines are told apart without their digits: it is the cheaper mask.
    """
    distinct: set[str] = set()
    raw = dict.fromkeys(lines)
    for number, line in enumerate(raw):
        distinct.add(mask(line) if number < _CLOSE else line.translate(_DIGITS))
    ordered = sorted(distinct)
    if len(ordered) <= _LISTED:
        return tuple(ordered)
    digest = sha256("\n".join(ordered).encode("utf-8", "replace")).hexdigest()
    return (*ordered[:_LISTED], f"and {digest}")
