"""The weather at an egress, on days that are told minute by minute."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import repeat

from relay.reputation.cause import Cause
from relay.reputation.signals import Signals, Tried, signals
from relay.reputation.state import State
from relay.reputation.weather import Weather, fair, forecast

START = datetime(2026, 11, 24, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WINDOW = 15


def went(waited: float = 2) -> Tried:
    return Tried(domain="example.org", outcome="delivered", waited=timedelta(seconds=waited))


def no(code: int | None, reply: str, outcome: str = "deferred") -> Tried:
    return Tried(domain="example.org", outcome=outcome, code=code, reply=reply)


TOO_FAST = no(450, "450 4.7.28 Our system has detected an unusual rate of mail, rate limited")
LISTED = no(550, "550 5.7.1 Service unavailable; client blocked using zen.spamhaus.org")
BLOCKED = no(550, "550 5.7.1 [192.0.2.25] blocked", "refused")
GREY = no(450, "450 4.2.0 Greylisted, please try again in 300 seconds")
AWAY = no(None, "connection refused")
GONE = no(550, "550 5.1.1 no such user", "refused")
FULL = no(452, "452 4.2.2 mailbox full")


def day(minutes: Iterable[list[Tried]], before: Weather | None = None) -> Iterator[Weather]:
    """Yield the weather after each minute; what is tried in one stays in the window for a while."""
    weather, seen = before or fair(START), []
    now = weather.checked_at
    for tried in minutes:
        now += MINUTE
        seen = [*seen, tried][-WINDOW:]
        weather = forecast(weather, signals(t for each in reversed(seen) for t in each), now)
        yield weather


def after(*minutes: Iterable[list[Tried]]) -> Weather:
    return list(day(each for some in minutes for each in some))[-1]


def states(*minutes: Iterable[list[Tried]]) -> list[State]:
    """Return the states that a day went through, in their order."""
    found: list[State] = []
    for weather in day(each for some in minutes for each in some):
        if not found or weather.state is not found[-1]:
            found.append(weather.state)
    return found


GOOD = [went()] * 10


def test_a_slow_throttle_is_seen_before_it_is_a_wall() -> None:
    closing = ([went(2 + 5 * n)] * (10 - n) + [TOO_FAST] * n for n in range(10))
    seen = states(repeat(GOOD, 30), closing, repeat([TOO_FAST] * 10, 15))
    assert seen == [State.CLEAR, State.WATCH, State.STRAINED]


def test_mail_that_gets_slower_is_a_sign_without_a_single_no() -> None:
    weather = after(repeat(GOOD, 60), repeat([went(300)] * 10, 15))
    assert weather.state is State.WATCH
    assert weather.reasons[0].startswith("mail waits 5 min where ")


def test_a_sudden_block_is_seen_within_a_minute() -> None:
    weather = after(repeat(GOOD, 30), [[LISTED] * 3])
    assert weather.state is State.BLOCKED
    assert "blocklist" in weather.reasons[0]
    assert "zen.spamhaus.org" in weather.reasons[0]


def test_a_reply_that_only_says_blocked_is_a_block() -> None:
    assert after(repeat(GOOD, 30), [[BLOCKED] * 3]).state is State.BLOCKED


def test_a_relay_that_sends_little_is_blocked_by_its_second_no() -> None:
    assert states([[LISTED], [LISTED]]) == [State.WATCH, State.BLOCKED]


def test_one_no_about_us_among_many_mails_asks_for_attention_only() -> None:
    assert after(repeat(GOOD, 5), [[*GOOD, LISTED, *GOOD]]).state is State.WATCH


def test_a_greylisting_spell_is_clear() -> None:
    spell = [[GREY] * 5] * 5 + [[*[GREY] * 3, *[went(320)] * 5]] * 5
    assert states(repeat([went(300)] * 10, 30), spell) == [State.CLEAR]


def test_greylisting_that_never_ends_asks_for_attention() -> None:
    assert after(repeat([GREY] * 3, 15)).state is State.WATCH


def test_a_dead_upstream_is_strained_and_never_blocked() -> None:
    seen = states(repeat(GOOD, 30), repeat([AWAY], 120))
    assert seen == [State.CLEAR, State.STRAINED]
    assert "no judgement about us" in after(repeat([AWAY], 10)).reasons[0]


def test_a_noisy_but_healthy_day_is_clear() -> None:
    noise = [GONE, GREY, FULL, AWAY, GOOD[0]]
    minutes = ([*GOOD, noise[n % 5], *GOOD] for n in range(24 * 60))
    assert states(minutes) == [State.CLEAR]


def test_many_mailboxes_that_are_not_there_look_like_guessing() -> None:
    assert after(repeat([*GOOD, GONE, GONE], 15)).state is State.STRAINED


def test_it_gets_better_step_by_step_and_only_after_a_calm_time() -> None:
    days = day([*[GOOD] * 5, [LISTED] * 5, *[GOOD] * 60])
    seen = [weather.state for weather in days]
    assert seen[5] is State.BLOCKED
    assert seen[6:8] == [State.BLOCKED] * 2, "one mail that got through proves little"
    order = [state for n, state in enumerate(seen) if n == 0 or state is not seen[n - 1]]
    assert order == [State.CLEAR, State.BLOCKED, State.STRAINED, State.WATCH, State.CLEAR]
    assert seen.index(State.CLEAR, 6) >= 6 + 2 + 10 + 10


def test_a_server_that_hesitates_does_not_make_it_flap() -> None:
    mixed = ([LISTED] * 4 if n % 2 else GOOD for n in range(120))
    seen = states(mixed)
    assert seen.count(State.BLOCKED) <= 2, seen


def test_no_news_is_not_good_news() -> None:
    assert after([[LISTED] * 3], repeat([], 5 * 60)).state is State.BLOCKED
    assert after([[LISTED] * 3], repeat([], 24 * 60)).state is State.CLEAR


def test_an_upstream_held_for_what_we_are_is_blocked_by_the_first_no() -> None:
    seen = Signals(attempts=1, held=Cause.REPUTATION, held_reply="550 5.7.1 blocked")
    assert forecast(fair(START), seen, START).state is State.BLOCKED


def test_complaints_and_listings_count_by_themselves() -> None:
    def state(**seen: object) -> State:
        return forecast(fair(START), Signals(**seen), START).state  # type: ignore[arg-type]

    assert state(complaints=1, mails_today=5000) is State.CLEAR
    assert state(complaints=2, mails_today=1000) is State.WATCH
    assert state(complaints=4, mails_today=1000) is State.STRAINED
    assert state(listed=("192.0.2.25 in zen.example",)) is State.STRAINED
    assert state(unaligned=("example.org",)) is State.WATCH
