"""The figures that rsync prints, as numbers.

Separators follow LC_NUMERIC, and -h prints `15.42K` (or `15,42K`): counts never have decimals
unless a unit follows, so every separator in a plain count groups thousands. Figures of several
runs in one mail are added up. What is not printed is not in the result.
What happens next: rsync.py puts them into the report's facts.
"""

from collections.abc import Iterable

from relay.reports.readers.rsync.lines import Event, Said, totals_of
from relay.reports.readers.rsync.runs import Run
from relay.reports.report import Fact

_UNITS = {"K": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_SEPARATORS = str.maketrans("", "", ".,'\u2019\u00a0\u202f")
_LONGEST_NUMBER = 40

# Both wordings: 2.6 and 3.0 said `Number of files transferred`.
_STATISTICS = {
    "Number of files": "files_total",
    "Number of created files": "files_created",
    "Number of deleted files": "files_deleted",
    "Number of regular files transferred": "files_transferred",
    "Number of files transferred": "files_transferred",
    "Total file size": "bytes_total",
    "Total transferred file size": "bytes_transferred",
    "Total bytes sent": "bytes_sent",
    "Total bytes received": "bytes_received",
}


def count(text: str) -> int | None:
    """Return a count as rsync prints it: `1,258`, `1.258`, `15.42K`; None if it is none."""
    text = text.strip()[:_LONGEST_NUMBER]
    unit = _UNITS.get(text[-1:])
    if unit is None:
        digits = text.translate(_SEPARATORS)
        return int(digits) if digits.isascii() and digits.isdigit() else None
    try:
        return round(float(text[:-1].replace(",", ".")) * unit)
    except ValueError:
        return None


def rate(text: str) -> float | None:
    """Return a speed as rsync prints it, always with two decimals, or with a unit."""
    if text[-1:] in _UNITS:
        whole = count(text)
        return None if whole is None else float(whole)
    if text[-3:-2] in (".", ","):
        whole, cents = count(text[:-3]), text[-2:]
        return None if whole is None or not cents.isdecimal() else whole + int(cents) / 100
    whole = count(text)
    return None if whole is None else float(whole)


def figures(runs: Iterable[Run]) -> dict[str, Fact]:
    """Return what the runs printed, added up over all of them."""
    total: dict[str, int] = {}
    speed: float | None = None
    for run in runs:
        for name, value in _of_run(run).items():
            total[name] = total.get(name, 0) + value
        if run.sent is not None and run.sent.event is Event.SENT:
            speed = rate(totals_of(run.sent)[2])
    facts: dict[str, Fact] = dict(total)
    if speed is not None:
        facts["bytes_per_second"] = speed
    return facts


def _of_run(run: Run) -> dict[str, int]:
    found: dict[str, int | None] = {}
    if run.sent is not None:
        printed = totals_of(run.sent)
        found |= {"bytes_sent": count(printed[0]), "bytes_received": count(printed[1])}
        if run.sent.event is Event.LOGGED:
            found["bytes_total"] = count(printed[2])
    if run.total is not None and run.total.event is Event.TOTAL:
        found["bytes_total"] = count(totals_of(run.total)[0])
    for said in run.statistics:
        found |= _statistic(said)
    return {name: value for name, value in found.items() if value is not None}


def _statistic(said: Said) -> dict[str, int | None]:
    label, _, value = said.text.partition(": ")
    name = _STATISTICS.get(label)
    first = value.split(" ", 1)[0]
    return {name: count(first)} if name else {}


def is_dry(run: Run) -> bool:
    """Whether the run only showed what it would do."""
    return run.total is not None and "(DRY RUN)" in run.total.text
