"""Learn the rhythm of a job from the times at which its reports came, or that it has none.

No alarm is better than a false one: a rhythm must explain nearly all runs, may miss or add one run
in seven, and never the last two in a row. Jobs that come more than about twice a day are first
tried as elapsed time, the others by the calendar. Where the whole history has no rhythm, the recent
part counts if the part before it had one of its own: the schedule was changed.
What happens next: cadence.py says when the next report should come.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from itertools import pairwise
from statistics import median

from relay.rhythm.calendar_fit import by_calendar, strays_allowed
from relay.rhythm.pattern import DAY, Cadence, Days, cadence_of
from relay.rhythm.wallclock import local, second_of_day, zone_named

_FEWEST = 5
_DAY_SEEN = DAY / 48  # sixty runs of a job that comes less often than this show a whole day
_MOST = 60
_RECENT = (45, 30, 20, 12, 8, 5)
_LONG_PROOF = 12  # so many runs in rhythm count even after a history without any
_MINUTE, _HOUR = 60, 3600
_OFTEN = 13 * _HOUR

_Fit = Callable[[Sequence[datetime], str], Cadence | None]


def learn(arrivals: Sequence[datetime], zone: str) -> Cadence | None:
    """Return the rhythm of up to the last 60 runs, None if they have none or are too few."""
    known = _runs(arrivals)
    runs = known[-_MOST:]
    if len(runs) < _FEWEST:
        return None
    if _stops_at_times(known, zone):
        return by_calendar(runs, zone)
    for fit in (_often, by_calendar, _elapsed):
        if cadence := fit(runs, zone) or next(_changed(runs, zone, fit), None):
            return cadence
    return None


def _changed(runs: Sequence[datetime], zone: str, fit: _Fit) -> Iterator[Cadence]:
    """Yield what the recent runs show, where an older rhythm has ended."""
    for length in _RECENT:
        if length < len(runs) and (cadence := fit(runs[-length:], zone)):
            before = runs[:-length][-_LONG_PROOF:]
            if length >= _LONG_PROOF or (len(before) >= _FEWEST and _has_rhythm(before, zone)):
                yield cadence


def _has_rhythm(runs: Sequence[datetime], zone: str) -> bool:
    return bool(by_calendar(runs, zone) or _elapsed(runs, zone))


def _runs(arrivals: Sequence[datetime]) -> list[datetime]:
    """Return one time for each run: mails close together, for this job, are one run's."""
    times = sorted(set(arrivals))
    if len(times) < 2:
        return times
    gaps = sorted(_gaps(times))
    together = min(10 * _MINUTE, gaps[len(gaps) * 9 // 10] / 10)
    following = pairwise(times)
    return times[:1] + [b for a, b in following if (b - a).total_seconds() > together]


def _gaps(runs: Sequence[datetime]) -> list[float]:
    return [(b - a).total_seconds() for a, b in pairwise(runs)]


def _often(runs: Sequence[datetime], zone: str) -> Cadence | None:
    return _elapsed(runs, zone) if median(_gaps(runs)) < _OFTEN else None


def _elapsed(runs: Sequence[datetime], zone: str) -> Cadence | None:
    """Every so many seconds after the last, whatever the calendar says."""
    gaps = _gaps(runs)
    period = median(gaps)
    if _DAY_SEEN <= period < _OFTEN and sum(gaps) < DAY - period:
        return None  # it may run in office hours only
    tolerance = max(0.15 * period, min(_MINUTE, 0.3 * period))  # a mail's way varies too
    off = [gap - period for gap in gaps if abs(gap - period) <= tolerance]
    odd = [abs(gap - period) > tolerance for gap in gaps]
    if sum(odd) > strays_allowed(len(gaps)) or all(odd[-2:]) or period < 1:
        return None
    return cadence_of(zone, Days.ANY, (), (), period, off)


def _stops_at_times(runs: Sequence[datetime], zone: str) -> bool:
    """Say whether a frequent job was silent for hours in which it was hardly ever seen at work.

    Such a job may run in office hours only; an outage is told from that by other days.
    """
    gaps = _gaps(runs)
    period = median(gaps)
    if period >= _OFTEN / 2:
        return False
    place = zone_named(zone)
    seen = [second_of_day(local(run, place)) for run in runs]
    silences = [
        (second_of_day(local(run, place)) + period, gap - 2 * period)
        for run, gap in zip(runs, gaps, strict=False)
        if gap > max(4 * period, 3 * _HOUR)
    ]
    return any(
        sum((second - start) % DAY < width for second in seen) < width / period / 2
        for start, width in silences
    )
