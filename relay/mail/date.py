"""Dates as mail writes them (RFC 5322 s3.3), in the C locale whatever the host's is.

`read_date` takes what the current grammar and the obsolete one allow and nothing else: a date that
a receiver might read differently is no date. Comments after it are ignored.
What happens next: rewrite/repair.py replaces a Date that is none.
"""

import re
from datetime import datetime, timedelta, timezone

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DATE = re.compile(
    rf"(?:(?:{'|'.join(_DAYS)}), *)?(\d{{1,2}}) +({'|'.join(_MONTHS)}) +(\d{{4}}) +"
    r"(\d{2}):(\d{2})(?::(\d{2}))? +(?:([+-])(\d{2})([0-5]\d)|(UT|GMT|[ECMP][SD]T|Z))(?: *\(.*)?",
    re.IGNORECASE,
)
_ZONES = {"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}
_LONGEST = 200


def write_date(at: datetime) -> str:
    """Return an aware `at` as a Date field writes it."""
    day, month = _DAYS[at.weekday()], _MONTHS[at.month - 1]
    return f"{day}, {at.day:02} {month} {at:%Y %H:%M:%S %z}"


def read_date(text: str) -> datetime | None:
    """Return the moment that `text` names, None if it is no valid date."""
    match = _DATE.fullmatch(text[:_LONGEST].strip())
    if match is None:
        return None
    day, month, year, hour, minute, second, sign, hours, minutes, zone = match.groups()
    offset = timedelta(hours=_ZONES.get((zone or "").upper(), 0))
    if sign:
        offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        return datetime(
            int(year),
            _MONTHS.index(month.capitalize()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(int(second or 0), 59),  # a leap second is a valid one
            tzinfo=timezone(offset),
        )
    except ValueError:
        return None  # 31 Feb, 25:00, a zone a day away
