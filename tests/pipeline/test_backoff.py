"""When a deferred mail is tried again."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from relay.pipeline.backoff import next_attempt

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
FIRST, LONGEST, GIVE_UP = timedelta(minutes=1), timedelta(seconds=4000), timedelta(days=5)


def wait(tries: int, jitter: float = 0.5, since: timedelta = timedelta(0)) -> timedelta | None:
    due = next_attempt(tries, NOON - since, NOON, jitter, FIRST, LONGEST, GIVE_UP)
    return due and due - NOON


def test_waits_double_from_the_first_to_the_longest() -> None:
    seconds = [60, 120, 240, 480, 960, 1920, 3840, 4000, 4000]
    assert [wait(tries) for tries in range(1, 10)] == [timedelta(seconds=each) for each in seconds]


def test_jitter_spreads_a_wait_by_a_fifth_either_way() -> None:
    assert wait(1, 0.0) == timedelta(seconds=48)
    assert wait(1, 0.999_999) == timedelta(seconds=72) - timedelta(microseconds=24)


def test_the_last_try_falls_on_the_end_of_patience() -> None:
    assert wait(99, since=GIVE_UP - timedelta(minutes=5)) == timedelta(minutes=5)


def test_after_the_end_of_patience_there_is_no_try() -> None:
    assert wait(99, since=GIVE_UP) is None
    assert wait(1, since=GIVE_UP + timedelta(days=1)) is None


def test_a_clock_that_went_back_neither_hurries_nor_forgets() -> None:
    assert wait(1, since=timedelta(hours=-1)) == timedelta(minutes=1)


def test_following_the_advice_leads_to_an_end_in_time() -> None:
    now, tries = NOON, 0
    while (due := next_attempt(tries + 1, NOON, now, 0.5, FIRST, LONGEST, GIVE_UP)) is not None:
        assert due > now
        now, tries = due, tries + 1
    assert now == NOON + GIVE_UP
    assert 100 < tries < 130


@given(
    tries=st.integers(-5, 10**9),
    jitter=st.floats(0, 1, exclude_max=True),
    since=st.timedeltas(timedelta(0), timedelta(days=6)),
)
def test_every_wait_is_within_the_spread_or_ends_patience(
    tries: int, jitter: float, since: timedelta
) -> None:
    waited = wait(tries, jitter, since)
    if since >= GIVE_UP:
        assert waited is None
    else:
        assert waited is not None
        assert min(0.8 * FIRST, GIVE_UP - since) <= waited <= 1.2 * LONGEST
