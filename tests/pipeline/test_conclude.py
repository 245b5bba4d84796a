"""What becomes of a prepared message and of an attempt: pure decisions, no store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from relay.pipeline.addressing import Addressing
from relay.pipeline.conclude import conclude
from relay.pipeline.history import History, Pace
from relay.pipeline.settle import Patience, set_aside, settle
from relay.pipeline.stages import Attempt, Outcome, Settled, State
from relay.pipeline.verp import outgoing_of, reverse_path
from relay.policy.decision import Destination, Reason, Route
from relay.reports.report import Verdict
from tests.store import builders
from tests.store.builders import AWAY, BUSY, DELIVERED, NEVER

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
KEY = b"k" * 32
PATIENCE = Patience(
    first=timedelta(minutes=1), longest=timedelta(seconds=4000), give_up=timedelta(days=5)
)
ADDRESSING = Addressing(
    relay="relay.example.org",
    domain="example.org",
    upstream="smarthost",
    bounce_domain="bounces.example.org",
    verp_key=KEY,
    postmaster="postmaster@example.org",
    owners={"web01": "owner@example.org"},
)
ID = "A" * 16


def concluded(
    *to: tuple[str, str], verdict: Verdict = Verdict.FAILURE, **decision: object
) -> Outcome:
    prepared = builders.prepared(ID)
    destinations = tuple(Destination(recipient=recipient, to=target) for recipient, target in to)
    prepared = replace(
        prepared,
        report=replace(prepared.report, verdict=verdict),
        decision=replace(prepared.decision, destinations=destinations, **decision),
    )
    return conclude(prepared, builders.received(ID, NOW), ADDRESSING, Pace(), History(), NOW)


def attempt(**more: object) -> Attempt:
    mail = concluded(("ops@example.org", "ops@example.org")).outgoing[0]
    return Attempt(
        **{
            "outgoing": mail,
            "number": 1,
            "fence": 1,
            "aging_since": None,
            "started_at": NOW,
            **more,
        }
    )


def settled(result: builders.Result, now: datetime = NOW, **more: object) -> Settled:
    return settle(attempt(**more), result, now, 0.5, PATIENCE, ADDRESSING)


def test_each_destination_gets_one_mail_of_its_own() -> None:
    outcome = concluded(("a@x.org", "a@x.org"), ("b@x.org", "b@x.org"))
    assert [mail.recipient for mail in outcome.outgoing] == ["a@x.org", "b@x.org"]
    assert len({mail.reverse_path for mail in outcome.outgoing}) == 2


def test_p1_two_recipients_that_lead_to_one_person_share_a_mail() -> None:
    outcome = concluded(("root", "ops@x.org"), ("ops@x.org", "ops@x.org"))
    assert len(outcome.outgoing) == 1
    assert outcome.carried_by == (("root", f"{ID}-1"), ("ops@x.org", f"{ID}-1"))


@pytest.mark.parametrize(
    ("verdict", "priority"),
    [("failure", 0), ("unknown", 0), ("warning", 1), ("success", 1), ("none", 1)],
)
def test_p3_failures_and_unknowns_go_first(verdict: str, priority: int) -> None:
    outcome = concluded(("a@x.org", "a@x.org"), verdict=Verdict(verdict))
    assert outcome.outgoing[0].priority == priority


def test_what_policy_holds_is_held_with_its_reason() -> None:
    reasons = (Reason(rule="quiet.yaml", text="held on purpose"),)
    outcome = concluded(("a@x.org", "a@x.org"), route=Route.HOLD, reasons=reasons)
    assert (outcome.outgoing, outcome.held) == ((), "held on purpose")


def test_bounces_go_to_the_owner_unless_it_is_the_owner_who_bounced() -> None:
    outcome = concluded(("a@x.org", "a@x.org"), ("root", "owner@example.org"))
    assert [mail.notice_to for mail in outcome.outgoing] == [
        "owner@example.org",
        "postmaster@example.org",
    ]


def test_a_delivery_is_the_end() -> None:
    assert settled(DELIVERED).state is State.DELIVERED


def test_a_deferral_waits_and_remembers_since_when() -> None:
    first = settled(BUSY)
    assert (first.state, first.aging_since) == (State.QUEUED, NOW)
    assert first.due_at == NOW + timedelta(minutes=1)
    later = settled(BUSY, NOW + timedelta(hours=2), number=5, aging_since=NOW)
    assert later.aging_since == NOW
    assert later.due_at == NOW + timedelta(hours=2, minutes=16)


def test_a_refused_session_does_not_age_the_mail() -> None:
    years = NOW + timedelta(days=800)
    result = settled(AWAY, years, number=999, aging_since=NOW)
    assert (result.state, result.aging_since) == (State.QUEUED, None)
    assert years < result.due_at <= years + timedelta(minutes=2)


def test_five_days_of_deferrals_are_enough() -> None:
    result = settled(BUSY, NOW + timedelta(days=5), number=99, aging_since=NOW)
    assert result.state is State.BOUNCED
    assert result.notice is not None
    assert b"450 busy" in result.notice.content


def test_p1_a_refusal_comes_with_a_notice_to_the_owner() -> None:
    result = settled(NEVER)
    assert result.state is State.BOUNCED
    assert result.notice is not None
    assert (result.notice.recipient, result.notice.reverse_path) == ("owner@example.org", "")
    assert b"550 no such user" in result.notice.content


def test_there_is_never_a_notice_about_a_notice() -> None:
    notice = settled(NEVER).notice
    assert notice is not None
    result = settled(NEVER, outgoing=notice)
    assert (result.state, result.notice) == (State.HELD, None)


def test_what_cannot_be_signed_is_held_not_sent() -> None:
    held = set_aside(attempt(), "the key is gone", NOW)
    assert (held.state, held.event.data["reason"]) == (State.HELD, "the key is gone")


def test_our_reverse_path_names_the_mail_in_any_case() -> None:
    address = reverse_path(f"{ID}-1", "bounces.example.org", KEY)
    assert outgoing_of(address, KEY) == outgoing_of(address.upper(), KEY) == f"{ID}-1"


@pytest.mark.parametrize(
    "forge",
    [
        lambda address: address.replace("-1=", "-2="),
        lambda address: address.replace("=", "=0"),
        lambda address: address.replace("r+", ""),
        lambda _: "r+=@x",
        lambda _: "",
        lambda _: "r+\u0130=\u0131@x",
    ],
)
def test_a_forged_reverse_path_names_nothing(forge: object) -> None:
    assert callable(forge)
    assert outgoing_of(forge(reverse_path(f"{ID}-1", "x.org", KEY)), KEY) is None


def test_a_copy_that_policy_adds_is_a_mail_that_answers_for_no_recipient() -> None:
    outcome = concluded(("a@x.org", "a@x.org"), copies=("watch@x.org", "a@x.org"))
    assert [mail.recipient for mail in outcome.outgoing] == ["a@x.org", "watch@x.org"]
    assert outcome.carried_by == (("a@x.org", f"{ID}-1"),)
