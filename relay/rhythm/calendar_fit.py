"""Find times of day and a pattern of days that explain the runs of a job, or find none.

Times first: the runs' times on the wall's clock must gather in few narrow clusters. Each run then
belongs to the day on which its cluster's middle fell, so that a job at midnight which comes at
23:58 or 00:20 has one day, not two. Then days: the first pattern, from weekdays to "the last Sunday
of the month", on whose days the job nearly always ran and off which it hardly ever did.
What happens next: learning.py hands the cadence to cadence.py.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

from relay.rhythm.pattern import DAY, Cadence, Days, cadence_of, falls_on, from_end, nth
from relay.rhythm.wallclock import local, second_of_day, zone_named

_FEWEST_DATES = 5
_MOST_TIMES = 12
_FEW = 8
_STRAYS = 0.15
_KEPT = 0.6
_OFTEN_KEPT, _INNER = 0.75, 3  # chance makes several times more easily than one
_NIGHT = 3 * 3600
_DAY = timedelta(days=1)

_Mark = tuple[date, int, float]  # the day and the time it was due, and how far off it was
_Fit = tuple[int, Cadence]  # on how many dates it ran off its days, and the cadence


def strays_allowed(count: int) -> int:
    """Return how many of `count` runs a rhythm may leave unexplained: one in seven."""
    return int(_STRAYS * count)


def by_calendar(runs: Sequence[datetime], zone: str) -> Cadence | None:
    """Return the times of day and the days on which these runs came, None if there are none."""
    walls = [local(run, zone_named(zone)) for run in runs]
    usual = min(median((b - a).total_seconds() for a, b in pairwise(runs)), DAY)
    width = (0.105 if len(runs) < _FEW else 0.17) * usual
    times = _times(walls, usual)
    if not 0 < len(times) <= _MOST_TIMES:
        return None
    fit = _fit(walls, times, width, zone)
    if times[0] < _NIGHT and (fit is None or fit[1].pattern is Days.MONTH_WEEKDAY):
        fit = _last_night(fit, _fit(walls, [at + DAY for at in times], width, zone))
    return fit and fit[1]


def _last_night(fit: _Fit | None, before: _Fit | None) -> _Fit | None:
    """Prefer the day before: a job of the first Sunday may end on the Monday, first or second."""
    if before is None or before[1].pattern is not Days.MONTH_WEEKDAY:
        return fit
    return before if fit is None or before[0] <= fit[0] else fit


def _fit(walls: Sequence[datetime], times: Sequence[int], width: float, zone: str) -> _Fit | None:
    marks = [mark for wall in walls if (mark := _mark(wall, times, width))]
    recent = any(_mark(wall, times, width) for wall in walls[-2:])
    if len(walls) - len(marks) > strays_allowed(len(walls)) or not recent:
        return None
    dates = sorted({day for day, _, _ in marks})
    found = next(_patterns(dates, len(times)), None)
    if found is None or not _steady(marks, dates, times):
        return None
    off = [late for _, _, late in marks]
    cadence = cadence_of(zone, *found, tuple(times), _period(*found, times), off)
    return sum(not falls_on(*found, day) for day in dates), cadence


def _times(walls: Sequence[datetime], usual: float) -> list[int]:
    """Return the middle of each cluster of times of day, in order from the longest pause on.

    A working day that ends after midnight has times beyond 24 hours, so that it stays one day.
    """
    seconds = sorted(second_of_day(wall) for wall in walls)
    gaps = [(b - a) % DAY for a, b in zip(seconds, seconds[1:] + seconds[:1], strict=True)]
    start = gaps.index(max(gaps)) + 1
    clusters: list[list[int]] = [[]]
    for index in range(start, start + len(seconds)):
        clusters[-1].append(seconds[index % len(seconds)] + DAY * (index >= len(seconds)))
        if gaps[index % len(seconds)] > 0.1 * usual:
            clusters.append([])
    middles = [round(median(cluster)) for cluster in clusters if len(cluster) > 1]
    whole_days = middles[0] // DAY * DAY if middles else 0
    return [middle - whole_days for middle in middles]


def _mark(wall: datetime, times: Sequence[int], width: float) -> _Mark | None:
    """Return which due time this run belongs to, None if it is too far off each."""
    second = second_of_day(wall)
    away = [((second - at + DAY // 2) % DAY - DAY // 2, at) for at in times]
    off, at = min(away, key=lambda each: abs(each[0]), default=(DAY, 0))
    if abs(off) > width:
        return None
    return (wall - timedelta(seconds=off + at)).date(), at, off


def _steady(marks: Sequence[_Mark], dates: Sequence[date], times: Sequence[int]) -> bool:
    """Say whether each of several times was kept on most days, and there were days enough."""
    if len(times) == 1:
        return len(dates) >= _FEWEST_DATES
    inner = set(dates[1:-1])
    kept = Counter(at for day, at in {(day, at) for day, at, _ in marks} if day in inner)
    return len(inner) >= _INNER and all(kept[at] >= _OFTEN_KEPT * len(inner) for at in times)


def _period(pattern: Days, days: Sequence[int], times: Sequence[int]) -> float:
    """Return the shortest time between two runs."""
    if len(times) > 1:
        following = [*times[1:], times[0] + DAY]
        return min(b - a for a, b in zip(times, following, strict=True))
    if pattern is Days.WEEKDAYS:
        following = [*days[1:], days[0] + 7]
        return DAY * min(b - a for a, b in zip(days, following, strict=True))
    return DAY * (days[0] if pattern is Days.NTH_DAY else 28)


def _patterns(dates: Sequence[date], times: int) -> Iterator[tuple[Days, tuple[int, ...]]]:
    """Yield the patterns of days that explain these dates, the plainest first."""
    if len(dates) < 3:
        return
    for pattern, days in _candidates(dates):
        if days and (times == 1 or pattern is Days.WEEKDAYS) and _explains(pattern, days, dates):
            yield pattern, days


def _candidates(dates: Sequence[date]) -> Iterator[tuple[Days, tuple[int, ...]]]:
    step = round(median((b - a).days for a, b in pairwise(dates)))
    yield Days.WEEKDAYS, tuple(day for day in range(7) if _keeps(day, dates, step))
    if 2 <= step <= 28:
        yield Days.NTH_DAY, (step, dates[-1].toordinal())
    if step >= 20:
        yield Days.MONTH_DAY, (_commonest([day.day for day in dates]),)
        yield Days.MONTH_DAY, (_commonest([from_end(day) for day in dates]),)
        weekday = _commonest([day.weekday() for day in dates])
        yield Days.MONTH_WEEKDAY, (_commonest([nth(day) for day in dates]), weekday)
        yield Days.MONTH_WEEKDAY, (-1, weekday)


def _commonest(values: Sequence[int]) -> int:
    return Counter(values).most_common(1)[0][0]


def _keeps(weekday: int, dates: Sequence[date], step: int) -> bool:
    """Say whether the job keeps this weekday: the last two decide if they agree.

    One such day proves something for a job that comes day by day; for others three are needed, or
    every second day would pass for a week of its own.
    """
    ran = [day in dates for day in _span(dates) if day.weekday() == weekday]
    if len(ran) < (1 if step == 1 else 3):
        return False
    return ran[-1] if ran[-2:] in ([True] * 2, [False] * 2) else sum(ran) >= _KEPT * len(ran)


def _explains(pattern: Days, days: Sequence[int], dates: Sequence[date]) -> bool:
    """Say whether the job nearly always ran on these days and hardly ever on others."""
    due = {day for day in _span(dates) if falls_on(pattern, days, day)}
    off = [day not in due for day in dates]
    hits = len(dates) - sum(off)
    return sum(off) <= strays_allowed(len(dates)) and not all(off[-2:]) and hits >= 0.8 * len(due)


def _span(dates: Sequence[date]) -> list[date]:
    return [dates[0] + _DAY * index for index in range((dates[-1] - dates[0]).days + 1)]
