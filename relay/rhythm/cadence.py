"""When the next report of a job should come, and from when on it is missing.

A cadence is learned from arrivals (learning.py) or declared by the operator:

    daily by 06:00 Europe/Berlin     a deadline: missing from that moment on
    0 2 * * * Europe/Berlin, grace 45m     the job starts then: missing 45 minutes later
    every 15 minutes, grace 5m     counted from the last report

Without a word on it, the grace of a start is a quarter of the shortest pause between two runs, from
five minutes to an hour; that of a deadline is none. A report that comes somewhat before its time is
that time's report. Where the clocks change in between, the later reading of the time decides: a
host on UTC and one on local time are both right. What happens next: a job past `late_after` is
missing, and that is news.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from relay.rhythm.learning import learn
from relay.rhythm.pattern import Cadence, Days, falls_on, span, words
from relay.rhythm.schedule import Kind, Schedule, length, next_after, parse
from relay.rhythm.wallclock import first, last, local, zone_named

__all__ = ["Cadence", "Declared", "Expected", "declared", "describe", "expect", "learn"]

_GRACE = re.compile(r"(?P<schedule>.*?),?\s+grace\s+(?P<grace>.+)", re.IGNORECASE | re.DOTALL)
_DEADLINE = re.compile(r"\bby\b", re.IGNORECASE)
_LEAST, _MOST = timedelta(minutes=5), timedelta(hours=1)
_LOOKED_AT = 8
_ABSENT_LONG = 1500  # days; the fifth Friday of a month comes far sooner


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """What the operator said. `grace` in seconds; `deadline` means "by", not "at"."""

    text: str
    schedule: Schedule
    deadline: bool
    grace: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """When a report should come and from when on it is missing, in UTC."""

    at: datetime
    late_after: datetime


def declared(text: str, default_zone: str) -> Declared:
    """Read an expectation, or raise ValueError: what is wrong, and what is right."""
    parted = _GRACE.fullmatch(text.strip())
    schedule = parse(parted["schedule"] if parted else text, default_zone)
    if schedule.kind is Kind.WITHIN:
        raise ValueError(f'"{text}" is no time to expect a report at; write "every", not "at most"')
    grace = int(length(parted["grace"]).total_seconds()) if parted else None
    deadline = bool(_DEADLINE.search(schedule.text))
    return Declared(text=text, schedule=schedule, deadline=deadline, grace=grace)


def expect(cadence: Cadence | Declared, last_at: datetime) -> Expected:
    """Return when the report after the one at `last_at` should come."""
    if isinstance(cadence, Declared):
        return _expect_declared(cadence, last_at)
    zone, grace = zone_named(cadence.zone), timedelta(seconds=cadence.grace)
    if cadence.pattern is Days.ANY:
        return _expect_elapsed(last_at, timedelta(seconds=cadence.period), zone, grace)
    done = last_at + timedelta(seconds=cadence.early)
    wall = next(wall for wall in _walls(cadence, done, zone) if first(wall, zone) > done)
    return _expected(wall, last_at, zone, grace)


def describe(cadence: Cadence | Declared) -> str:
    """Say in words what was learned or declared."""
    if isinstance(cadence, Cadence):
        return words(cadence)
    if cadence.grace is None or "grace" in cadence.text:
        return cadence.text
    return f"{cadence.text}, grace {span(cadence.grace)}"


def _walls(cadence: Cadence, moment: datetime, zone: ZoneInfo) -> Iterator[datetime]:
    """Yield the times on the wall's clock at which the job runs, from the day before `moment`."""
    midnight = local(moment, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for index in range(-1, _ABSENT_LONG):
        day = midnight + timedelta(days=index)
        if falls_on(cadence.pattern, cadence.days, day.date()):
            yield from (day + timedelta(seconds=second) for second in cadence.times)


def _expected(wall: datetime, last_at: datetime, zone: ZoneInfo, grace: timedelta) -> Expected:
    """Allow for a host that stays on the offset from UTC that it had at its last report."""
    at = first(wall, zone)
    offsets = [moment.astimezone(zone).utcoffset() or timedelta(0) for moment in (last_at, at)]
    moved = max(offsets[1] - offsets[0], timedelta(0))
    return Expected(at=at, late_after=max(at + moved, last(wall, zone)) + grace)


def _expect_elapsed(
    last_at: datetime, period: timedelta, zone: ZoneInfo, grace: timedelta
) -> Expected:
    """Expect it a period later: on the wall's clock if that is over an hour, or else elapsed."""
    at = last_at.astimezone(UTC) + period
    if period <= timedelta(hours=1):
        return Expected(at=at, late_after=at + grace)
    return _expected(local(last_at, zone) + period, last_at, zone, grace)


def _expect_declared(told: Declared, last_at: datetime) -> Expected:
    zone = zone_named(told.schedule.zone)
    period = _period(told.schedule, last_at)
    usual = min(max(period / 4, _LEAST), _MOST)
    if told.grace is not None:
        usual = timedelta(seconds=told.grace)
    if told.schedule.kind is Kind.EVERY:
        return _expect_elapsed(last_at, period, zone, usual)
    if told.deadline:
        met = next_after(told.schedule, last_at - period / 4)
        at = next_after(told.schedule, met)
        return Expected(at=at, late_after=at + (usual if told.grace is not None else timedelta(0)))
    at = next_after(told.schedule, last_at + min(period / 10, _LEAST))
    return Expected(at=at, late_after=at + usual)


def _period(schedule: Schedule, moment: datetime) -> timedelta:
    """Return the shortest pause between the next few due times."""
    if schedule.kind is Kind.EVERY:
        return timedelta(seconds=schedule.seconds)
    due = [next_after(schedule, moment)]
    for _ in range(_LOOKED_AT):
        due.append(next_after(schedule, due[-1]))
    return min(b - a for a, b in pairwise(due))
