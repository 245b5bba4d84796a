"""When the next report of a job should come, learned from arrivals or declared."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.rhythm.cadence import Cadence, declared, describe, expect, learn
from tests.rhythm.simulated import arrivals, due_times, poisson, watched

BERLIN, ZONES = "Europe/Berlin", ("Europe/Berlin", "America/New_York", "UTC")
START = datetime(2026, 1, 5, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# cron line, jitter, runs to look at: months that hold both days on which the clocks change
JOBS = {
    "quarter-hourly": ("*/15 * * * *", 1.5 * MINUTE, 150),
    "hourly": ("7 * * * *", 6 * MINUTE, 150),
    "four-hourly": ("20 */4 * * *", 24 * MINUTE, 150),
    "twice a day": ("30 6,22 * * *", 40 * MINUTE, 150),
    "office hours": ("10 8-18 * * 1-5", 5 * MINUTE, 150),
    "daily": ("30 2 * * *", 40 * MINUTE, 300),
    "weekdays": ("0 23 * * 1-5", 40 * MINUTE, 220),
    "weekly": ("45 23 * * 6", 40 * MINUTE, 60),
    "on the 1st": ("0 0 1 * *", 40 * MINUTE, 40),
    "on the last day": ("50 23 L * *", 40 * MINUTE, 40),
    "on the first Sunday": ("57 23 * * SUN#1", 40 * MINUTE, 40),
    "on the 31st": ("0 5 31 * *", 40 * MINUTE, 30),
}


def wall(*when: int, zone: str = BERLIN) -> datetime:
    return datetime(*when, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[arg-type, misc]


def learned(cron: str, count: int = 30, jitter: timedelta = 10 * MINUTE) -> Cadence:
    due = due_times(cron, BERLIN, START, count)
    cadence = learn(arrivals(due, jitter, Random(1)), BERLIN)
    assert cadence is not None
    return cadence


@given(
    job=st.sampled_from(sorted(JOBS)),
    zone=st.sampled_from(ZONES),
    start=st.sampled_from([datetime(2026, 3, 20, tzinfo=UTC), datetime(2026, 10, 20, tzinfo=UTC)]),
    share=st.floats(0.01, 1),
    chance=st.randoms(use_true_random=False),
)
@settings(max_examples=40, deadline=None)
def test_a_regular_job_is_never_called_missing_and_a_missed_run_is_found_before_the_next(
    job: str, zone: str, start: datetime, share: float, chance: Random
) -> None:
    cron, jitter, count = JOBS[job]
    due = due_times(cron, zone, start, count)
    missed = {count - chance.randrange(3, 12)}
    judged = list(watched(due, arrivals(due, share * jitter, chance), missed, zone))
    assert not [each for each in judged if each.false_alarm]
    lost = [each for each in judged if each.came is None]
    assert all(each.found_in_time for each in lost)
    assert len(lost) == 1


@pytest.mark.parametrize("job", ["weekly", "on the 1st", "on the last day", "on the first Sunday"])
def test_a_rare_job_is_missed_within_a_tenth_of_its_period(job: str) -> None:
    cadence = learned(JOBS[job][0], 12)
    assert cadence.grace <= cadence.period / 10


@pytest.mark.parametrize("mean", [10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 7 * DAY], ids=str)
def test_a_job_without_rhythm_gets_no_cadence(mean: timedelta) -> None:
    found = 0
    for seed in range(5):
        moments = poisson(mean, 150, Random(seed))
        found += sum(
            learn(moments[max(0, end - 60) : end], BERLIN) is not None for end in range(8, 150)
        )
    assert found <= 3  # of 710


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("*/15 * * * *", "about every 15 minutes"),
        ("0 * * * *", "about every hour"),
        ("0 */4 * * *", "about every 4 hours"),
        ("0 2 * * *", "daily about 02:00"),
        ("0 2 * * 1-5", "daily about 02:00, Monday to Friday"),
        ("0 2 * * 0-4", "daily about 02:00, Sunday to Thursday"),
        ("0 2 * * 1,4", "daily about 02:00, Monday and Thursday"),
        ("0 2 * * 0", "weekly on Sunday about 02:00"),
        ("0 2 1 * *", "monthly on day 1 about 02:00"),
        ("0 2 L * *", "monthly on the last day about 02:00"),
        ("0 12 * * SUN#2", "monthly on the second Sunday about 12:00"),
        ("0 12 * * 5L", "monthly on the last Friday about 12:00"),
        ("0 6,22 * * *", "daily about 06:00 and 22:00"),
    ],
)
def test_what_was_learned_is_said_in_words(cron: str, words: str) -> None:
    assert describe(learned(cron, 30, timedelta(seconds=20))) == words


@pytest.mark.parametrize("step", [2, 3, 14])
def test_a_job_every_few_days_keeps_its_step_and_its_time(step: int) -> None:
    cadence = learn([wall(2026, 3, 1, 2) + step * DAY * run for run in range(8)], "UTC")
    assert cadence is not None
    assert describe(cadence) == f"every {step} days about 01:00"


def test_four_runs_are_too_few_and_five_are_enough() -> None:
    runs = [START + DAY * day for day in range(5)]
    assert learn(runs[:4], BERLIN) is None
    assert learn(runs, BERLIN) is not None


def test_an_hourly_job_must_be_seen_for_a_day_before_it_can_be_missed() -> None:
    runs = [START + HOUR * hour for hour in range(30)]
    assert learn(runs[:10], BERLIN) is None
    assert learn(runs, BERLIN) is not None


def test_a_job_first_seen_from_monday_to_friday_is_not_expected_on_saturday() -> None:
    runs = [wall(2026, 11, day, 2, 5) for day in range(16, 21)]
    cadence = learn(runs, BERLIN)
    assert cadence is not None
    assert expect(cadence, runs[-1]).at == wall(2026, 11, 23, 2, 5)


def test_several_mails_of_one_run_count_once() -> None:
    runs = [START + DAY * day + MINUTE * late for day in range(20) for late in (0, 1, 4)]
    cadence = learn(runs, "UTC")
    assert cadence is not None
    assert (cadence.runs, describe(cadence)) == (20, "daily about 00:00")
    assert learn(runs[:12], "UTC") is None  # four runs


def test_the_order_of_arrivals_does_not_matter() -> None:
    runs = [START + DAY * day for day in range(20)]
    assert learn(runs[::-1] + runs, "UTC") == learn(runs, "UTC")


def test_one_missed_run_and_one_by_hand_change_nothing() -> None:
    runs = [wall(2026, 11, day, 2) for day in range(1, 21) if day != 9]
    cadence = learn([*runs, wall(2026, 11, 12, 15)], BERLIN)
    assert cadence is not None
    assert describe(cadence) == "daily about 02:00"
    assert expect(cadence, wall(2026, 11, 20, 15)).at == wall(2026, 11, 21, 2)


def test_after_a_change_of_schedule_the_recent_runs_count() -> None:
    old = [wall(2026, 9, day, 2) for day in range(1, 31)]
    new = [wall(2026, 10, day, 14) for day in range(1, 6)]
    cadence = learn(old + new, BERLIN)
    assert cadence is not None
    assert describe(cadence).startswith("daily about 14:00")
    assert expect(cadence, new[-1]).late_after > wall(2026, 10, 6, 14)


def test_a_job_that_became_a_weekday_job_is_soon_not_expected_at_weekends() -> None:
    days = [day for day in range(60) if day < 40 or day % 7 < 5]
    cadence = learn([START + DAY * day for day in days], "UTC")
    assert cadence is not None
    assert describe(cadence) == "daily about 00:00, Monday to Friday"


@pytest.mark.parametrize("before", [wall(2026, 3, 28, 2), wall(2026, 10, 24, 2)], ids=str)
def test_a_job_at_two_keeps_its_local_time_over_a_change_of_clocks(before: datetime) -> None:
    local_days = [before.astimezone(ZoneInfo(BERLIN)) - DAY * day for day in range(10)]
    cadence = learn([day.astimezone(UTC) for day in local_days], BERLIN)
    assert cadence is not None
    at = expect(cadence, before + 1.5 * DAY).at.astimezone(ZoneInfo(BERLIN))
    assert (at.hour, at.minute) == (2, 0)


@pytest.mark.parametrize(
    "start", [datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 10, 1, tzinfo=UTC)]
)
@pytest.mark.parametrize("cron", ["30 2 * * *", "30 5 * * 1-5", "15 */6 * * *"])
def test_a_host_on_utc_is_not_called_missing_when_our_clocks_change(
    cron: str, start: datetime
) -> None:
    due = due_times(cron, "UTC", start, 120)
    judged = list(watched(due, arrivals(due, 10 * MINUTE, Random(2)), set(), BERLIN))
    assert judged
    assert not [each for each in judged if each.false_alarm]


def test_an_office_hours_job_is_not_missed_at_night_or_at_the_weekend() -> None:
    due = due_times("0 8-18 * * 1-5", BERLIN, START, 200)
    judged = list(watched(due, due, set(), BERLIN))
    assert len(judged) > 120
    assert not [each for each in judged if each.false_alarm]


def test_grace_grows_with_the_jitter_and_shrinks_with_experience() -> None:
    calm, wild = (learned("0 2 * * *", 30, jitter) for jitter in (MINUTE, 120 * MINUTE))
    assert 5 * 60 <= calm.grace < wild.grace <= wild.period / 2
    assert learned("0 2 * * *", 6).grace > learned("0 2 * * *", 60).grace


def test_a_cadence_is_plain_json() -> None:
    cadence = learned("0 2 * * 1-5")
    kept = json.loads(json.dumps(asdict(cadence)))
    assert kept["pattern"] == "weekdays"
    assert kept["days"] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("text", "last", "at", "minutes"),
    [
        ("daily by 06:00", (2026, 11, 24, 5, 20), (2026, 11, 25, 6), 0),
        ("daily by 06:00", (2026, 11, 23, 22, 0), (2026, 11, 25, 6), 0),
        ("daily by 06:00", (2026, 11, 24, 6, 20), (2026, 11, 25, 6), 0),
        ("daily by 06:00, grace 30m", (2026, 11, 24, 5, 20), (2026, 11, 25, 6), 30),
        ("weekdays by 06:00", (2026, 11, 27, 5, 50), (2026, 11, 30, 6), 0),
        ("weekdays by 06:00", (2026, 11, 23, 22, 0), (2026, 11, 25, 6), 0),
        ("0 2 * * * Europe/Berlin, grace 45m", (2026, 11, 24, 2, 20), (2026, 11, 25, 2), 45),
        ("0 2 * * *", (2026, 11, 24, 1, 58), (2026, 11, 25, 2), 60),
        ("every 15 minutes, grace 5m", (2026, 11, 24, 2, 7), (2026, 11, 24, 2, 22), 5),
        ("every 15 minutes", (2026, 11, 24, 2, 7), (2026, 11, 24, 2, 22), 5),
        ("daily at 02:30 grace 1 hour", (2026, 3, 28, 2, 40), (2026, 3, 29, 3), 60),
        ("@hourly", (2026, 10, 25, 0, 5), (2026, 10, 25, 1), 15),
    ],
)
def test_a_declared_report_is_expected_at_its_time_and_missing_after_its_grace(
    text: str, last: tuple[int, ...], at: tuple[int, ...], minutes: int
) -> None:
    expected = expect(declared(text, BERLIN), wall(*last))
    assert expected.at == wall(*at)
    assert expected.late_after == wall(*at) + minutes * MINUTE


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("at most 30 minutes", 'write "every"'),
        ("daily by 06:00, grace soon", '"soon" is no length of time'),
        ("daily by noon", "cannot read the schedule"),
    ],
)
def test_a_wrong_declaration_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        declared(text, BERLIN)


def test_a_declaration_is_described_as_it_was_written() -> None:
    assert describe(declared("daily by 06:00, grace 30m", BERLIN)) == "daily by 06:00, grace 30m"


@given(
    st.lists(
        st.datetimes(
            datetime(2026, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
            datetime(2027, 1, 1),  # noqa: DTZ001 - on the wall
            timezones=st.just(UTC),
        ),
        max_size=30,
    )
)
def test_whatever_arrives_the_next_report_is_expected_later_and_missed_later_still(
    moments: list[datetime],
) -> None:
    cadence = learn(moments, BERLIN)
    if cadence is not None:
        expected = expect(cadence, max(moments))
        assert max(moments) < expected.at < expected.late_after
