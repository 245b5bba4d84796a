"""Jobs by the operator's hand: which one is meant, retired, expected."""

from pathlib import Path

import pytest

from relay.errors import NotFoundError, RelayError
from relay.pipeline.job import JobState
from relay.store import jobs
from relay.store.ledger import lines_about
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import SUCCESS, World, failure
from tests.store.acting import do, made
from tests.store.builders import ask

HOST = "web01.acme.example"


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path: Path) -> World:
    return made(store, clock, tmp_path)


def state(world: World, job: str = "copy of /srv/a") -> JobState:
    found = ask(world.store, lambda c: jobs.find(c, HOST, job))
    assert found is not None
    return found


def last_line(world: World, message_id: str) -> tuple[str, dict[str, object]]:
    event = ask(world.store, lambda c: lines_about(c, message_id))[-1].event
    return event.kind, dict(event.data)


def missing(world: World) -> int:
    return sum(subject.startswith("[MISSING]") for subject in world.mailbox())


def test_a_job_may_be_named_by_a_part_that_only_it_has(world: World) -> None:
    for job in ("copy of /srv/a", "copy of /srv/ab", "copy of /home"):
        world.send(SUCCESS, subject=job)
    meant = {
        (host, part): ask(world.store, lambda c, h=host, p=part: jobs.named(c, h, p))[1]
        for host, part in (("web01", "HOME"), (HOST.upper(), "srv/ab"), (HOST, "copy of /srv/a"))
    }
    assert list(meant.values()) == ["copy of /home", "copy of /srv/ab", "copy of /srv/a"]
    with pytest.raises(RelayError, match=r'may mean "copy of /srv/a" .*, "copy of /srv/ab"'):
        ask(world.store, lambda c: jobs.named(c, HOST, "srv"))
    with pytest.raises(NotFoundError, match='has no job like "nix"; it has "copy of /home"'):
        ask(world.store, lambda c: jobs.named(c, HOST, "nix"))
    with pytest.raises(NotFoundError, match="no job of a host db01 is known"):
        ask(world.store, lambda c: jobs.named(c, "db01", "srv"))


def test_p1_a_retired_job_leaves_nothing_waiting_and_alarms_nobody(world: World) -> None:
    for _ in range(7):
        world.send(SUCCESS, subject="copy of /srv/a")
        world.advance(days=1)
    world.send(failure(), subject="copy of /srv/a")
    repeat = world.send(failure(), subject="copy of /srv/a")
    assert world.fates()["waiting"] == 1
    assert do(world, "jobs forget", host="web01", job="srv/a", reason="disk sold") == [
        HOST,
        "copy of /srv/a",
    ]
    assert "waiting" not in world.fates()
    assert "once more, since" in world.mailbox()[-1]
    assert b"The operator has retired the job: disk sold." in world.arrived[-1].mail.content
    kinds = [line.event.kind for line in ask(world.store, lambda c: lines_about(c, repeat))]
    assert [kind for kind in kinds if kind in ("hastened", "forgotten", "told")] == [
        "hastened",
        "forgotten",
        "told",
    ]
    world.advance(days=30)
    assert missing(world) == 0


def test_a_retired_job_that_reports_again_is_a_new_one(world: World) -> None:
    world.send(failure(), subject="copy of /srv/a")
    do(world, "jobs forget", host=HOST, job="copy of /srv/a", reason="gone")
    world.send(failure(), subject="copy of /srv/a")
    assert len(world.mailbox()) == 2
    assert state(world).runs == 1


@pytest.mark.parametrize("act", ["jobs forget", "silence end", "digest send"])
def test_an_act_without_a_reason_is_refused(world: World, act: str) -> None:
    named = {
        "jobs forget": {"host": "web01", "job": "a"},
        "silence end": {"silence": "S1"},
        "digest send": {"recipient": "ops@example.org", "name": None},
    }
    with pytest.raises(RelayError, match="give a reason"):
        do(world, act, reason=" ", **named[act])


def test_a_declared_expectation_counts_at_once_and_survives_reports(world: World) -> None:
    message_id = world.send(SUCCESS, subject="copy of /srv/a")
    assert state(world).expected_at is None
    do(world, "jobs expect", host="web01", job="srv/a", when="daily by 13:00", zone="UTC")
    expected = state(world).expected_at
    assert expected is not None
    assert (expected - world.clock()).total_seconds() == 25 * 3600
    assert last_line(world, message_id) == (
        "expected",
        {"host": HOST, "job": "copy of /srv/a", "when": "daily by 13:00", "by": "operator"},
    )
    world.advance(days=1)
    world.send(SUCCESS, subject="copy of /srv/a")
    assert (state(world).declared, state(world).rhythm) == ("daily by 13:00", "daily by 13:00")
    world.advance(days=1, hours=1)
    assert missing(world) == 1


def test_none_ends_the_alarm_and_learned_takes_the_word_back(world: World) -> None:
    for _ in range(7):
        world.send(SUCCESS, subject="copy of /srv/a")
        world.advance(days=1)
    world.advance(hours=3)
    assert missing(world) == 1
    do(world, "jobs expect", host="web01", job="srv/a", when="None", zone="UTC")
    assert (state(world).missing_at, state(world).late_after) == (None, None)
    world.advance(days=9)
    assert missing(world) == 1
    do(world, "jobs expect", host="web01", job="srv/a", when="learned", zone="UTC")
    assert (state(world).declared, state(world).by_hand) == (None, False)
    assert state(world).rhythm == "daily about 12:00"
    assert missing(world) == 2


@pytest.mark.parametrize("when", ["dayly by 06:00", "at most 3 hours", "", "daily at 25:00"])
def test_a_wrong_expectation_is_refused_and_changes_nothing(world: World, when: str) -> None:
    world.send(SUCCESS, subject="copy of /srv/a")
    before = state(world)
    with pytest.raises(RelayError):
        do(world, "jobs expect", host="web01", job="srv/a", when=when, zone="UTC")
    assert state(world) == before


def test_an_act_of_another_version_is_told_as_such(world: World) -> None:
    with pytest.raises(RelayError, match="knows no act jobs merge"):
        do(world, "jobs merge")
    with pytest.raises(RelayError, match="of another version"):
        do(world, "jobs forget", host="web01", why="moved")
