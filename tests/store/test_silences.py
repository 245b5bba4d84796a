"""Silences by the operator's hand: their end, and what they keep back."""

from datetime import timedelta
from pathlib import Path

import pytest

from relay.errors import NotFoundError, RelayError
from relay.store import silences
from relay.store.ledger import lines_about
from relay.store.silences import Kept
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import OPS, SUCCESS, World, failure
from tests.store.acting import do, made
from tests.store.builders import ask


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path: Path) -> World:
    return made(store, clock, tmp_path)


def silence(world: World, host: str = "web01", job: str = "*", **length: float) -> str:
    until = world.clock() + timedelta(**(length or {"hours": 2}))
    asked = {"host": host, "job": job, "author": "anna", "reason": "new disk"}
    (silence_id,) = do(world, "silence add", until=until.isoformat(), **asked)
    return silence_id


def kept(world: World, *, ended: bool = False) -> list[Kept]:
    return ask(world.store, lambda c: silences.listed(c, world.clock(), ended=ended))


def test_a_silence_goes_by_the_short_name_of_a_host_and_keeps_count(world: World) -> None:
    assert silence(world) == "S1"
    for number in range(2):
        world.send(failure(10 + number, "error"), "a@example.org", "b@example.org")
    assert world.mailbox("a@example.org") == []
    assert [(each.silence.id, each.waiting) for each in kept(world)] == [("S1", 2)]


def test_other_jobs_and_hosts_are_not_silenced(world: World) -> None:
    silence(world, job="*database*")
    world.send(failure(), subject="copy of /srv/a")
    world.send(failure(), subject="copy of /srv/database", host="db01")
    assert len(world.mailbox()) == 2


def test_p1_ended_before_its_time_it_tells_at_once_what_it_kept_back(world: World) -> None:
    silence_id = silence(world, days=3)
    world.send(failure())
    assert world.mailbox() == []
    assert do(world, "silence end", silence="s1", reason="disk is in") == [silence_id]
    assert len(world.mailbox()) == 1
    assert b"The silence S1 was ended before its time: disk is in." in (
        world.arrived[-1].mail.content.replace(b"=\r\n", b"")
    )
    assert (kept(world), len(kept(world, ended=True))) == ([], 1)
    world.send(failure(11, "error in file I/O"))
    assert len(world.mailbox(OPS)) == 2
    events = [line.event for line in ask(world.store, lambda c: lines_about(c, "S1"))]
    assert [event.kind for event in events] == ["silenced", "unsilenced"]
    assert (events[0].data["author"], events[1].data["reason"]) == ("anna", "disk is in")
    world.fates()


def test_each_silence_has_an_id_of_its_own(world: World) -> None:
    silence(world)
    do(world, "silence end", silence="S1", reason="again")
    assert silence(world) == "S2"


def test_it_ends_within_ninety_days_and_not_in_the_past(world: World) -> None:
    silence(world, days=90)
    with pytest.raises(RelayError, match="90 days at most"):
        silence(world, days=90, seconds=1)
    with pytest.raises(RelayError, match="is over already"):
        silence(world, seconds=-1)


def test_what_is_not_in_force_cannot_be_ended(world: World) -> None:
    with pytest.raises(NotFoundError, match="no silence has the ID S7"):
        do(world, "silence end", silence="S7", reason="why not")
    silence(world)
    world.advance(hours=2)
    with pytest.raises(RelayError, match="the silence S1 ended at 2026-11-24 14:00 UTC"):
        do(world, "silence end", silence="S1", reason="why not")


def test_a_success_is_counted_too(world: World) -> None:
    silence(world)
    world.send(SUCCESS)
    world.advance(days=2)
    assert "waiting" not in world.fates()
