"""The rhythm of a job as learned from its reports: which days, at what time, how exactly.

A rhythm either goes by the calendar (on certain days, at one or more times of the wall's clock) or
by elapsed time (every so many seconds after the last). `early` and `grace` are what its jitter asks
for: a report up to `early` before its time is that time's report, and none is missed until `grace`
after it. All fields are plain numbers and words, so that a store can keep them as JSON.
Who makes one: learning.py. What happens next: cadence.py says when the next report should come.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

DAY = 86_400
_LEAST_GRACE = 5 * 60
_LEAST_GRACE_OF_LONG = 3 * 3600
_CLOCK_CHANGE = 75 * 60  # a host in another zone comes an hour early or late on two days a year
_CHANGES_SHOW = 3.5 * 3600  # for a job that comes more often, an hour is too much to wait
_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ORDINALS = {1: "first", 2: "second", 3: "third", 4: "fourth", 5: "fifth", -1: "last"}


class Days(StrEnum):
    """On which days a job runs; the comment says what `Cadence.days` holds."""

    ANY = "any"  # nothing: elapsed time decides
    WEEKDAYS = "weekdays"  # 0 Monday to 6 Sunday
    NTH_DAY = "nth day"  # the step, and the ordinal number of a day on which it ran
    MONTH_DAY = "month day"  # 1 to 31, or -1 the last day, -2 the one before
    MONTH_WEEKDAY = "month weekday"  # 1 to 5 or -1 the last, and the weekday


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence:
    """What was learned from `runs` reports; spans are in seconds.

    `times` are seconds since midnight of the day, beyond 24 hours if a working day ends after it.
    """

    zone: str
    pattern: Days
    days: tuple[int, ...]
    times: tuple[int, ...]
    period: int
    early: int
    grace: int
    runs: int


def cadence_of(
    zone: str,
    pattern: Days,
    days: tuple[int, ...],
    times: tuple[int, ...],
    period: float,
    off: Sequence[float],
) -> Cadence:
    """Return the cadence, with margins from how far `off` its time each run was, in seconds.

    Few runs have not shown all of the jitter, so the margins are wider the fewer there were.
    """
    unsure = 1 + 8 / len(off)
    least = min(max(period / 32, _LEAST_GRACE), _LEAST_GRACE_OF_LONG)
    grace = max((least + max(off)) * unsure, _CLOCK_CHANGE if period >= _CHANGES_SHOW else 0)
    early = max(least - min(off) * unsure, _CLOCK_CHANGE)
    return Cadence(
        zone=zone,
        pattern=pattern,
        days=days,
        times=times,
        period=round(period),
        early=round(min(early, period / 3)),
        grace=round(max(min(grace, period / 2), _LEAST_GRACE)),
        runs=len(off),
    )


def falls_on(pattern: Days, days: Sequence[int], day: date) -> bool:
    """Say whether a job with these days runs on `day`."""
    match pattern:
        case Days.WEEKDAYS:
            return day.weekday() in days
        case Days.NTH_DAY:
            return (day.toordinal() - days[1]) % days[0] == 0
        case Days.MONTH_DAY:
            return days[0] in (day.day, day.day - _month_length(day) - 1)
        case Days.MONTH_WEEKDAY:
            return day.weekday() == days[1] and days[0] in (nth(day), nth_from_end(day))
        case Days.ANY:
            return True


def nth(day: date) -> int:
    """Return 1 for the first such weekday of its month, 2 for the second."""
    return (day.day - 1) // 7 + 1


def nth_from_end(day: date) -> int:
    """Return -1 for the last such weekday of its month, -2 for the one before."""
    return -((_month_length(day) - day.day) // 7 + 1)


def from_end(day: date) -> int:
    """Return -1 for the last day of its month, -2 for the one before."""
    return day.day - _month_length(day) - 1


def _month_length(day: date) -> int:
    return monthrange(day.year, day.month)[1]


def words(cadence: Cadence) -> str:
    """Say what was learned: "daily about 02:00, Monday to Friday"."""
    if cadence.pattern is Days.ANY:
        return f"about every {span(cadence.period)}"
    in_order = [at % DAY for at in cadence.times]
    if len(cadence.days) == 7:
        in_order.sort()
    times = " and ".join(f"{at // 3600:02}:{at % 3600 // 60:02}" for at in in_order)
    about = f"at night about {times}" if cadence.times[0] >= DAY else f"about {times}"
    return _days_in_words(cadence.pattern, cadence.days).format(about=about)


def span(seconds: int) -> str:
    """Say a length of time in its own unit: "15 minutes", "4 hours", "7 days"."""
    if seconds >= 2 * DAY:
        return f"{round(seconds / DAY)} days"
    minutes = round(seconds / 60)
    if minutes >= 90 and minutes % 60 in (0, 1, 59):
        return f"{round(minutes / 60)} hours"
    if minutes >= 240:
        return f"{round(minutes / 60, 1)} hours"
    return {0: f"{seconds} seconds", 1: "minute", 60: "hour"}.get(minutes, f"{minutes} minutes")


def _days_in_words(pattern: Days, days: Sequence[int]) -> str:
    match pattern:
        case Days.WEEKDAYS if len(days) == 1:
            return f"weekly on {_NAMES[days[0]]} {{about}}"
        case Days.WEEKDAYS:
            return "daily {about}" + ("" if len(days) == 7 else f", {_listed(days)}")
        case Days.NTH_DAY:
            return f"every {days[0]} days {{about}}"
        case Days.MONTH_WEEKDAY:
            return f"monthly on the {_ORDINALS[days[0]]} {_NAMES[days[1]]} {{about}}"
        case _ if days[0] > 0:
            return f"monthly on day {days[0]} {{about}}"
        case _:
            before = "" if days[0] == -1 else f"{_ORDINALS.get(-days[0], -days[0])} but "
            return f"monthly on the {before}last day {{about}}"


def _listed(days: Sequence[int]) -> str:
    """Say weekdays as a range where they are one, around the week's end too."""
    for start in days:
        run = tuple(sorted((start + step) % 7 for step in range(len(days))))
        if len(days) > 2 and run == tuple(days):
            return f"{_NAMES[start]} to {_NAMES[(start + len(days) - 1) % 7]}"
    *most, last = (_NAMES[day] for day in days)
    return f"{', '.join(most)} and {last}"
