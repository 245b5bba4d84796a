"""What comes back is taken in: told to its owner, counted, obeyed, handed on, and never lost."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relay.choice.choice import Level, Source
from relay.pipeline.returned import Sort, is_return_address
from relay.pipeline.stages import Outgoing
from relay.store import choices, suppression
from relay.store.store import Store
from relay.store.views import dossier
from tests.conftest import Clock
from tests.flow.world import ADDRESSING, NOW_FOR_ALL, OPS, SUCCESS, World, failure
from tests.returns.returning import OWNER, comes_back, complaint, dsn, opt_out_of, text
from tests.store.builders import ask


def test_p1_a_bounce_of_what_upstream_had_taken_is_told_to_its_owner(world: World) -> None:
    message_id = world.send(failure())
    mail = world.arrived[0].mail
    returned_id, sorts = comes_back(world, dsn(mail), mail.reverse_path)
    assert sorts == [Sort.BOUNCED]
    assert world.fates() == {"bounced": 1, "read": 1}
    (notice,) = world.mailbox(OWNER)
    assert notice.startswith("Not delivered to ops@example.org")
    told = {
        line.event.kind
        for each in (message_id, returned_id)
        for line in ask(world.store, lambda c, key=each: dossier(c, key)).lines
    }
    assert {"came-back", "read"} <= told


def test_p4_what_was_folded_into_a_mail_that_bounced_is_told(world: World) -> None:
    world.send(failure())
    world.clock.advance(minutes=10)
    world.send(failure())
    mail = world.arrived[0].mail
    comes_back(world, dsn(mail), mail.reverse_path)
    assert [subject for subject in world.mailbox() if "once more" in subject]


def test_the_same_bounce_twice_is_told_once(world: World) -> None:
    world.send(failure())
    mail = world.arrived[0].mail
    for _ in range(2):
        comes_back(world, dsn(mail), mail.reverse_path)
    assert len(world.mailbox(OWNER)) == 1
    assert world.fates() == {"bounced": 1, "read": 2}


def test_an_address_that_is_gone_gets_nothing_after_the_third_time(world: World) -> None:
    for number in range(3):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
        mail = world.arrived[-1].mail if number == 0 else _last_to(world, OPS)
        comes_back(world, dsn(mail), mail.reverse_path)
    (made,) = ask(world.store, lambda c: choices.of(c, (OPS,)))
    assert (made.source, made.level) == (Source.BOUNCES, Level.NOTHING)
    assert made.until == world.clock() + timedelta(days=90)
    assert "5.1.1" in made.note
    assert "Nothing more goes to ops@example.org" in world.mailbox(OWNER)
    before = len(world.mailbox())
    world.send(SUCCESS)
    world.send(failure())
    assert len(world.mailbox()) == before
    assert world.mailbox(OWNER)[-1].startswith("[FAILED]")  # P4
    world.clock.advance(days=91)
    world.send(SUCCESS, subject="copy of mail")
    assert len(world.mailbox()) == before + 1


def _last_to(world: World, recipient: str) -> Outgoing:
    return [each.mail for each in world.arrived if each.mail.recipient == recipient][-1]


@pytest.mark.parametrize(
    "reply", ["552 5.2.2 mailbox full", "550 5.7.1 blocked", "451 4.3.0 later", "554 spam"]
)
def test_what_says_nothing_of_the_mailbox_does_not_count_against_it(
    world: World, reply: str
) -> None:
    for number in range(4):
        world.send(SUCCESS, subject=f"copy of {number:x}x")
        mail = _last_to(world, OPS)
        comes_back(world, dsn(mail, reply), mail.reverse_path)
    assert ask(world.store, lambda c: choices.of(c, (OPS,))) == ()
    assert len(ask(world.store, lambda c: suppression.of(c, OPS))) == 4


def test_a_report_that_it_is_only_late_changes_nothing(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    raw = dsn(mail, "451 4.4.1 no answer").replace(b"Action: failed", b"Action: delayed")
    _, sorts = comes_back(world, raw, mail.reverse_path)
    assert sorts == [Sort.NOTED]
    assert world.fates() == {"delivered": 1, "read": 1}
    assert world.mailbox(OWNER) == []


def test_a_complaint_is_the_recipient_s_word(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    raw = complaint(mail.content.decode())
    _, sorts = comes_back(world, raw, mail.reverse_path)
    assert sorts == [Sort.COMPLAINT]
    (made,) = ask(world.store, lambda c: choices.of(c, (OPS,)))
    assert (made.source, made.level) == (Source.COMPLAINT, Level.NOTHING)
    assert str(made.scope).startswith("nightly copy on web01")


def test_a_machine_s_answer_is_kept_and_answered_by_nothing(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    raw = text(
        "From: ops@example.org",
        "Subject: Out of office: I am away",
        "Auto-Submitted: auto-replied",
        "",
        "Until Monday.",
    )
    _, sorts = comes_back(world, raw, mail.reverse_path, "ops@example.org")
    assert sorts == [Sort.AUTO_REPLY]
    assert len(world.arrived) == 1


def test_a_person_s_answer_reaches_who_answers_for_the_host(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    raw = text(
        "From: Olga Example <olga@partner.example>",
        "To: reports@example.org",
        "Subject: Re: nightly copy",
        "In-Reply-To: <1@example.org>",
        "Message-ID: <2@example.org>",
        "Date: Tue, 24 Nov 2026 12:00:00 +0000",
        "",
        "Could you send this to the storage team instead?",
    )
    _, sorts = comes_back(world, raw, mail.reverse_path, "ops@example.org")
    assert sorts == [Sort.REPLY]
    (told,) = [each for each in world.arrived if each.mail.recipient == OWNER]
    assert told.subject == "Re: nightly copy"
    assert told.field("Reply-To") == "olga@partner.example"
    assert b"storage team" in told.mail.content
    assert told.mail.reverse_path == ""  # RFC 5321 s4.5.5: nothing can come back of it
    assert world.fates() == {"delivered": 2}


def test_a_mail_to_the_opt_out_is_enough_whatever_it_says(world: World) -> None:
    world.send(SUCCESS)
    to = opt_out_of(world.arrived[0].mail)
    _, sorts = comes_back(world, text("From: x@y.example", "", ""), to, "x@y.example")
    assert sorts == [Sort.OPT_OUT]
    (made,) = ask(world.store, lambda c: choices.of(c, (OPS,)))
    assert (made.source, made.level) == (Source.MAIL, Level.NOTHING)
    assert "You changed what you get" in world.mailbox()[-1]


def test_a_forged_opt_out_gets_no_answer(world: World) -> None:
    world.send(SUCCESS)
    to = opt_out_of(world.arrived[0].mail)
    forged = to.replace(to.partition("@")[0][-3:] + "@", "aaa@")
    _, sorts = comes_back(world, text("From: x@y.example", "", ""), forged, "x@y.example")
    assert sorts == [Sort.FORGED]
    assert len(world.arrived) == 1
    assert world.fates() == {"delivered": 1, "read": 1}


def test_whoever_has_an_envelope_sender_cannot_fill_the_owner_s_mailbox(world: World) -> None:
    world.send(SUCCESS)
    mail = world.arrived[0].mail
    raw = text("From: spam@example.net", "Subject: Buy", "", "Buy now.")
    for _ in range(25):
        comes_back(world, raw, mail.reverse_path, "spam@example.net")
    assert len(world.mailbox(OWNER)) == 20
    assert world.fates() == {"delivered": 21, "read": 5}


def test_two_relays_that_bounce_at_each_other_end_at_once(world: World) -> None:
    """RFC 5321 s6.1: what tells of a bounce has no envelope sender, so nothing can come back."""
    world.send(failure())
    mail = world.arrived[0].mail
    comes_back(world, dsn(mail), mail.reverse_path)
    notice = _last_to(world, OWNER)
    assert notice.reverse_path == ""
    assert not is_return_address(notice.reverse_path, ADDRESSING)


@pytest.mark.parametrize(
    "change",
    [
        lambda to: to.replace("@bounces.", "@other."),
        lambda to: to.replace("=", "=f", 1),
        lambda to: "x" + to,
        lambda to: to.replace("r+", "r%"),
        lambda to: f"{to.partition('@')[0]}%evil.example@bounces.example.org",
    ],
)
def test_p8_only_what_we_gave_out_is_a_return_address(
    world: World, change: Callable[[str], str]
) -> None:
    world.send(SUCCESS)
    to = world.arrived[0].mail.reverse_path
    assert is_return_address(to.upper(), ADDRESSING)
    assert not is_return_address(change(to), ADDRESSING)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=600), st.integers(0, 3000), st.booleans())
def test_p1_whatever_comes_back_the_account_balances(
    tmp_path_factory: pytest.TempPathFactory, junk: bytes, at: int, whole: bool
) -> None:
    folder, clock = tmp_path_factory.mktemp("junk"), Clock()
    (folder / "now.yaml").write_text(NOW_FOR_ALL)
    with Store(f"sqlite:///{folder / 'relay.db'}", "node", clock) as store:
        world = World(store, clock, folder)
        world.send(failure())
        mail = world.arrived[0].mail
        good = dsn(mail)
        raw = good[:at] + junk + good[at:] if whole else junk
        comes_back(world, replace_line_ends(raw), mail.reverse_path)
        world.fates()


def replace_line_ends(raw: bytes) -> bytes:
    return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
