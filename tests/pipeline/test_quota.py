"""How much may be sent now, and how much of it if nothing is urgent."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.pipeline.quota import UNLIMITED, Quota, Room, Used, WarmUp, room


@pytest.mark.parametrize(
    ("quota", "used", "expected"),
    [
        (UNLIMITED, Used(minute=900, day=9000), Room(urgent=50, ordinary=50)),
        (Quota(per_minute=30), Used(minute=0, day=0), Room(urgent=30, ordinary=24)),
        (Quota(per_minute=30), Used(minute=24, day=24), Room(urgent=6, ordinary=0)),
        (Quota(per_minute=30), Used(minute=31, day=31), Room(urgent=0, ordinary=0)),
        (Quota(per_minute=30, per_day=100), Used(minute=0, day=90), Room(urgent=10, ordinary=0)),
        (Quota(per_minute=1), Used(minute=0, day=0), Room(urgent=1, ordinary=1)),
    ],
)
def test_room_is_what_every_limit_leaves(quota: Quota, used: Used, expected: Room) -> None:
    assert room(quota, used, 50) == expected


limits = st.none() | st.integers(1, 1000)


@given(limits, limits, st.integers(0, 2000), st.integers(0, 2000), st.integers(0, 100))
def test_ordinary_mail_never_gets_more_than_urgent_mail(
    per_minute: int | None, per_day: int | None, minute: int, day: int, most: int
) -> None:
    found = room(Quota(per_minute=per_minute, per_day=per_day), Used(minute=minute, day=day), most)
    assert 0 <= found.ordinary <= found.urgent <= most


@pytest.mark.parametrize(
    ("days", "limit"), [(0, 50), (1.9, 50), (2, 100), (4, 200), (10, 1600), (30, 10_000)]
)
def test_a_new_address_begins_with_few_mails_and_doubles_them(days: float, limit: int) -> None:
    growing = Quota(per_day=10_000, warm_up=WarmUp(start=50, double_every=timedelta(days=2)))
    assert growing.day_at(timedelta(days=days)) == limit
    used = Used(minute=0, day=limit - 3, age=timedelta(days=days))
    assert room(growing, used, 100).urgent == 3
    assert room(growing, used, 100).ordinary == 0


def test_a_warm_up_alone_is_a_limit_too_and_ends_in_none() -> None:
    growing = Quota(warm_up=WarmUp(start=1, double_every=timedelta(hours=1)))
    assert growing.limited
    assert growing.day_at(timedelta(days=3650)) == 1 << 40
    assert growing.day_at(-timedelta(days=1)) == 1
