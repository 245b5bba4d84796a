"""Figures as tools print them, as numbers: counts, sizes with their units, durations.

Facts are named by what they count: `bytes_...` are bytes, `seconds` seconds, and what begins with
`files_`, `errors` or `items` are counts; anything else stays text. Binary units count in 1024s.
What happens next: grammar.py puts them into the facts of a finding.
"""

import re2

from relay.reports.report import Fact

_SEPARATORS = str.maketrans("", "", ".,' \u2019\u00a0\u202f_")
_LONGEST_NUMBER = 40
_NUMBER = re2.compile(r"\s*([\d.,'\x{a0}\x{202f}\x{2019} ]*\d)\s*([A-Za-z]*)\s*")
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4, "p": 5, "e": 6}
_CLOCK = re2.compile(r"(?:(\d+) ?(?:d|days?),? )?(?:(\d+):)?(\d+):(\d+(?:[.,]\d+)?)")
_SPAN = re2.compile(r"(\d+(?:[.,]\d+)?)\s*(ms|[a-z])[a-z]*")
_SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def fact(name: str, text: str) -> Fact | None:
    """Return the fact `name` printed as `text`, None where it is not what the name promises."""
    if name.startswith("bytes_"):
        return size(text)
    if name == "seconds":
        return seconds(text)
    if name.startswith(("files_", "errors", "items")):
        return count(text)
    return text.strip()


def count(text: str) -> int | None:
    """Return a whole number, whatever groups its thousands; None if it is none."""
    digits = text.strip()[:_LONGEST_NUMBER].translate(_SEPARATORS)
    return int(digits) if digits.isascii() and digits.isdigit() else None


def size(text: str) -> int | None:
    """Return bytes of `305.51 kB`, `297.836 KiB`, `1,2 GB`, `12345`; None if it is no size."""
    match = _NUMBER.fullmatch(text[:_LONGEST_NUMBER])
    if match is None:
        return None
    number, unit = str(match.group(1)), str(match.group(2)).lower()
    unit = unit.removesuffix("ytes").removesuffix("yte")
    unit = unit.removesuffix("b")
    base = 1024 if unit.endswith("i") else 1000
    power = _POWERS.get(unit.removesuffix("i"))
    if power is None:
        return None
    if power == 0:
        return count(number)
    value = _decimal(number)
    return None if value is None else round(value * base**power)


def seconds(text: str) -> float | None:
    """Return seconds of `0:22`, `01:22:40`, `1 day, 2:03:04`, `1h2m3s`, `2 minutes 3.5 seconds`."""
    text = text.strip().lower()[: 2 * _LONGEST_NUMBER]
    clock = _CLOCK.fullmatch(text)
    if clock is not None:
        days, hours, minutes, rest = (str(group or 0).replace(",", ".") for group in clock.groups())
        return int(days) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(rest)
    total, found = 0.0, False
    for match in _SPAN.finditer(text):
        unit = _SECONDS.get(match.group(2))
        if unit is None:
            return None
        total, found = total + float(match.group(1).replace(",", ".")) * unit, True
    return round(total, 3) if found else None


def _decimal(number: str) -> float | None:
    """Read a number whose last separator is the decimal one: units come with decimals."""
    number = number.replace(" ", "").replace("\u00a0", "").replace("'", "")
    at = max(number.rfind("."), number.rfind(","))
    whole, part = (number, "") if at < 0 else (number[:at], number[at + 1 :])
    digits = whole.translate(_SEPARATORS)
    if not digits.isdigit() or (part and not part.isdigit()):
        return None
    return float(f"{digits}.{part or 0}")
