"""When something is due: cron's five fields or plain words, in a time zone.

    0 7 * * 1-5 Europe/Berlin      @daily      daily at 07:00 Europe/Berlin
    weekdays at 07:00      mondays and thursdays at 07:00      monthly on the last day at 18:00
    every 4 hours          at most 30 minutes

A schedule that runs in every hour of the day goes by elapsed time: it runs each hour on the days on
which the clocks change. Every other goes by the clock on the wall: a time that does not exist runs
once right after the gap, one that exists twice runs once. "every" stands on a fixed grid that
starts on a Monday at midnight, so that it can be foretold; "at most" counts from the moment given.
What happens next: digest.py closes a batch then, cadence.py expects a report then.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from cronsim import CronSim, CronSimError

from relay.rhythm.wallclock import first, local, zone_named

_FORMS = (
    'write five cron fields ("0 7 * * 1-5 Europe/Berlin"), "daily at 07:00", "weekdays at 07:00", '
    '"mondays at 07:00", "monthly on day 1 at 07:00", "every 4 hours" or "at most 30 minutes"'
)
_NICKNAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_WEEKDAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
_DAYS = {"daily": "* * *", "every day": "* * *", "weekdays": "* * 1-5", "weekends": "* * 0,6"}
_AT = re.compile(r"(?P<days>.+?),? (?:at|by) (?P<hour>\d{1,2}):(?P<minute>\d\d)")
_MONTHLY = re.compile(r"monthly(?: on (?:day (?P<day>\d+)|the (?P<last>last day)))?")
_PERIOD = re.compile(r"(?P<how>every|at most) (?P<length>.+)")
_LENGTH = re.compile(
    r"(?:(?P<count>\d{1,6}) ?)?(?P<unit>s|m|h|d|w|sec|second|min|minute|hour|day|week)s?"
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_ANCHOR = datetime(2024, 1, 1)  # noqa: DTZ001 - a Monday on the wall, in any zone
_HOUR = timedelta(hours=1)
_LONGEST = timedelta(days=366)


class Kind(StrEnum):
    """What a schedule goes by."""

    CRON = "cron"
    EVERY = "every"
    WITHIN = "at most"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A schedule as it was written, and as it was understood.

    `cron` has five fields and is empty unless `kind` is cron; `seconds` is the length of an
    "every" or "at most".
    """

    text: str
    kind: Kind
    zone: str
    cron: str = ""
    seconds: int = 0


def parse(text: str, default_zone: str) -> Schedule:
    """Read a schedule, or raise ValueError: what is wrong, and what is right."""
    words = text.split()
    if not words:
        raise ValueError(f"a schedule is empty; {_FORMS}")
    body, rest = _parted(words)
    if len(rest) > 1:
        extra = " ".join(rest)
        raise ValueError(f'only a time zone may follow the five fields of cron, not "{extra}"')
    zone = zone_named(rest[0] if rest else default_zone).key
    if words[0][0] in "*@0123456789":
        return Schedule(text=text, kind=Kind.CRON, zone=zone, cron=_fields(body))
    plain = " ".join(body).lower()
    period = _PERIOD.fullmatch(plain)
    if period and not _AT.fullmatch(plain):  # "every day at 07:00" is no length
        seconds = int(length(period["length"]).total_seconds())
        return Schedule(text=text, kind=Kind(period["how"]), zone=zone, seconds=seconds)
    return Schedule(text=text, kind=Kind.CRON, zone=zone, cron=_from_words(plain))


def length(text: str) -> timedelta:
    """Read a length of time as "45m" or "4 hours"; ValueError if it is none."""
    found = _LENGTH.fullmatch(text.strip().lower())
    span = timedelta(**{_UNITS[found["unit"][0]]: int(found["count"] or 1)}) if found else None
    if not span or span > _LONGEST:
        raise ValueError(
            f'"{text}" is no length of time; write "30 minutes", "4 hours" or "2 days"'
        )
    return span


def next_after(schedule: Schedule, moment: datetime) -> datetime:
    """Return the first time strictly after `moment`, in UTC; `moment` must be aware."""
    if moment.tzinfo is None:
        raise ValueError("a moment without a time zone has no next occurrence")
    if schedule.kind is Kind.WITHIN:
        return moment.astimezone(UTC) + timedelta(seconds=schedule.seconds)
    return next(due for due in _due(schedule, moment) if due > moment)


def _due(schedule: Schedule, moment: datetime) -> Iterator[datetime]:
    """Yield due times in order, from about `moment` on."""
    zone = zone_named(schedule.zone)
    if schedule.kind is Kind.EVERY:
        return _grid(schedule, moment)
    wall = local(moment, zone)
    by_wall = CronSim(schedule.cron, wall)
    if len(by_wall.hours) < 24:
        return (first(due, zone) for due in by_wall)
    minute, _, *days = schedule.cron.split()  # cronsim goes by elapsed time at a star only
    by_elapsed = CronSim(" ".join([minute, "*", *days]), moment.astimezone(zone))
    return (due.astimezone(UTC) for due in by_elapsed)


def _grid(schedule: Schedule, moment: datetime) -> Iterator[datetime]:
    """Yield the points of the grid: by elapsed time up to an hour, by the wall beyond."""
    zone = zone_named(schedule.zone)
    step = timedelta(seconds=schedule.seconds)
    if step <= _HOUR:
        point = first(_ANCHOR, zone)
        point += (moment - point) // step * step
        while True:
            point += step
            yield point
    wall = _ANCHOR + (local(moment, zone) - _ANCHOR) // step * step
    while True:
        wall += step
        yield first(wall, zone)


def _parted(words: list[str]) -> tuple[list[str], list[str]]:
    """Part the words of the schedule from its zone."""
    if words[0][0] in "*0123456789":
        return words[:5], words[5:]
    if words[0].startswith("@"):
        return words[:1], words[1:]
    has_zone = "/" in words[-1] or words[-1] in {"UTC", "GMT"}
    return (words[:-1], words[-1:]) if has_zone else (words, [])


def _fields(words: list[str]) -> str:
    """Return cron's five fields, checked."""
    expression = " ".join(words)
    if expression.startswith("@"):
        expression = _NICKNAMES.get(expression.lower(), "")
        if not expression:
            known = ", ".join(_NICKNAMES)
            raise ValueError(f'cron has no "{words[0]}" that tells a time; there are {known}')
    elif len(words) < 5:
        raise ValueError(f'"{expression}" has {len(words)} of the five fields of cron; {_FORMS}')
    return _checked(expression)


def _checked(expression: str) -> str:
    """Return the expression if cron can read it and it is ever due."""
    try:
        next(CronSim(expression, _ANCHOR))
    except CronSimError as error:
        field = str(error).removeprefix("Bad ")
        raise ValueError(
            f'cron cannot read the {field} of "{expression}"; the fields are minute (0-59), '
            "hour (0-23), day of month (1-31 or L), month (1-12 or JAN-DEC), "
            "day of week (0-7 or SUN-SAT, ranges upwards)"
        ) from error
    except StopIteration:
        raise ValueError(f'"{expression}" never comes; no such day exists') from None
    return expression


def _from_words(plain: str) -> str:
    """Turn "weekdays at 07:00" into cron's fields."""
    found = _AT.fullmatch(plain)
    days = _days(found["days"]) if found else None
    if not found or days is None:
        raise ValueError(f'cannot read the schedule "{plain}"; {_FORMS}')
    hour, minute = int(found["hour"]), int(found["minute"])
    if hour > 23 or minute > 59:
        clock = f"{found['hour']}:{found['minute']}"
        raise ValueError(f'"{clock}" is no time of day; it goes from 00:00 to 23:59')
    return _checked(f"{minute} {hour} {days}")


def _days(plain: str) -> str | None:
    """Turn the words for days into cron's last three fields, None if they are not understood."""
    if plain in _DAYS:
        return _DAYS[plain]
    if monthly := _MONTHLY.fullmatch(plain):
        return f"{'L' if monthly['last'] else monthly['day'] or '1'} * *"
    listed = re.split(r",? and |, ?", plain.removeprefix("every "))
    names = [name.removesuffix("s") for name in listed]
    if all(name in _WEEKDAYS for name in names):
        return "* * " + ",".join(str(_WEEKDAYS.index(name)) for name in names)
    return None
