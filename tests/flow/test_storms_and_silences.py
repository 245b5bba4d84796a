"""What a host sends beyond its pace is summed up; what is silenced is told at the end."""

from datetime import timedelta

from sqlalchemy import insert

from relay.store.schema import silences
from tests.flow.world import OPS, SUCCESS, World, failure


def silence(world: World, **parts: float) -> None:
    row = {
        "id": "s1",
        "host": "web01*",
        "job": "*",
        "author": "anna",
        "reason": "moving house",
        "since": world.clock(),
        "until": world.clock() + timedelta(**parts),
    }
    world.store.write_now(lambda tx: tx.execute(insert(silences), row))


def test_in_a_storm_what_is_no_news_is_summed_up_in_one_mail(world: World) -> None:
    for number in range(60):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
    assert len(world.mailbox()) == 30
    world.advance(minutes=10)
    assert len(world.mailbox()) == 31
    assert world.fates() == {"delivered": 30, "digested": 30}


def test_p3_news_passes_through_a_storm(world: World) -> None:
    for number in range(40):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
    before = len(world.mailbox())
    world.send(failure(), subject="copy of 1x")
    assert len(world.mailbox()) == before + 1
    assert world.mailbox()[-1].startswith("[FAILED]")


def test_what_is_silenced_is_counted_and_told_at_the_end(world: World) -> None:
    silence(world, hours=2)
    for _ in range(3):
        world.send(SUCCESS)
    assert world.mailbox() == []
    world.advance(hours=2)
    assert len(world.mailbox()) == 1
    assert world.fates() == {"digested": 3}


def test_p4_a_silenced_failure_reaches_the_owner_all_the_same(world: World) -> None:
    silence(world, hours=2)
    world.send(failure())
    assert world.mailbox(OPS) == []
    assert [each.mail.recipient for each in world.arrived] == ["postmaster@example.org"]
    world.advance(hours=2)
    assert len(world.mailbox(OPS)) == 1


def test_after_its_end_a_silence_is_none(world: World) -> None:
    silence(world, hours=2)
    world.advance(hours=3)
    world.send(SUCCESS)
    assert len(world.mailbox()) == 1


def test_p2_a_success_that_moved_nothing_where_it_always_did_is_a_warning(world: World) -> None:
    body = "Number of regular files transferred: {}\n" + SUCCESS
    for number in range(6):
        world.send(body.format(10 + number))
        world.advance(days=1)
    world.send(body.format(0))
    assert world.mailbox()[-1].startswith("[WARNING] web01 nightly copy: succeeded")
    assert "files transferred is 0" in world.mailbox()[-1]


def test_repeats_of_a_silenced_failure_do_not_flood_the_owner(world: World) -> None:
    silence(world, hours=2)
    for _ in range(5):
        world.send(failure())
    assert len(world.mailbox("postmaster@example.org")) == 1
    assert world.mailbox(OPS) == []
