"""What comes back and concerns a person: answers, complaints, mail for the postmaster."""

import itertools

import pytest

from relay.choice.choice import Level, Source
from relay.pipeline.returned import Sort, is_return_address
from relay.pipeline.stages import Outgoing
from relay.rewrite.personal import MARK
from relay.store import choices, kept
from relay.store.views import dossier
from tests.flow.world import ADDRESSING, OPS, SUCCESS, World, failure
from tests.returns.returning import OWNER, comes_back, complaint, dsn, text
from tests.store.builders import ask

DESK = "abuse@bounces.example.org"


def opt_out(mail: Outgoing) -> str:
    """Return the List-Unsubscribe field of a mail, unfolded."""
    header = mail.content.replace(b"\r\n ", b" ").decode()
    return next(line for line in header.split("\r\n") if line.startswith("List-Unsubscribe:"))


def declined(world: World, who: str = OPS) -> list[tuple[str, Level]]:
    return [(each.source, each.level) for each in ask(world.store, lambda c: choices.of(c, (who,)))]


@pytest.mark.parametrize("proof", ["mail from", "return path", "opt-out link"])
def test_a_redacted_complaint_at_the_desk_is_proved_by_what_only_we_can_write(
    world: World, proof: str
) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    raw = {
        "mail from": complaint("To: redacted@isp.example", mail_from=mail.reverse_path),
        "return path": complaint(f"Return-Path: <{mail.reverse_path}>"),
        "opt-out link": complaint("To: redacted@isp.example", opt_out(mail)),
    }[proof]
    _, sorts = comes_back(world, raw, DESK, "feedback@isp.example")
    assert sorts == [Sort.COMPLAINT]
    assert declined(world) == [(Source.COMPLAINT, Level.NOTHING)]
    assert len(world.mailbox()) == 1  # whoever complains gets no mail about that either
    assert "A complaint about our mail to ops@example.org" in world.mailbox(OWNER)


def test_a_complaint_that_nothing_proves_goes_to_the_postmaster(world: World) -> None:
    world.send(SUCCESS)
    forged = world.arrived[0].mail.reverse_path.replace("=", "=f", 1)
    _, sorts = comes_back(world, complaint("To: x@isp.example", mail_from=forged), DESK)
    assert sorts == [Sort.FOR_POSTMASTER]
    assert declined(world) == []
    assert world.mailbox(OWNER) == ["complaint"]


def test_complaints_are_obeyed_at_once_and_told_once_a_day(world: World) -> None:
    for number in range(3):
        world.send(SUCCESS, f"p{number}@example.net", subject=f"copy of /srv/{number}")
        mail = world.arrived[-1].mail
        assert mail.recipient == f"p{number}@example.net"
        comes_back(world, complaint("To: x@isp.example"), mail.reverse_path)
        assert declined(world, mail.recipient) == [(Source.COMPLAINT, Level.NOTHING)]
    about = [each for each in world.mailbox(OWNER) if each.startswith("A complaint")]
    assert about == ["A complaint about our mail to p0@example.net"]
    world.clock.advance(days=1, seconds=1)
    world.send(SUCCESS, "p9@example.net")
    comes_back(world, complaint("To: x@isp.example"), world.arrived[-1].mail.reverse_path)
    assert world.mailbox(OWNER)[-1] == "A complaint about our mail to p9@example.net"
    assert all(len(world.mailbox(f"p{number}@example.net")) == 1 for number in (0, 1, 2, 9))


def test_whatever_an_answer_says_it_is_no_report_of_ours(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    raw = text(
        "From: Mallory <m@evil.example>", "Subject: [FAILED] db01", "", failure().strip(), "Pay up."
    )
    _, sorts = comes_back(world, raw, mail.reverse_path, "m@evil.example")
    assert sorts == [Sort.REPLY]
    told = world.arrived[-1]
    assert told.mail.recipient == OWNER
    assert told.field("From") == '"Mallory via relay.example.org" <reports@example.org>'
    assert told.field("Reply-To") == "m@evil.example"
    assert not told.field("List-Unsubscribe")
    assert not told.field("Auto-Submitted")
    assert MARK.encode() not in told.mail.content
    assert told.mail.content.endswith(raw.partition(b"\r\n\r\n")[2])


def test_mail_for_the_postmaster_of_the_bounce_domain_is_handed_on_within_limits(
    world: World,
) -> None:
    raw = text("From: Olga <olga@partner.example>", "Subject: your relay", "", "It loops, I think.")
    assert comes_back(world, raw, "Postmaster@bounces.example.org")[1] == [Sort.FOR_POSTMASTER]
    assert world.mailbox(OWNER) == ["your relay"]
    for _ in range(104):
        comes_back(world, raw, "Postmaster@bounces.example.org")
    assert len(world.mailbox(OWNER)) == 100
    assert world.fates() == {"delivered": 100, "read": 5}


def test_a_domain_that_others_have_mail_in_keeps_its_postmaster() -> None:
    from dataclasses import replace  # noqa: PLC0415

    shared = replace(ADDRESSING, bounce_domain="example.org")
    assert not is_return_address("postmaster@example.org", shared)
    own = replace(ADDRESSING, postmaster="postmaster@bounces.example.org")
    assert not is_return_address("postmaster@bounces.example.org", own)  # it would write to itself


def test_what_came_back_is_not_asked_of_other_policies(world: World) -> None:
    begin, sent = world.clock(), world.send(SUCCESS)
    mail = world.arrived[0].mail
    comes_back(world, dsn(mail), mail.reverse_path)
    assert [each.id for each in kept.each(world.store.url, begin)] == [sent]
    assert ask(world.store, lambda c: kept.count(c, begin)).accepted == 1


def test_why_tells_of_the_bounce_that_was_once_too_often(world: World) -> None:
    for number in range(3):
        last = world.send(SUCCESS, subject=f"copy of /srv/{number}")
        mail = [each.mail for each in world.arrived if each.mail.recipient == OPS][-1]
        comes_back(world, dsn(mail), mail.reverse_path)
    kinds = [line.event.kind for line in ask(world.store, lambda c: dossier(c, last)).lines]
    assert kinds.index("suppressed") > kinds.index("delivered")
    assert "came-back" in kinds


ANSWERS = {
    "a bounce": lambda mail: (dsn(mail), ""),
    "a broken responder": lambda mail: (
        text(f"From: {mail.recipient}", "Subject: Thanks", "", "I got your mail!"),
        mail.recipient,
    ),
    "a responder": lambda mail: (
        text(f"From: {mail.recipient}", "Auto-Submitted: auto-replied", "", "Away."),
        mail.recipient,
    ),
    "a complaint": lambda mail: (complaint("To: x@y.example"), ""),
}


@pytest.mark.parametrize("ways", [*itertools.permutations(ANSWERS, 2)], ids=" then ".join)
def test_two_servers_that_answer_each_other_come_to_an_end(
    world: World, ways: tuple[str, ...]
) -> None:
    """Whatever we send is answered, to its envelope sender, for ever; RFC 5321 s4.5.5 ends it."""
    world.send(failure())
    answered, ways_in_turn = 0, itertools.cycle(ways)
    rounds = 0
    while rounds < 12:
        mails = [each.mail for each in world.arrived[answered:] if each.mail.reverse_path]
        answered = len(world.arrived)
        if not mails:
            break
        rounds += 1
        for mail in mails:
            raw, sender = ANSWERS[next(ways_in_turn)](mail)
            comes_back(world, raw, mail.reverse_path, sender)
    assert rounds <= 4
    assert len(world.arrived) < 10
    world.fates()
