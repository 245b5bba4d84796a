"""Crontabs: when a line runs, as whom, and its command, each at its place in the file.

Only what a rule asks is worked out: how many minutes lie between two runs at the least. A `%`
that is not escaped ends the command (crontab(5)); what follows is fed to it.
What happens next: document.py makes a snippet of shell of each command.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

_FIELD = r"[\d*/,\-A-Za-z?~#LW]+"
_TIMES = re.compile(rf"\s*((?:{_FIELD}\s+){{4}}{_FIELD}|@\w+)\s+(?=\S)")
_TIME_FIELD = re.compile(r"(?:[\d*/,\-?~#LW]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
                         r"|mon|tue|wed|thu|fri|sat|sun)+", re.IGNORECASE)  # fmt: skip
_SETTING = re.compile(r"""\s*["']?([A-Za-z_]\w*)["']?\s*=\s*(.*?)\s*$""")
_USER = re.compile(r"([\w.$-]+)\s+(?=\S)")
_NAMED = {"@hourly": 60, "@daily": 1440, "@midnight": 1440, "@weekly": 10080, "@monthly": 43200,
          "@yearly": 525600, "@annually": 525600, "@reboot": 525600}  # fmt: skip
_DAY = 1440


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A timed line: where its command stands, how often it runs, as whom."""

    start: int
    end: int
    every: int
    user: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """`NAME=value` at a place; `section` is that of a unit or an INI file."""

    name: str
    value: str
    at: int
    section: str = ""


def is_user_line(text: str) -> bool:
    """Say whether a line begins with five time fields or a word such as @daily."""
    match = _TIMES.match(text)
    return match is not None and _timed(match[1])


def _timed(times: str) -> bool:
    if times.startswith("@"):
        return times in _NAMED
    return all(_TIME_FIELD.fullmatch(each) for each in times.split())


def read_crontab(data: bytes, system: bool) -> Iterator[Line | Setting]:
    """Yield the settings and the timed lines; what is neither is left out."""
    at = 0
    for raw in data.split(b"\n"):
        text = raw.decode("latin-1")  # one character for each byte: offsets hold
        start, at = at, at + len(raw) + 1
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        times = _TIMES.match(text)
        if times is None or not _timed(times[1]):
            setting = _SETTING.match(text)
            if setting:
                value = setting[2].strip("\"'").encode("latin-1").decode("utf-8", "replace")
                yield Setting(name=setting[1], value=value, at=start)
            continue
        command, user = times.end(), ""
        if system and (match := _USER.match(text, command)):
            command, user = match.end(), match[1]
        end = _end_of(text, command)
        yield Line(start=start + command, end=start + end, every=interval(times[1]), user=user)


def _end_of(text: str, start: int) -> int:
    match = re.compile(r"(?<!\\)%").search(text, start)
    return match.start() if match else len(text.rstrip())


def read_anacrontab(data: bytes) -> Iterator[Line | Setting]:
    """Yield the lines of an anacrontab: period in days, delay, name, command."""
    at = 0
    for raw in data.split(b"\n"):
        text = raw.decode("latin-1")
        start, at = at, at + len(raw) + 1
        match = re.match(r"\s*(\d{1,4}|@\w+)\s+\d+\s+\S+\s+(?=\S)", text)
        setting = _SETTING.match(text)
        if match:
            days = int(match[1]) if match[1].isdigit() else 30
            end = start + len(text.rstrip())
            yield Line(start=start + match.end(), end=end, every=days * _DAY)
        elif setting and not text.lstrip().startswith("#"):
            yield Setting(name=setting[1], value=setting[2].strip("\"'"), at=start)


def interval(times: str) -> int:
    """Return the minutes between two runs at the least."""
    if times.startswith("@"):
        return _NAMED.get(times, _DAY)
    minute, hour, *_ = times.split()
    minutes = _values(minute, 60)
    hours = _values(hour, 24)
    if len(minutes) > 1:
        gaps = [b - a for a, b in pairwise(minutes)]
        return min(gaps)
    if len(hours) > 1:
        return min(b - a for a, b in pairwise(hours)) * 60
    return _DAY


def _values(field: str, size: int) -> list[int]:
    """Return the values that a time field stands for."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, dash, last = span.partition("-")
        width = int(step) if step.isdigit() and step != "0" else 1
        if span in ("*", "?") or "~" in span:
            found |= set(range(0, size, width if span != "~" else size))
        elif first.isdigit():
            end = int(last) if dash and last.isdigit() else int(first)
            found |= set(range(int(first), min(end, size) + 1, width))
    return sorted(found) or [0]
