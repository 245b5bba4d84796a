"""Simulated jobs: cron on a host, reports that come some time after, runs that do not come."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from relay.rhythm.cadence import Cadence, expect, learn
from relay.rhythm.schedule import next_after, parse


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What was expected after the report at `last`, and when the next one came or was due."""

    cadence: Cadence
    last: datetime
    late_after: datetime
    due: datetime
    came: datetime | None
    due_after: datetime

    @property
    def false_alarm(self) -> bool:
        return self.came is not None and self.late_after < self.came

    @property
    def found_in_time(self) -> bool:
        return self.came is None and self.due <= self.late_after < self.due_after


def due_times(cron: str, zone: str, start: datetime, count: int) -> list[datetime]:
    schedule, found = parse(cron, zone), [start]
    for _ in range(count):
        found.append(next_after(schedule, found[-1]))
    return found[1:]


def arrivals(due: Sequence[datetime], jitter: timedelta, chance: Random) -> list[datetime]:
    return [each + jitter * chance.random() for each in due]


def watched(
    due: Sequence[datetime], came: Sequence[datetime], missed: Collection[int], zone: str
) -> Iterator[Judged]:
    """Yield, for each report that came, what was then expected of the next one."""
    seen: list[datetime] = []
    for index in range(len(due) - 2):
        if index in missed:
            continue
        seen.append(came[index])
        if cadence := learn(seen[-60:], zone):
            yield Judged(
                cadence=cadence,
                last=seen[-1],
                late_after=expect(cadence, seen[-1]).late_after,
                due=due[index + 1],
                came=None if index + 1 in missed else came[index + 1],
                due_after=due[index + 2],
            )


def poisson(mean: timedelta, count: int, chance: Random) -> list[datetime]:
    moments = [datetime(2026, 2, 1, tzinfo=UTC)]
    while len(moments) < count:
        moments.append(moments[-1] + mean * chance.expovariate(1))
    return moments
