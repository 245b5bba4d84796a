"""Which alarms stand, are new, are repeated, are over, and when to tell whom: pure decisions.

An alarm is told once by each channel when it is raised, again when it gets graver, every so often
while it stands, and once when it is over. What comes back within two minutes was never gone, so a
state that flaps is one alarm. In quiet hours only what is grave is told; the rest waits for their
end, and is not told at all if it is over by then.
What happens next: store/alarms.py keeps them, workers/alarms.py tells.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from relay.pipeline.alarm import ONCE, Condition, Kind, Standing, Weight
from relay.pipeline.backoff import next_attempt

_SETTLES = timedelta(minutes=2)
_FIRST_RETRY = timedelta(seconds=20)
_LONGEST_RETRY = timedelta(minutes=30)
_GIVE_UP = timedelta(days=3650)  # never: an alarm that nobody heard is still news


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of the night, by the clock of a zone; they may pass midnight."""

    begins: time
    ends: time
    zone: str

    def end_after(self, now: datetime) -> datetime | None:
        """Return when the quiet hours that are at `now` end, None if there are none."""
        here = now.astimezone(ZoneInfo(self.zone))
        for day in (here.date() - timedelta(days=1), here.date()):
            begin = datetime.combine(day, self.begins, here.tzinfo)
            last = day if self.begins < self.ends else day + timedelta(days=1)
            end = datetime.combine(last, self.ends, here.tzinfo)
            if begin <= here < end:
                return end.astimezone(now.tzinfo)
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What an operator wants to be told of, and how often."""

    channels: tuple[str, ...]
    kinds: frozenset[Kind]
    repeat_every: timedelta
    quiet: Quiet | None = None


class Step(StrEnum):
    """What has become of an alarm."""

    RAISED = "raised"
    GRAVER = "graver"
    REPEATED = "repeated"
    BACK = "back"
    OVER = "over"
    KEPT = "kept"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """An alarm that is to be written; `before` is how it stands in the store, None if it does not.

    KEPT says that only its words or its debts have changed.
    """

    step: Step
    before: Standing | None
    after: Standing


def review(
    amiss: Iterable[Condition],
    looked_at: Collection[Kind],
    standing: Iterable[Standing],
    rules: Rules,
    now: datetime,
) -> list[Change]:
    """Return what is to be written; an alarm of a kind that nobody looked at stays as it is."""
    present = {each.key: each for each in amiss if each.kind in rules.kinds}
    known = {each.condition.key: each for each in standing}
    found = [_raised(each, rules, now) for key, each in present.items() if key not in known]
    for key, alarm in known.items():
        if key in present:
            found += _still(alarm, present[key], rules, now)
        elif alarm.condition.kind in looked_at and alarm.condition.kind not in ONCE:
            found += _gone(alarm, rules, now)
    return found


def _raised(condition: Condition, rules: Rules, now: datetime) -> Change:
    alarm = _owing(Standing(condition=condition, since=now), rules, now)
    return Change(step=Step.RAISED, before=None, after=alarm)


def _still(before: Standing, condition: Condition, rules: Rules, now: datetime) -> Iterator[Change]:
    """Go on with an alarm that is (again) amiss."""
    kind = condition.kind
    alarm = replace(before, condition=condition)
    graver = (before.condition.weight, condition.weight) == (Weight.ORDINARY, Weight.GRAVE)
    if kind in ONCE:
        return
    if before.over_at is not None:
        yield _back(before, condition, rules, now)
    elif graver and before.told_at is not None:
        yield Change(step=Step.GRAVER, before=before, after=_owing(alarm, rules, now))
    elif graver and before.owed:
        yield Change(step=Step.GRAVER, before=before, after=replace(alarm, due_at=now))
    elif _is_to_be_told(before, rules, now):
        yield Change(step=Step.REPEATED, before=before, after=_owing(alarm, rules, now))
    elif before.condition != condition:
        yield Change(step=Step.KEPT, before=before, after=alarm)


def _back(before: Standing, condition: Condition, rules: Rules, now: datetime) -> Change:
    """Take up an alarm again; if nobody has heard yet that it was over, as if it never was."""
    if before.owed:
        alarm = replace(before, condition=condition, over_at=None, owed=(), due_at=None, tries=0)
        return Change(step=Step.BACK, before=before, after=alarm)
    alarm = _owing(Standing(condition=condition, since=now), rules, now)
    return Change(step=Step.RAISED, before=before, after=alarm)


def _is_to_be_told(alarm: Standing, rules: Rules, now: datetime) -> bool:
    """Whether a standing alarm is due again, or was raised while there was nobody to tell."""
    if alarm.owed or not rules.channels:
        return False
    return alarm.told_at is None or now - alarm.told_at >= rules.repeat_every


def _gone(before: Standing, rules: Rules, now: datetime) -> Iterator[Change]:
    """End an alarm; who was told of it is told that, unless it is back soon."""
    if before.over_at is not None:
        return
    over = replace(before, over_at=now, owed=(), due_at=None, tries=0)
    if before.told_at is not None:
        over = replace(_owing(over, rules, now), due_at=_when(over, rules, now + _SETTLES))
    yield Change(step=Step.OVER, before=before, after=over)


def _owing(alarm: Standing, rules: Rules, now: datetime) -> Standing:
    """Return an alarm that every channel is to be told of."""
    due_at = _when(alarm, rules, now) if rules.channels else None
    return replace(alarm, owed=rules.channels, due_at=due_at, tries=0)


def _when(alarm: Standing, rules: Rules, at: datetime) -> datetime:
    if rules.quiet is None or alarm.condition.weight is Weight.GRAVE:
        return at
    return rules.quiet.end_after(at) or at


def told(alarm: Standing, reached: Collection[str], now: datetime) -> Standing:
    """Return an alarm after a try to tell it, of which the channels `reached` took it."""
    owed = tuple(each for each in alarm.owed if each not in reached)
    if not owed:
        over = alarm.condition.kind in ONCE
        return replace(
            alarm,
            owed=(),
            due_at=None,
            tries=0,
            told_at=now,
            tells=alarm.tells + 1,
            over_at=now if over else alarm.over_at,
        )
    tries = alarm.tries + 1
    due_at = next_attempt(tries, now, now, 0.0, _FIRST_RETRY, _LONGEST_RETRY, _GIVE_UP)
    return replace(alarm, owed=owed, tries=tries, due_at=due_at)
