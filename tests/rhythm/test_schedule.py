"""When something is due, on ordinary days and on the two on which the clocks change."""

import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.rhythm.schedule import Kind, next_after, parse
from relay.rhythm.wallclock import zone_named

BERLIN = "Europe/Berlin"
MOMENTS = st.datetimes(
    datetime(2020, 1, 1),  # noqa: DTZ001 - hypothesis wants naive bounds
    datetime(2030, 1, 1),  # noqa: DTZ001 - on the wall
    timezones=st.just(UTC),
)
ZONES = (BERLIN, "America/New_York", "UTC", "Australia/Lord_Howe", "Asia/Kathmandu")
SPRING, AUTUMN = "2026-03-29", "2026-10-25"  # in Berlin, 02:00 to 03:00 and 03:00 to 02:00


def due(text: str, after: str, times: int, zone: str = BERLIN) -> list[str]:
    schedule = parse(text, zone)
    moment = datetime.fromisoformat(after).replace(tzinfo=ZoneInfo(zone))
    found = []
    for _ in range(times):
        moment = next_after(schedule, moment)
        assert moment.tzinfo is UTC
        found.append(moment.astimezone(ZoneInfo(schedule.zone)).strftime("%m-%d %H:%M%z"))
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 7 * * 1-5", "11-27 07:00+0100 11-30 07:00+0100"),
        ("0 7 * * MON,WED America/New_York", "11-30 07:00-0500 12-02 07:00-0500"),
        ("*/20 9-10 * * *", "11-27 09:00+0100 11-27 09:20+0100"),
        ("0 12 L * *", "11-30 12:00+0100 12-31 12:00+0100"),
        ("@daily", "11-27 00:00+0100 11-28 00:00+0100"),
        ("@weekly UTC", "11-29 00:00+0000 12-06 00:00+0000"),
        ("daily at 07:00 America/New_York", "11-26 07:00-0500 11-27 07:00-0500"),
        ("every day at 7:05", "11-27 07:05+0100 11-28 07:05+0100"),
        ("Weekdays at 07:00", "11-27 07:00+0100 11-30 07:00+0100"),
        ("weekends at 07:00", "11-28 07:00+0100 11-29 07:00+0100"),
        ("mondays at 07:00", "11-30 07:00+0100 12-07 07:00+0100"),
        ("every tuesday, thursday and friday at 07:00", "11-27 07:00+0100 12-01 07:00+0100"),
        ("monthly at 07:00", "12-01 07:00+0100 01-01 07:00+0100"),
        ("monthly on day 31 at 07:00", "12-31 07:00+0100 01-31 07:00+0100"),
        ("monthly on the last day at 07:00", "11-30 07:00+0100 12-31 07:00+0100"),
        ("every 4 hours", "11-26 16:00+0100 11-26 20:00+0100"),
        ("every hour", "11-26 13:00+0100 11-26 14:00+0100"),
        ("every 15 min", "11-26 12:45+0100 11-26 13:00+0100"),
        ("every 2 weeks", "11-30 00:00+0100 12-14 00:00+0100"),
        ("at most 30 minutes", "11-26 13:00+0100 11-26 13:30+0100"),
    ],
)
def test_each_way_to_write_a_schedule_is_due_when_it_says(text: str, expected: str) -> None:
    assert " ".join(due(text, "2026-11-26 12:30", 2)) == expected
    assert parse(text, BERLIN).text == text


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "empty; write five cron fields"),
        ("0 7 * *", "has 4 of the five fields"),
        ("0 0 7 * * *", 'only a time zone may follow the five fields of cron|"\\*" is no IANA'),
        ("0 7 * * * Berlin now", "only a time zone may follow"),
        ("0 7 * * * Europe/Berln", "did you mean Europe/Berlin"),
        ("0 7 * * * localtime", "is no IANA time zone"),
        ("0 7 * * * America/Indiana", "is no IANA time zone"),
        ("0 7 * * * ../../etc/passwd", "is no IANA time zone"),
        ("61 * * * *", "cannot read the minute"),
        ("0 24 * * *", "cannot read the hour"),
        ("0 7 0 * *", "cannot read the day-of-month"),
        ("0 7 * 13 *", "cannot read the month"),
        ("0 7 * * FRI-MON", "ranges upwards"),
        ("*/0 * * * *", "cannot read the minute"),
        ("0 0 30 2 *", "cannot read the day-of-month"),
        ("@reboot", "there are @hourly, @daily"),
        ("daily", "cannot read the schedule"),
        ("daily at 24:00", "goes from 00:00 to 23:59"),
        ("someday at 07:00", "cannot read the schedule"),
        ("monthly on day 32 at 07:00", "cannot read the day-of-month"),
        ("every 0 hours", "is no length of time"),
        ("every banana", "is no length of time"),
        ("every 400 days", "is no length of time"),
    ],
)
def test_a_wrong_schedule_is_refused_with_what_would_be_right(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(text, "UTC")


def test_a_time_that_does_not_exist_runs_once_right_after_the_gap() -> None:
    expected = ["03-29 03:00+0200", "03-30 02:30+0200"]
    assert due("daily at 02:30", f"{SPRING} 00:00", 2) == expected
    assert due("0,30 2,3 * * *", f"{SPRING} 00:00", 2) == ["03-29 03:00+0200", "03-29 03:30+0200"]


def test_a_time_that_exists_twice_runs_once() -> None:
    expected = ["10-25 02:30+0200", "10-26 02:30+0100"]
    assert due("daily at 02:30", f"{AUTUMN} 00:00", 2) == expected


def test_asked_within_the_second_of_two_hours_the_first_is_not_due_again() -> None:
    second_hour = datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=ZoneInfo(BERLIN))
    found = next_after(parse("daily at 02:30", BERLIN), second_hour)
    assert found == datetime(2026, 10, 26, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("text", ["0 * * * *", "0 0-23 * * *", "0 */1 * * *", "every hour"])
@pytest.mark.parametrize("day", [SPRING, AUTUMN])
def test_an_hourly_schedule_runs_every_hour_when_the_clocks_change(text: str, day: str) -> None:
    schedule, moment = parse(text, BERLIN), datetime.fromisoformat(f"{day}T00:00:00+00:00")
    for hour in range(1, 6):
        assert next_after(schedule, moment + timedelta(hours=hour - 1)) == moment + timedelta(
            hours=hour
        )


@pytest.mark.parametrize(("day", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_every_four_hours_keeps_to_the_wall_clock(day: str, hours: int) -> None:
    found = due("every 4 hours", f"{day} 00:00", 6)
    assert [each[6:11] for each in found] == ["04:00", "08:00", "12:00", "16:00", "20:00", "00:00"]
    start = datetime.fromisoformat(day).replace(tzinfo=ZoneInfo(BERLIN)).astimezone(UTC)
    assert start + timedelta(hours=hours) == next_after(
        parse("@daily", BERLIN), start + timedelta(hours=1)
    )


def test_the_machines_own_zone_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    before = due("daily at 07:00", "2026-11-26 12:30", 2)
    monkeypatch.setenv("TZ", "Pacific/Auckland")
    time.tzset()
    try:
        assert due("daily at 07:00", "2026-11-26 12:30", 2) == before
    finally:
        monkeypatch.undo()
        time.tzset()


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a time zone"):
        next_after(parse("@daily", "UTC"), datetime(2026, 11, 26))  # noqa: DTZ001 - that is wrong


@given(
    minute=st.integers(0, 59),
    hour=st.integers(0, 23),
    zone=st.sampled_from(ZONES),
    start=MOMENTS,
)
def test_a_daily_schedule_comes_exactly_once_on_each_day(
    minute: int, hour: int, zone: str, start: datetime
) -> None:
    schedule, place = parse(f"{minute} {hour} * * *", zone), zone_named(zone)
    days, moment = [], start
    for _ in range(400):
        moment = next_after(schedule, moment)
        days.append(moment.astimezone(place).date())
    assert all(b - a == timedelta(days=1) for a, b in pairwise(days))


@given(
    text=st.sampled_from(
        [
            *("7 * * * *", "*/15 * * * *", "30 1,2,3 * * *", "*/10 1-3 * * *", "0 0 29 2 *"),
            *("15 2 * * SUN#1", "every 90 minutes", "every 7 minutes", "every 6 hours"),
            "every 3 days",
        ]
    ),
    zone=st.sampled_from(ZONES),
    start=MOMENTS,
    share=st.floats(0, 0.99),
)
def test_whenever_it_is_asked_no_occurrence_is_skipped_or_repeated(
    text: str, zone: str, start: datetime, share: float
) -> None:
    schedule, moment = parse(text, zone), start
    for _ in range(12):
        following = next_after(schedule, moment)
        between = moment + share * (following - moment)
        assert moment < following
        assert next_after(schedule, between) == following
        moment = following


@given(MOMENTS)
def test_at_most_counts_from_the_moment(moment: datetime) -> None:
    schedule = parse("at most 30 minutes", "UTC")
    assert schedule.kind is Kind.WITHIN
    assert next_after(schedule, moment) - moment == timedelta(minutes=30)


@given(st.text(max_size=40) | st.from_regex(r"[0-9*/,L#-]{1,5}( [0-9*/,L#-]{1,5}){4}"))
def test_any_text_is_a_schedule_or_a_sentence(text: str) -> None:
    try:
        schedule = parse(text, "UTC")
    except ValueError as error:
        complaint = str(error)
    else:
        now = datetime(2026, 11, 26, tzinfo=UTC)
        assert next_after(schedule, now) > now
        return
    assert len(complaint) > 20
