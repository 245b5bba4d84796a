"""The report that did not come."""

import pytest

from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import SUCCESS, World, failure

JOBS = ("copy of /srv/a", "copy of /srv/b", "copy of /srv/c")


@pytest.fixture
def world(store: Store, clock: Clock) -> World:
    return World(store, clock)


def nights(world: World, many: int, *jobs: str) -> None:
    for _ in range(many):
        for job in jobs or ("nightly copy",):
            world.send(SUCCESS, subject=job)
        world.advance(days=1)


def missing(world: World) -> list[str]:
    return [subject for subject in world.mailbox() if subject.startswith("[MISSING]")]


def test_a_report_that_does_not_come_is_told_once_and_reminded(world: World) -> None:
    nights(world, 7)
    assert missing(world) == []
    world.advance(hours=3)
    (first,) = missing(world)
    assert first == "[MISSING] web01 nightly copy: expected by 12:00, last seen yesterday 12:00"
    world.advance(days=3)
    assert len(missing(world)) == 3


def test_when_it_comes_again_that_is_told_at_once(world: World) -> None:
    nights(world, 7)
    world.advance(hours=5)
    world.send(SUCCESS)
    assert world.mailbox()[-1].startswith("[RECOVERED] web01 nightly copy: succeeded, came again")
    world.advance(hours=10)
    assert len(missing(world)) == 1


def test_below_five_reports_nothing_is_expected(world: World) -> None:
    nights(world, 4)
    world.advance(days=5)
    assert missing(world) == []


def test_a_silent_host_is_one_mail(world: World) -> None:
    nights(world, 7, *JOBS)
    world.advance(hours=3)
    assert len(missing(world)) == 1
    assert "silent, 3 reports did not come" in missing(world)[0]


def test_a_job_that_fails_is_not_missing(world: World) -> None:
    nights(world, 7)
    for _ in range(3):
        world.send(failure())
        world.advance(days=1)
    world.advance(hours=-1)
    assert missing(world) == []


def test_a_host_that_falls_silent_bit_by_bit_is_told_together(world: World) -> None:
    for _ in range(8):
        for job in (*JOBS, "copy of /srv/d", "copy of /srv/e"):
            world.send(SUCCESS, subject=job)
            world.advance(hours=1)
        world.advance(hours=19)
    world.advance(hours=6)
    alone, other, together = missing(world)
    assert "silent" not in alone + other
    assert "silent, 3 reports did not come" in together
    world.advance(hours=4)
    assert "silent, 5 reports did not come" in missing(world)[3]
    world.advance(hours=20)
    assert len(missing(world)) == 4


def test_a_loop_that_mailed_every_minute_is_not_missed_when_it_ends(world: World) -> None:
    for _ in range(60):
        world.send(failure())
        world.advance(minutes=1)
    world.advance(days=1)
    assert missing(world) == []
