"""Moments as a digest shows them: on the recipient's wall clock, no longer than they need be.

Names of months are English whatever the host's locale is.
What happens next: sheet.py puts them beside what happened.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from relay.pipeline.digest.about import About

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day(at: datetime, zone: str) -> str:
    """Return `23 Nov`."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {_MONTHS[local.month - 1]}"


def weekday(at: datetime, zone: str) -> str:
    """Return `Mon 23 Nov`."""
    return f"{_DAYS[at.astimezone(ZoneInfo(zone)).weekday()]} {day(at, zone)}"


def exact(at: datetime, zone: str) -> str:
    """Return `Mon 23 Nov, 07:00`."""
    return f"{weekday(at, zone)}, {at.astimezone(ZoneInfo(zone)):%H:%M}"


def moment(at: datetime, about: About) -> str:
    """Return `07:00` of the digest's own day, `22 Nov 07:00` of others, a far one with its year."""
    zone = ZoneInfo(about.zone)
    local, today = at.astimezone(zone), about.at.astimezone(zone)
    clock = f"{local.hour:02}:{local.minute:02}"
    if local.date() == today.date():
        return clock
    year = "" if abs((local.date() - today.date()).days) < 300 else f" {local.year}"
    return f"{day(at, about.zone)}{year} {clock}"


def span(first: datetime, last: datetime, about: About) -> str:
    """Return `01:12 to 03:12`, or one moment where both are shown alike."""
    begin, end = moment(first, about), moment(last, about)
    return begin if begin == end else f"{begin} to {end}"
