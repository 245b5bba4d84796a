"""Which alarms stand, when they are told, repeated and over; what of a moment is amiss."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from relay.pipeline import alarm_text, conditions
from relay.pipeline.alarm import Condition, Kind, Standing, Weight
from relay.pipeline.alarms import Quiet, Rules, Step, review, told
from relay.pipeline.conditions import Flow, Thresholds
from relay.reputation.cause import Cause
from relay.reputation.state import State
from relay.reputation.weather import Weather

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
NIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
DISK = Condition(kind=Kind.DISK, subject="store", what="full", weight=Weight.GRAVE, runbook="disk")
OLD = Condition(
    kind=Kind.OLDEST, subject="smarthost", what="3", weight=Weight.ORDINARY, runbook="stuck-queue"
)
FAILED = Condition(
    kind=Kind.FAILURE, subject="A" * 16, what="x", weight=Weight.GRAVE, runbook="stuck-queue"
)
QUIET = Quiet(begins=time(22), ends=time(7), zone="UTC")
RULES = Rules(
    channels=("hook",), kinds=frozenset(Kind), repeat_every=timedelta(hours=4), quiet=QUIET
)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


class Story:
    """Alarms over time, told at once when they are due."""

    def __init__(self, rules: Rules = RULES, start: datetime = NOON) -> None:
        self.rules, self.now = rules, start
        self.kept: dict[tuple[Kind, str], Standing] = {}
        self.notices: list[str] = []

    def go(self, amiss: Iterable[Condition], passed: timedelta = timedelta()) -> list[Step]:
        self.now += passed
        changes = review(amiss, set(Kind), self.kept.values(), self.rules, self.now)
        for each in changes:
            self.kept[each.after.condition.key] = each.after
        for key, each in self.kept.items():
            if each.due_at is not None and each.due_at <= self.now:
                over = "over " if each.over_at else ""
                self.notices.append(f"{over}{each.condition.kind}")
                self.kept[key] = told(each, each.owed, self.now)
        return [each.step for each in changes]


def test_an_alarm_is_told_once_repeated_and_over() -> None:
    story = Story()
    assert story.go([DISK]) == [Step.RAISED]
    assert story.go([DISK], minutes(5)) == []
    assert story.go([DISK], minutes(240)) == [Step.REPEATED]
    assert story.go([], minutes(1)) == [Step.OVER]
    assert story.go([], minutes(3)) == []
    assert story.go([], minutes(600)) == []
    assert story.notices == ["disk", "disk", "over disk"]


def test_what_flaps_is_one_alarm() -> None:
    story = Story()
    for _ in range(5):
        story.go([DISK], minutes(1))
        story.go([], minutes(1))
    assert story.notices == ["disk"]


def test_what_comes_back_after_it_was_over_is_a_new_alarm() -> None:
    story = Story()
    story.go([DISK])
    story.go([], minutes(1))
    story.go([], minutes(3))
    assert story.go([DISK], minutes(60)) == [Step.RAISED]
    assert story.notices == ["disk", "over disk", "disk"]
    assert story.kept[DISK.key].since == story.now


def test_in_quiet_hours_only_what_is_grave_is_told() -> None:
    story = Story(start=NIGHT)
    story.go([DISK, OLD])
    assert story.notices == ["disk"]
    story.go([DISK, OLD], timedelta(hours=8))
    assert "oldest" in story.notices


def test_what_is_over_before_the_quiet_hours_end_is_never_told() -> None:
    story = Story(start=NIGHT)
    story.go([OLD])
    story.go([], minutes(60))
    story.go([], timedelta(hours=12))
    assert story.notices == []


def test_what_gets_graver_is_told_again_even_at_night() -> None:
    story = Story(start=NIGHT)
    story.go([OLD])
    assert story.go([replace(OLD, weight=Weight.GRAVE)], minutes(1)) == [Step.GRAVER]
    assert story.notices == ["oldest"]


def test_a_failure_is_told_once_and_never_over() -> None:
    story = Story()
    story.go([FAILED])
    story.go([FAILED], timedelta(days=2))
    story.go([], minutes(5))
    assert story.notices == ["failure"]
    assert story.kept[FAILED.key].over_at is not None


def test_a_kind_that_nobody_looked_at_stays_as_it_is() -> None:
    kept = Standing(condition=DISK, since=NOON, told_at=NOON, tells=1)
    assert review([], {Kind.WEATHER}, [kept], RULES, NOON) == []
    assert len(review([], {Kind.DISK}, [kept], RULES, NOON)) == 1


def test_a_kind_that_is_not_wanted_is_no_alarm() -> None:
    rules = replace(RULES, kinds=frozenset({Kind.DISK}))
    assert Story(rules).go([OLD]) == []


def test_without_a_channel_it_stands_and_is_told_when_there_is_one() -> None:
    story = Story(replace(RULES, channels=()))
    assert story.go([DISK]) == [Step.RAISED]
    assert story.notices == []
    story.rules = RULES
    story.go([DISK], minutes(1))
    assert story.notices == ["disk"]


def test_a_channel_that_fails_is_tried_again_later_each_time_and_the_others_are_not() -> None:
    alarm = Standing(condition=DISK, since=NOON, owed=("hook", "page"), due_at=NOON)
    waits = []
    for _ in range(12):
        alarm = told(alarm, {"page"}, NOON)
        assert alarm.owed == ("hook",)
        assert alarm.due_at is not None
        waits.append(alarm.due_at - NOON)
    assert waits == sorted(waits)
    assert waits[0] < timedelta(seconds=30)
    assert waits[-1] <= timedelta(minutes=30)
    assert told(alarm, {"hook"}, NOON).tells == 1


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (datetime(2026, 1, 1, 21, 59, tzinfo=UTC), None),
        (datetime(2026, 1, 1, 22, 0, tzinfo=UTC), datetime(2026, 1, 2, 7, 0, tzinfo=UTC)),
        (datetime(2026, 1, 2, 6, 59, tzinfo=UTC), datetime(2026, 1, 2, 7, 0, tzinfo=UTC)),
        (datetime(2026, 1, 2, 7, 0, tzinfo=UTC), None),
    ],
)
def test_quiet_hours_pass_midnight(at: datetime, end: datetime | None) -> None:
    assert QUIET.end_after(at) == end


def test_a_notice_is_bounded_and_holds_no_line_of_a_stranger() -> None:
    nasty = replace(FAILED, what="x\nBcc: evil\x1b[31m\u202e" + "y" * 5000)
    alarms = [Standing(condition=nasty, since=NOON)] * 200
    text = alarm_text.body(alarms, "UTC", "docs/runbooks/")
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\nBcc" not in text
    assert len(text) < 15 * 600
    assert text.endswith("... and 185 more: relay status")
    assert "docs/runbooks/stuck-queue.md" in text
    assert alarm_text.title(alarms, "relay") == "relay: 200 alarms"


THRESHOLDS = Thresholds(no_flow=minutes(10), oldest=minutes(60), failure=minutes(1), no_mail=None)


def kinds(flow: Flow) -> list[Kind]:
    return [each.kind for each in conditions.flows(flow, THRESHOLDS, NOON)]


def test_mail_that_waits_while_other_mail_leaves_is_no_standstill() -> None:
    waits = Flow(upstream="a", waiting=3, oldest=NOON - minutes(20))
    assert kinds(waits) == [Kind.NO_FLOW]
    assert kinds(replace(waits, delivered=True)) == []
    assert kinds(replace(waits, delivered=True, oldest=NOON - minutes(61))) == [Kind.OLDEST]
    assert kinds(Flow(upstream="a")) == []


def test_an_upstream_that_is_held_names_the_runbook_of_its_reply() -> None:
    held = Flow(upstream="a", held_since=NOON - minutes(2), held_reason="535 5.7.8 bad password")
    (found,) = conditions.flows(held, THRESHOLDS, NOON)
    assert (found.kind, found.runbook) == (Kind.UPSTREAM, "auth")
    assert kinds(replace(held, held_since=NOON)) == []


def test_a_domain_is_an_alarm_only_where_the_whole_upstream_is_better_off() -> None:
    def at(state: State) -> Weather:
        return Weather(state=state, since=NOON, checked_at=NOON, cause=Cause.LISTED)

    found = list(
        conditions.weathers(
            [
                ("a", "", at(State.CLEAR)),
                ("a", "x.example", at(State.BLOCKED)),
                ("b", "", at(State.BLOCKED)),
                ("b", "x.example", at(State.BLOCKED)),
                ("c", "", at(State.WATCH)),
            ]
        )
    )
    assert [(each.subject, each.runbook) for each in found] == [
        ("a to x.example", "listed"),
        ("b", "listed"),
    ]


def test_a_lull_is_unusual_when_it_is_twice_the_longest_on_record() -> None:
    times = [NOON - timedelta(hours=n) for n in range(60)]
    assert conditions.lull(times, None, NOON + timedelta(hours=1)) == []
    assert conditions.lull(times, None, NOON + timedelta(hours=3))
    assert conditions.lull(times[:5], None, NOON + timedelta(days=9)) == []
    assert conditions.lull(times[:5], timedelta(days=1), NOON + timedelta(days=9))
    assert conditions.lull([], timedelta(days=1), NOON) == []
