"""Batches that are still to leave: listed, previewed, sent before their time."""

from dataclasses import replace
from pathlib import Path

import pytest

from relay.errors import NotFoundError, RelayError
from relay.mail.parse import parse
from relay.mail.text import read_lines
from relay.pipeline.digest.compose import Rendered
from relay.store import pending
from relay.store.ledger import lines_about
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import OPS, SUCCESS, World, failure
from tests.store.acting import do, made
from tests.store.builders import ask, received


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path: Path) -> World:
    return made(store, clock, tmp_path)


def preview(world: World, recipient: str = OPS, name: str | None = None) -> Rendered:
    return ask(world.store, lambda c: pending.preview(c, recipient, name, world.clock(), "UTC"))


def test_what_waits_is_listed_by_when_it_leaves(world: World) -> None:
    for _ in range(3):
        world.send(SUCCESS)
    world.send(failure(), subject="copy of /home")
    world.send(failure(), subject="copy of /home")
    found = ask(world.store, pending.pending)
    assert [(each.kind, each.name, each.reports) for each in found] == [
        ("repeat", "0000000000000004", 1),
        ("digest", "daily", 3),
    ]
    assert found[1].due_at.hour == 7


def test_a_preview_is_what_leaves_then_and_changes_nothing(world: World) -> None:
    world.send(SUCCESS)
    world.send(failure(), subject="copy of /home")
    shown = preview(world)
    assert shown == preview(world, OPS.upper(), "Daily")
    assert world.fates()["waiting"] == 1
    world.advance(days=1)
    left = next(each for each in world.arrived if each.mail.kind == "digest")
    assert left.subject == shown.subject == "[1 OPEN, 1 OK] daily, 25 Nov"
    assert "It leaves daily at 07:00." in shown.text
    assert shown.html.startswith("<!DOCTYPE html>")
    mail = parse(replace(received("X", left.at), raw=left.mail.content))
    lines = list(read_lines(mail))
    previewed = [line.rstrip() for line in shown.text.splitlines()]
    assert lines[: len(previewed)] == previewed  # how to get less is the recipient's own


def test_a_reminder_can_be_previewed_by_the_name_of_its_incident(world: World) -> None:
    incident = world.send(failure())
    world.send(failure())
    shown = preview(world, name=incident)
    assert "once more, since 24 Nov 12:00" in shown.subject
    assert "gone wrong 1 more time(s)" in shown.text
    assert shown.html == ""


def test_sent_at_once_a_digest_says_why_and_the_ledger_keeps_the_reason(world: World) -> None:
    message_id = world.send(SUCCESS)
    (batch_id,) = do(world, "digest send", recipient=OPS, name=None, reason="audit today")
    assert batch_id.startswith(f"digest-daily-{OPS}-")
    assert world.fates() == {"digested": 1}
    assert (
        b"Why now: The operator had it sent at once: audit today." in world.arrived[0].mail.content
    )
    events = [line.event for line in ask(world.store, lambda c: lines_about(c, message_id))]
    (hastened,) = [event for event in events if event.kind == "hastened"]
    assert hastened.data["reason"] == "audit today"


def test_a_full_digest_says_so(world: World) -> None:
    (world.folder / "waits.yaml").write_text(
        "rules:\n  - name: two at most\n    then:\n      route: digest\n"
        "      digest: {name: pairs, at: daily at 07:00, most: 2}\n"
    )
    small = World(world.store, world.clock, world.folder)
    small.send(SUCCESS)
    small.send(SUCCESS)
    (arrived,) = small.arrived
    assert b"Why now: 2 reports were waiting, and no more fit." in arrived.mail.content


def test_where_nothing_is_meant_that_is_said_with_what_there_is(world: World) -> None:
    with pytest.raises(NotFoundError, match=f"no digest waits for {OPS}$"):
        preview(world)
    incident = world.send(failure())
    world.send(failure())
    with pytest.raises(NotFoundError, match=rf"--name may be {incident} \(repeat\)"):
        do(world, "digest send", recipient=OPS, name=None, reason="now")


def test_of_several_digests_one_must_be_named(world: World) -> None:
    world.send(SUCCESS)
    (world.folder / "waits.yaml").write_text(
        "rules:\n  - name: hourly\n    then:\n      route: digest\n"
        "      digest: {name: hourly, at: every 1 hour}\n"
    )
    other = World(world.store, world.clock, world.folder)
    other._ids = world._ids
    other.send(SUCCESS)
    with pytest.raises(RelayError, match=f"several digests wait for {OPS}: hourly, daily"):
        preview(other)
    assert "hourly" in preview(other, name="hourly").subject
