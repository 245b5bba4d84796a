"""One mail where there were a hundred, and at once where it matters."""

from datetime import timedelta

import pytest

from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import OPS, SUCCESS, World, failure


@pytest.fixture
def world(store: Store, clock: Clock) -> World:
    return World(store, clock)


def test_p3_the_first_failure_is_told_at_once(world: World) -> None:
    world.send(failure())
    assert world.mailbox() == ["[FAILED] web01 nightly copy: error in socket I/O (code 10)"]


def test_the_same_failure_again_is_counted_and_told_by_a_reminder(world: World) -> None:
    for _ in range(4):
        world.send(failure())
        world.advance(minutes=10)
    assert len(world.mailbox()) == 1
    assert world.fates() == {"delivered": 1, "waiting": 3}
    world.advance(hours=4)
    (reminder,) = world.mailbox()[1:]
    assert reminder.startswith("[FAILED] web01 nightly copy: error in socket I/O (code 10)")
    assert reminder.endswith(" (3 times more, since 24 Nov 12:00)")
    assert world.fates() == {"delivered": 1, "counted": 3}


def test_reminders_come_after_4_hours_a_day_and_then_weekly(world: World) -> None:
    begin = world.clock()
    for _ in range(6 * 30):
        world.send(failure())
        world.advance(hours=4)
    hours = [(each.at - begin) / timedelta(hours=1) for each in world.arrived]
    assert hours == [0, 4, 28, 28 + 7 * 24, 28 + 14 * 24, 28 + 21 * 24, 28 + 28 * 24]
    assert sum(world.fates().values()) == 6 * 30


def test_p3_another_failure_is_news_and_takes_along_what_was_counted(world: World) -> None:
    world.send(failure())
    world.advance(hours=1)
    world.send(failure())
    world.advance(hours=1)
    world.send(failure(30, "timeout in data send/receive"))
    assert len(world.mailbox()) == 2
    assert "code 30" in world.mailbox()[1]
    assert world.fates() == {"delivered": 3}


def test_failures_that_alternate_are_told_once_each(world: World) -> None:
    for _ in range(5):
        world.send(failure())
        world.send(failure(30, "timeout in data send/receive"))
        world.advance(minutes=7)
    assert len(world.mailbox()) == 2


def test_the_recovery_is_told_at_once_and_says_how_long_it_was(world: World) -> None:
    for _ in range(3):
        world.send(failure())
        world.advance(hours=1)
    world.send(SUCCESS)
    assert world.mailbox()[1:] == [
        "[RECOVERED] web01 nightly copy: succeeded, after 3 bad reports in 2 h"
    ]
    assert world.fates() == {"delivered": 4}


def test_mails_about_one_incident_are_one_thread(world: World) -> None:
    first = world.send(failure())
    world.advance(hours=1)
    world.send(failure())
    world.advance(hours=5)
    world.send(SUCCESS)
    thread = f"<{first}@web01.acme.example>"
    assert [each.field("References") for each in world.arrived] == ["", thread, thread]


def test_p3_who_was_not_told_before_is_told_now(world: World) -> None:
    world.send(failure())
    world.send(failure(), "new@example.org")
    assert len(world.mailbox("new@example.org")) == 1


def test_what_went_well_waits_for_the_morning(world: World) -> None:
    for number in range(3):
        world.send(SUCCESS, subject=f"copy of /srv/{'abc'[number]}")
    assert world.mailbox() == []
    assert world.fates() == {"waiting": 3}
    world.advance(days=1)
    assert len(world.mailbox()) == 1
    assert world.fates() == {"digested": 3}


def test_p4_a_reminder_leaves_at_once_if_the_first_mail_bounces(world: World) -> None:
    world.refuse = lambda recipient: recipient == OPS
    world.send(failure())
    world.refuse = lambda _recipient: False
    assert [each.mail.recipient for each in world.arrived] == ["postmaster@example.org"]
    world.send(failure())
    world.advance(hours=4)
    assert len(world.mailbox()) == 1
    assert world.fates() == {"bounced": 1, "counted": 1}


def test_two_mails_of_one_run_are_one_piece_of_news(world: World) -> None:
    world.send(failure())
    world.advance(minutes=1)
    world.send("all done\n")
    assert len(world.mailbox()) == 1
    assert world.fates() == {"delivered": 1, "waiting": 1}


def test_p3_an_error_that_only_others_were_told_of_is_news(world: World) -> None:
    world.send(failure(), OPS, "dba@example.org")
    world.send(failure(30, "timeout in data send/receive"), OPS)
    world.send(failure(30, "timeout in data send/receive"), OPS, "dba@example.org")
    assert len(world.mailbox("dba@example.org")) == 2
    assert len(world.mailbox()) == 2


def test_p3_a_clock_set_back_holds_up_nothing(world: World) -> None:
    world.accept(failure())
    world.clock.advance(hours=-2)
    world.work()
    assert len(world.mailbox()) == 1


def test_a_batch_that_cannot_be_closed_holds_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> bytes:
        raise ValueError

    world.send(SUCCESS)
    world.send(failure(), subject="dump")
    world.advance(hours=16)
    world.send(failure(), subject="dump")
    monkeypatch.setattr("relay.workers.digest.attached", fails)
    world.clock.advance(hours=5)
    world.work()
    assert world.mailbox()[-1].endswith("(once more, since 24 Nov 12:00)")
    assert world.fates() == {"delivered": 1, "counted": 1, "waiting": 1}


@pytest.mark.parametrize("composer", ["compose", "reminder.compose"])
def test_p6_a_mail_that_cannot_be_laid_out_leaves_as_a_plain_list(
    world: World, monkeypatch: pytest.MonkeyPatch, composer: str
) -> None:
    def broken(*_: object) -> bytes:
        raise TypeError

    monkeypatch.setattr(f"relay.workers.digest.{composer}", broken)
    body = SUCCESS if composer == "compose" else failure()
    ids = [world.send(body) for _ in range(3)]
    world.advance(days=2)
    mail = world.arrived[-1]
    told = ids if composer == "compose" else ids[1:]
    assert f"{len(told)} report(s) in" in mail.subject
    assert all(message_id.encode() in mail.mail.content for message_id in told)
    assert b"TypeError" in mail.mail.content
    assert "waiting" not in world.fates()
