"""A backtest can be believed: a replay tells what the relay itself did with the same mail."""

import random
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from relay.pipeline.replay import replay
from relay.pipeline.stages import OutgoingKind
from relay.store import kept
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow.world import ADDRESSING, PACE, SHIPPED, SUCCESS, World, failure
from tests.store.builders import ask

BODIES = (SUCCESS, SUCCESS, SUCCESS, failure(), failure(), failure(30, "timeout"), "all done\n")


def some_weeks(world: World, seed: int) -> None:
    """Six jobs that report now and then, in good times and bad, one of them in floods."""
    chance = random.Random(seed)
    for _ in range(120):
        job = f"copy of /srv/{chance.choice('abcde')}"
        body = chance.choice(BODIES)
        world.send(body, "root", subject=job, host=chance.choice(("web01", "db07")))
        world.advance(minutes=chance.choice((1, 7, 90, 600)))
        if chance.random() < 0.03:
            for _ in range(PACE.most + 5):
                world.send(SUCCESS, "flood@example.org", subject="flood")
    world.advance(days=40)


@pytest.mark.parametrize("policies", ["shipped", "strict", "quiet"])
def test_a_replay_is_what_really_happened(
    store: Store, clock: Clock, policies: str, tmp_path: Path
) -> None:
    folder = SHIPPED
    if policies != "shipped":
        folder = tmp_path
        for path in (SHIPPED / f"optional/{policies}.yaml", SHIPPED / "default.yaml"):
            (folder / path.name).write_text(path.read_text())
    world = World(store, clock, folder)
    begin = clock()
    some_weeks(world, seed=len(policies))
    really = [each for each in world.arrived if each.mail.kind is not OutgoingKind.MISSING]
    found = replay(kept.each(store.url, begin), world.rules, ADDRESSING, PACE)
    assert found.mails == dict(Counter(each.mail.recipient for each in really))
    first = {
        (each.mail.message_id, each.mail.recipient): each.at
        for each in really
        if each.mail.kind is OutgoingKind.REPORT
    }
    assert len(first) > 30
    assert {
        (told.message_id, recipient): copy.at
        for told in found.told.values()
        for recipient, copy in told.copies.items()
        if copy.way == "a mail of its own"
    } == first


def test_kept_mail_is_read_page_by_page_in_the_order_of_acceptance(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kept, "_PAGE", 3)
    world = World(store, clock)
    begin = clock()
    sent = []
    for number in range(10):
        sent.append(world.send(SUCCESS, "root", "ada@example.com"))
        clock.time += timedelta(minutes=number % 2)
    found = list(kept.each(store.url, begin))
    assert [each.id for each in found] == sent
    assert [each.address for each in found[0].envelope.recipients] == ["root", "ada@example.com"]
    assert found[0].at == begin
    later = begin + timedelta(minutes=3)
    counted = ask(store, lambda connection: kept.count(connection, later))
    assert counted.kept == counted.accepted == len(list(kept.each(store.url, later)))
