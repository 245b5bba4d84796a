"""Who knows an envelope sender of ours can write anything to it: how much harm that can do."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from relay.choice.choice import Choice
from relay.mail.enhanced import first_code
from relay.pipeline.returned import Sort, verdict
from relay.returns.returned import Action, Bounce, Original, RecipientStatus
from relay.store import choices
from relay.store.acts import perform
from relay.store.retention import purge
from relay.store.schema import contents, messages
from tests.flow.world import OPS, SUCCESS, World, failure
from tests.returns.returning import OWNER, comes_back, dsn, text
from tests.store.builders import ask

RETENTION = timedelta(days=30)


def suppressed(world: World, who: str = OPS) -> list[Choice]:
    return [each for each in ask(world.store, lambda c: choices.of(c, (who,))) if each.suppresses]


def bounces(world: World, job: str) -> None:
    """A mail about a job is delivered, and comes back because its mailbox is gone."""
    world.send(SUCCESS, subject=f"copy of {job}")
    mail = [each.mail for each in world.arrived if each.mail.recipient == OPS][-1]
    comes_back(world, dsn(mail), mail.reverse_path)


def test_one_mail_bounced_over_and_over_suppresses_nobody(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    for _ in range(5):
        comes_back(world, dsn(mail), mail.reverse_path)
    assert suppressed(world) == []


def test_one_dead_member_of_a_list_does_not_silence_the_list(world: World) -> None:
    for number in range(4):
        world.send(SUCCESS, subject=f"copy of /srv/{number}")
        mail = [each.mail for each in world.arrived if each.mail.recipient == OPS][-1]
        raw = dsn(mail).replace(b"rfc822; ops@example.org", b"rfc822; left@example.net")
        _, sorts = comes_back(world, raw, mail.reverse_path)
        assert sorts == [Sort.BOUNCED]  # somebody did not get it, and its owner is told
    assert suppressed(world) == []


def test_whoever_is_allowed_again_begins_anew(world: World) -> None:
    for number in range(3):
        bounces(world, f"/srv/{number}")
    assert suppressed(world)
    about = {"recipient": OPS, "reason": "moved", "everything": "no"}
    world.store.write_now(lambda tx: perform(tx, "recipients allow", about))
    world.clock.advance(minutes=1)
    for number in range(2):
        bounces(world, f"/home/{number}")
        assert suppressed(world) == []
    bounces(world, "/home/2")
    assert suppressed(world)


def test_a_bounce_is_heard_after_any_number_of_other_answers(world: World) -> None:
    world.send(failure())
    mail = world.arrived[0].mail
    for _ in range(25):
        comes_back(
            world, text("From: a@b.example", "", "Buy now."), mail.reverse_path, "a@b.example"
        )
    _, sorts = comes_back(world, dsn(mail), mail.reverse_path)
    assert sorts == [Sort.BOUNCED]
    assert world.mailbox(OWNER)[-1].startswith("Not delivered to ops@example.org")


def test_p1_a_notice_that_waits_outlives_the_retention_of_what_it_is_about(world: World) -> None:
    world.send(failure())
    mail = world.arrived[0].mail
    world.clock.advance(days=30, seconds=-60)
    world.away = True
    comes_back(world, dsn(mail), mail.reverse_path)
    world.clock.advance(hours=2)
    world.store.write_now(lambda tx: purge(tx, RETENTION))
    world.away = False
    world.work()
    assert world.mailbox(OWNER)[-1].startswith("Not delivered to ops@example.org")
    world.clock.advance(days=31)
    while world.store.write_now(lambda tx: purge(tx, RETENTION)):
        pass
    assert ask(world.store, lambda c: c.execute(select(contents.c.id)).all()) == []
    world.fates()


def test_p1_so_does_one_about_what_is_purged_already(world: World) -> None:
    world.send(failure())
    mail = world.arrived[0].mail
    world.clock.advance(days=31)
    world.store.write_now(lambda tx: purge(tx, RETENTION))
    comes_back(world, dsn(mail), mail.reverse_path)
    assert world.mailbox(OWNER)[-1].startswith("Not delivered to ops@example.org")
    world.clock.advance(days=31)
    while world.store.write_now(lambda tx: purge(tx, RETENTION)):
        pass
    assert ask(world.store, lambda c: c.execute(select(contents.c.id)).all()) == []


def test_what_comes_back_is_no_part_of_any_host_s_mail(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    returned_id, _ = comes_back(world, dsn(mail), mail.reverse_path)
    asked = select(messages.c.job, messages.c.incident, messages.c.report_host)
    (row,) = ask(world.store, lambda c: c.execute(asked.where(messages.c.id == returned_id)).all())
    assert tuple(row) == (None, None, None)


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        ("550 no such user here", True),
        ("550 5.2.1 this mailbox is disabled", True),
        ("554 5.4.4 host not found", True),
        ("550 5.1.1 rejected: listed by zen.spamhaus.org", False),
        ("550 5.1.8 sender address rejected", False),
        ("550 5.7.26 unauthenticated mail", False),
    ],
)
def test_words_tell_a_mailbox_that_is_gone_from_mail_that_is_not_wanted(
    reply: str, counts: bool
) -> None:
    status = RecipientStatus(
        recipient=None, action=Action.FAILED, status=first_code(reply), code=550, text=reply
    )
    bounce = Bounce(form="rfc3464", recipients=(status,), original=Original())
    assert verdict(bounce, OPS).gone == counts
