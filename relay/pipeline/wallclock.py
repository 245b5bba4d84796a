"""Between the clock on the wall and UTC: what a local time means on the two days that break it.

A zone is an IANA name ("Europe/Berlin", "UTC"); names that mean whatever the machine is set to
("localtime") are refused. A local time that does not exist, in spring, stands for the first moment
after the gap; one that exists twice, in autumn, for the first of the two. So the order of local
times is kept, none is lost and none counts twice. What happens next: schedule.py and cadence.py.
"""

import re
from datetime import UTC, datetime, timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, available_timezones

_NAME = re.compile(r"UTC|GMT|[A-Z][A-Za-z_]+(/[A-Za-z0-9_+-]+)+")


def zone_named(name: str) -> ZoneInfo:
    """Return the zone, or raise ValueError with the nearest names that exist."""
    try:
        if _NAME.fullmatch(name):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder, as "America/Indiana"
        pass
    names = [each for each in available_timezones() if _NAME.fullmatch(each)]
    near = get_close_matches(name, names, n=2, cutoff=0.7)
    advice = f"; did you mean {' or '.join(near)}?" if near else ", as Europe/Berlin or UTC are"
    raise ValueError(f'"{name}" is no IANA time zone{advice}')


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock on the wall shows, as a naive datetime."""
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def second_of_day(wall: datetime) -> int:
    """Return the seconds since midnight that the clock on the wall shows."""
    return wall.hour * 3600 + wall.minute * 60 + wall.second


def first(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the first moment, in UTC, at which the wall shows `wall` or has jumped over it."""
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    skipped = local(moment, zone) - wall
    return _end_of_gap(moment, zone) if skipped else moment


def last(wall: datetime, zone: ZoneInfo) -> datetime:
    """Return the latest moment that a host may take for `wall`: its second, or past the gap."""
    return max(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))


def _end_of_gap(moment: datetime, zone: ZoneInfo) -> datetime:
    """Walk back from a moment after a gap, to the minute at which the offset changed."""
    offset = moment.astimezone(zone).utcoffset()
    minute = timedelta(minutes=1)
    found = moment.replace(second=0, microsecond=0)
    while (found - minute).astimezone(zone).utcoffset() == offset:
        found -= minute
    return found
