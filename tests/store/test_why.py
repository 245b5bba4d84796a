"""P9: `relay why` and `relay list` of reports that wait, or left with others."""

from datetime import timedelta
from pathlib import Path

import pytest

from relay.pipeline.story import tell
from relay.store.store import Store
from relay.store.views import dossier, recent
from tests.conftest import Clock
from tests.flow.world import OPS, SUCCESS, World, failure
from tests.store.acting import do, made
from tests.store.builders import ask


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path: Path) -> World:
    return made(store, clock, tmp_path)


def why(world: World, message_id: str) -> str:
    found = ask(world.store, lambda c: dossier(c, message_id))
    lines = [(line.at, line.event) for line in found.lines]
    return "\n".join(tell(lines, found.mails, found.batches))


def at(world: World, **later: float) -> str:
    return f"{(world.clock() + timedelta(**later)).astimezone():%Y-%m-%d %H:%M:%S}"


def test_a_report_that_waits_says_in_what_until_when_and_with_how_many(world: World) -> None:
    first = world.send(SUCCESS)
    world.send(SUCCESS)
    due = at(world, hours=19)
    story = why(world, first)
    assert "To its job: it went well, as before." in story
    assert f"For {OPS} it waits for the digest, due at {due} (daily at 07:00)." in story
    assert f"next: the digest to {OPS} leaves at {due} with 2 reports (daily at 07:00)" in story


def test_of_a_digest_each_of_its_reports_tells_the_delivery(world: World) -> None:
    first, second = world.send(SUCCESS), world.send(SUCCESS)
    world.advance(days=1)
    for message_id in (first, second):
        story = why(world, message_id)
        assert f"It left for {OPS} in the digest, {second}-D" in story
        assert f"for {OPS}: delivered in attempt 1 by smarthost" in story
        assert "next:" not in story


def test_news_and_repeats_say_to_which_incident_they_belong(world: World) -> None:
    first, second = world.send(failure()), world.send(failure())
    assert "it went wrong, which is news; it opens an incident." in why(world, first)
    assert f"Sent to {OPS} at once, as {first}-1." in why(world, first)
    story = why(world, second)
    assert f"as has been told already; number 2 in the incident that {first} opened." in story
    assert f"next: the reminder to {OPS} leaves at {at(world, hours=4)} with 1 report" in story
    third = world.send(SUCCESS)
    assert f"ends the incident that {first} opened, after 2 bad report(s)" in why(world, third)
    assert f"It was told to {OPS} by {third}-1, instead of by the reminder" in why(world, second)


def test_a_silenced_report_tells_who_silenced_it_and_why(world: World) -> None:
    until = world.clock() + timedelta(hours=2)
    asked = {"host": "web01", "job": "*", "author": "anna", "reason": "new disk"}
    do(world, "silence add", until=until.isoformat(), **asked)
    message_id = world.send(failure())
    story = why(world, message_id)
    assert "anna silenced the jobs * of the hosts web01 until" in story
    assert f"next: the account of a silence to {OPS} leaves at {at(world, hours=2)}" in story
    do(world, "silence end", silence="S1", reason="disk is in")
    assert "The silence S1 was ended by the operator: disk is in." in why(world, message_id)
    assert "in the account of a silence" in why(world, message_id)


def test_what_the_operator_did_to_its_job_and_digest_is_told(world: World) -> None:
    message_id = world.send(SUCCESS)
    named = {"host": "web01", "job": "nightly"}
    for when in ("daily by 06:00", "none", "learned"):
        do(world, "jobs expect", when=when, zone="UTC", **named)
    do(world, "digest send", recipient=OPS, name="daily", reason="audit")
    do(world, "jobs forget", reason="sold", **named)
    story = why(world, message_id)
    for sentence in (
        "of web01.acme.example: its reports are expected daily by 06:00.",
        "no report is expected of it.",
        "its reports are expected by rule or rhythm again.",
        f"The operator had it sent at once: audit. So the digest to {OPS} falls due now.",
        "was retired by the operator: sold.",
    ):
        assert sentence in story


def test_the_list_shows_where_each_recipient_is(world: World) -> None:
    world.send(SUCCESS, "a@example.org", "b@example.org")
    world.send(failure())
    fates = [row["fates"] for row in ask(world.store, lambda c: recent(c, 5))]
    assert fates == [["delivered"], ["waiting", "waiting"]]
    world.advance(days=1)
    fates = [row["fates"] for row in ask(world.store, lambda c: recent(c, 5))]
    assert fates[-1] == ["digested", "digested"]
