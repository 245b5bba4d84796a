"""People say no, in every way there is; what they still get, and who is told instead."""

import re

import pytest

from relay.choice.choice import EVERYTHING, Level, Scope, Source
from relay.choice.token import Purpose
from relay.mail.block import read_block
from relay.mail.headers import find, flat
from relay.pipeline.stages import Outgoing
from relay.store import choices, consent, links
from relay.store.consent import Word
from relay.store.links import Holder
from tests.flow.world import ADDRESSING, OPS, SUCCESS, Arrived, World, failure
from tests.store.builders import ask

OWNER, DBA = "owner@example.org", "dba@example.org"
WEB = "web01.acme.example"
LINK = re.compile(r"https://reports\.example\.org/(\w)/([\w.-]+)")


def field(mail: Outgoing, name: str) -> str:
    found = find(read_block(mail.content).fields, name)
    return flat(found) if found else ""


def links_in(arrived: Arrived, purpose: Purpose) -> list[str]:
    text = arrived.mail.content.replace(b"=\r\n", b"").decode()
    return [token for letter, token in LINK.findall(text) if letter == purpose.value]


def holder(world: World, token: str, purpose: Purpose = Purpose.UNSUBSCRIBE) -> Holder:
    found = ask(world.store, lambda c: links.holder_of(c, token, purpose))
    assert found is not None
    return found


def says(world: World, arrived: Arrived, level: Level, scope: Scope | None = None) -> bool:
    """The reader of a mail follows its link and chooses."""
    who = holder(world, links_in(arrived, Purpose.UNSUBSCRIBE)[0])
    about = who.scope if scope is None else scope
    word = Word(holder=who, wishes={about: level}, source=Source.PAGE)
    changed = world.store.write_now(lambda tx: consent.choose(tx, word, ADDRESSING))
    world.work()
    return bool(changed)


def test_each_recipient_has_a_link_of_their_own(world: World) -> None:
    world.send(failure(), OPS, DBA)
    first, second = world.arrived
    tokens = {links_in(each, Purpose.UNSUBSCRIBE)[0] for each in (first, second)}
    assert len(tokens) == 2
    for each in (first, second):
        header = field(each.mail, "List-Unsubscribe")
        assert links_in(each, Purpose.UNSUBSCRIBE)[0] in header
        assert "<mailto:u+" in header
        assert field(each.mail, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
        assert len(set(links_in(each, Purpose.UNSUBSCRIBE))) == 1  # in header and footer the same


def test_every_kind_of_mail_of_ours_can_be_declined(world: World) -> None:
    world.send(failure())
    world.advance(minutes=10)
    world.send(failure())
    world.advance(days=3)
    kinds = {each.mail.kind for each in world.arrived}
    assert kinds >= {"report", "reminder"}
    for each in world.arrived:
        assert field(each.mail, "List-Id").endswith(".example.org>")
        assert "List-Unsubscribe" in each.mail.content.decode()
        assert holder(world, links_in(each, Purpose.UNSUBSCRIBE)[0]).recipient == OPS


def test_a_person_s_mail_carries_no_link(world: World) -> None:
    world.send(
        "Hi,\n\ncould you have a look at the printer?\n\nThanks, Anna\n",
        subject="Re: Printer again?\r\nIn-Reply-To: <1@example.org>",
        author="Anna Example <anna",
    )
    (arrived,) = world.arrived
    assert "List-Unsubscribe" not in arrived.mail.content.decode()


def test_p1_what_is_declined_is_counted_and_told(world: World) -> None:
    message_id = world.send(SUCCESS)
    assert says(world, world.arrived[0], Level.FAILURES)
    declined = world.send(SUCCESS)
    assert world.fates() == {"delivered": 1, "declined": 1}
    assert message_id != declined
    assert len(world.mailbox()) == 2  # the report, and what was chosen
    assert "You changed what you get" in world.mailbox()[1]


def test_the_same_word_twice_changes_nothing(world: World) -> None:
    world.send(SUCCESS)
    assert says(world, world.arrived[0], Level.NOTHING)
    mails = len(world.arrived)
    assert not says(world, world.arrived[0], Level.NOTHING)
    assert len(world.arrived) == mails


def test_p4_the_last_reader_s_failures_go_to_the_owner_who_is_told(world: World) -> None:
    world.send(SUCCESS)
    says(world, world.arrived[0], Level.NOTHING)
    world.send(failure())
    told = world.mailbox(ADDRESSING.postmaster)
    assert "You are now told when these fail" in told[0]
    assert told[1].startswith("[FAILED]")
    assert not [subject for subject in world.mailbox() if subject.startswith("[FAILED]")]


def test_p4_a_recovery_is_told_to_who_was_told_of_the_failure(world: World) -> None:
    world.send(SUCCESS)
    says(world, world.arrived[0], Level.NOTHING)
    world.send(failure())
    world.clock.advance(hours=1)
    world.send(SUCCESS)
    assert world.mailbox(ADDRESSING.postmaster)[-1].startswith("[RECOVERED]")


def test_p4_a_report_that_did_not_come_is_told_to_the_owner(world: World) -> None:
    for _ in range(8):
        world.send(SUCCESS)
        world.advance(days=1)
    says(world, world.arrived[0], Level.NOTHING)
    world.advance(days=4)
    assert [each for each in world.mailbox(ADDRESSING.postmaster) if each.startswith("[MISSING]")]
    assert not [each for each in world.mailbox() if each.startswith("[MISSING]")]


def test_while_another_reader_is_left_nobody_is_bothered(world: World) -> None:
    world.send(SUCCESS, OPS, DBA)
    says(world, world.arrived[0], Level.NOTHING)
    world.send(failure(), OPS, DBA)
    assert world.mailbox(ADDRESSING.postmaster) == []
    assert world.mailbox(DBA)[-1].startswith("[FAILED]")


def test_a_choice_can_be_taken_back_by_the_mail_about_it(world: World) -> None:
    world.send(SUCCESS)
    says(world, world.arrived[0], Level.NOTHING)
    (undo,) = links_in(world.arrived[1], Purpose.UNDO)
    who = holder(world, undo, Purpose.UNDO)
    assert world.store.write_now(lambda tx: consent.take_back(tx, who))
    world.send(SUCCESS)
    assert world.mailbox()[-1].startswith("[OK]")


def test_what_was_taken_back_may_be_taken_back_again(world: World) -> None:
    world.send(SUCCESS)
    says(world, world.arrived[0], Level.NOTHING)
    (undo,) = links_in(world.arrived[1], Purpose.UNDO)
    for done in (1, 0):
        who = holder(world, undo, Purpose.UNDO)
        assert len(world.store.write_now(lambda tx: consent.take_back(tx, who))) == done  # noqa: B023 - done at once


def wishes(world: World, **levels: Level | None) -> list[str]:
    """The reader of the first mail changes several things at once; return the subjects told."""
    who = holder(world, links_in(world.arrived[0], Purpose.UNSUBSCRIBE)[0])
    scopes = {"everything": EVERYTHING, "host": Scope(host=who.scope.host), "job": who.scope}
    wanted = {scopes[name]: level for name, level in levels.items()}
    before = len(world.arrived)
    word = Word(holder=who, wishes=wanted, source=Source.PAGE)
    world.store.write_now(lambda tx: consent.choose(tx, word, ADDRESSING))
    world.work()
    return sorted(f"{each.mail.recipient} {each.subject}" for each in world.arrived[before:])


def test_letting_go_of_a_choice_under_a_quieter_one_is_told_like_any_other(world: World) -> None:
    world.send(SUCCESS)
    wishes(world, everything=Level.NOTHING, job=Level.POLICY)
    job = f"nightly copy on {WEB}"
    assert wishes(world, job=None) == [
        f"{OPS} You changed what you get: {job}",
        f"{ADDRESSING.postmaster} You are now told when these fail: {WEB} nightly copy",
    ]
    assert wishes(world, job=None) == []  # nothing less comes by that


def test_letting_go_of_several_at_once_falls_to_the_widest(world: World) -> None:
    world.send(SUCCESS)
    wishes(world, everything=Level.NOTHING, host=Level.FAILURES, job=Level.POLICY)
    wishes(world, host=None, job=None)
    made = ask(world.store, lambda c: choices.of(c, (OPS,)))
    assert {each.level for each in made} == {Level.NOTHING}


def test_a_louder_job_under_a_choice_made_with_it_is_kept(world: World) -> None:
    world.send(SUCCESS)
    wishes(world, everything=Level.DAILY, job=Level.POLICY)
    world.send(SUCCESS)
    assert world.mailbox()[-1].startswith("[OK]")


@pytest.mark.parametrize("first", ["job", "everything"])
def test_an_undo_silences_nobody(world: World, first: str) -> None:
    world.send(SUCCESS)
    wishes(world, **{first: Level.NOTHING})
    wishes(world, job=Level.POLICY)
    undo = links_in(world.arrived[-1], Purpose.UNDO)[0]
    who = holder(world, undo, Purpose.UNDO)
    assert ask(world.store, lambda c: consent.would_silence(c, who, world.clock()))
    assert world.store.write_now(lambda tx: consent.take_back(tx, who)) == ()
    world.send(failure())
    assert world.mailbox()[-1].startswith("[FAILED]")


def test_one_job_is_declined_and_the_others_come(world: World) -> None:
    world.send(SUCCESS, subject="copy of home")
    says(world, world.arrived[0], Level.FAILURES)
    world.send(SUCCESS, subject="copy of mail")
    world.send(SUCCESS, subject="copy of home")
    assert [subject for subject in world.mailbox() if "home" in subject and "[OK]" in subject] == [
        world.mailbox()[0]
    ]
    assert "copy of mail" in world.mailbox()[-1]


def test_a_daily_digest_is_what_was_asked_for(world: World) -> None:
    world.send(SUCCESS)
    says(world, world.arrived[0], Level.DAILY, EVERYTHING)
    for number in range(3):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
    world.send(failure())
    assert world.mailbox()[-1].startswith("[FAILED]")
    world.advance(days=1)
    assert world.mailbox()[-1].startswith("[1 OPEN, 3 OK")


def test_what_waits_in_a_digest_is_declined_at_once(world: World) -> None:
    world.send(SUCCESS)
    says(world, world.arrived[0], Level.DAILY, EVERYTHING)
    world.send(SUCCESS)
    assert world.fates()["waiting"] == 1
    says(world, world.arrived[0], Level.FAILURES, EVERYTHING)
    assert world.fates() == {"delivered": 1, "declined": 1}
    world.advance(days=2)
    assert not [subject for subject in world.mailbox() if "OK" in subject.partition("]")[0][2:]]


def test_p4_even_the_postmaster_hears_of_failures_whatever_was_chosen(world: World) -> None:
    postmaster = ADDRESSING.postmaster
    world.send(SUCCESS, postmaster)
    says(world, world.arrived[0], Level.NOTHING, EVERYTHING)
    world.send(failure(), postmaster)
    assert world.mailbox(postmaster)[-1].startswith("[FAILED]")


def test_no_link_works_for_another_purpose(world: World) -> None:
    world.send(SUCCESS)
    (token, *_) = links_in(world.arrived[0], Purpose.UNSUBSCRIBE)
    for purpose in set(Purpose) - {Purpose.UNSUBSCRIBE}:
        assert ask(world.store, lambda c, p=purpose: links.holder_of(c, token, p)) is None
