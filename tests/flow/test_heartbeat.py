"""A digest that comes with nothing in it, on time and once, where policy wants the heartbeat."""

from datetime import timedelta
from pathlib import Path

import pytest

from relay.pipeline.stages import OutgoingKind
from relay.store import batches
from relay.store.pending import pending, preview
from relay.store.store import Store
from relay.store.views import dossier, final
from tests.conftest import Clock
from tests.flow.doomed import POINTS
from tests.flow.test_crashes import crash
from tests.flow.world import OPS, SUCCESS, World
from tests.store.builders import ask

_RULES = """
rules:
  - name: what went well
    match: {{verdict: success}}
    then: {{route: digest, digest: {{at: "daily at 07:00", heartbeat: {heartbeat}}}}}
"""


def folder_with(path: Path, heartbeat: str) -> Path:
    path.mkdir(exist_ok=True)
    (path / "rules.yaml").write_text(_RULES.format(heartbeat=heartbeat))
    return path


@pytest.fixture
def world(store: Store, clock: Clock, tmp_path: Path) -> World:
    return World(store, clock, folder_with(tmp_path / "policies", "true"))


def digests(world: World) -> list[str]:
    found = [each for each in world.arrived if each.mail.kind is OutgoingKind.DIGEST]
    return [f"{each.at:%d %H:%M} {each.subject}" for each in found]


def test_the_digest_comes_each_day_with_nothing_in_it_too(world: World) -> None:
    world.send(SUCCESS)
    world.advance(days=3)
    assert digests(world) == [
        "25 07:00 [1 OK] daily, 25 Nov",
        "26 07:00 [NO REPORTS] daily, 26 Nov",
        "27 07:00 [NO REPORTS] daily, 27 Nov",
    ]
    assert b"also with nothing in it, as the policy" in world.arrived[-1].mail.content
    assert world.fates() == {"digested": 1}


def test_reports_join_the_empty_one(world: World) -> None:
    world.send(SUCCESS)
    world.advance(days=1)
    world.send(SUCCESS)
    world.send(SUCCESS, subject="another copy")
    world.advance(days=1)
    assert digests(world)[-1] == "26 07:00 [2 OK] daily, 26 Nov"
    assert world.fates() == {"digested": 3}


def test_an_empty_one_is_listed_and_can_be_looked_at(world: World) -> None:
    world.send(SUCCESS)
    world.advance(days=1)
    (waiting,) = ask(world.store, pending)
    assert waiting.reports == 0
    shown = ask(world.store, lambda c: preview(c, OPS, None, world.clock(), "UTC"))
    assert shown.subject == "[NO REPORTS] daily, 26 Nov"


def test_p9_an_empty_one_is_no_part_of_a_report_s_story(world: World) -> None:
    message_id = world.send(SUCCESS)
    world.advance(days=3)
    told, *empty = [each.mail.id for each in world.arrived]
    found = ask(world.store, lambda c: dossier(c, message_id))
    assert [mail["id"] for mail in found.mails] == [told]
    assert ask(world.store, lambda c: final(c, message_id)) == world.arrived[0].mail.content
    for mail_id in empty:
        found = ask(world.store, lambda c, key=mail_id: dossier(c, key))
        assert mail_id in [mail["id"] for mail in found.mails]


def test_without_the_order_nothing_comes(store: Store, clock: Clock, tmp_path: Path) -> None:
    world = World(store, clock, folder_with(tmp_path / "policies", "false"))
    world.send(SUCCESS)
    world.advance(days=3)
    assert len(digests(world)) == 1


def test_a_report_brings_the_news_that_policy_wants_it_no_more(world: World) -> None:
    world.send(SUCCESS)
    world.advance(days=1)
    folder_with(world.folder, "false")
    world.start()
    world.send(SUCCESS)
    world.advance(days=3)
    assert len(digests(world)) == 2


def test_it_ends_a_month_after_the_last_report_and_says_so(world: World) -> None:
    world.send(SUCCESS)
    world.advance(days=60)
    assert len(digests(world)) == 32
    assert b"The next one comes: when there are new reports" in world.arrived[-1].mail.content


def test_a_clock_set_back_brings_none_twice(world: World) -> None:
    world.send(SUCCESS)
    world.advance(days=1)
    world.clock.time -= timedelta(hours=6)
    world.work()
    world.advance(days=1)
    assert [each[:8] for each in digests(world)] == ["25 07:00"]
    world.advance(hours=1)
    assert [each[:8] for each in digests(world)] == ["25 07:00", "26 07:00"]


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_closing_brings_one_a_day_all_the_same(
    store_url: str, clock: Clock, tmp_path: Path, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(
        Store(store_url, "node-a", clock).__enter__(), clock, folder_with(tmp_path / "p", "true")
    )
    world.send(SUCCESS)
    with crash(world, point, monkeypatch, store_url):
        world.work()
        world.advance(days=3)
        assert [each[:2] for each in digests(world)] == ["25", "26", "27", "28"]


def test_the_account_notices_if_the_next_is_not_opened(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_open_empty", lambda *_: None)
    world.send(SUCCESS)
    world.advance(days=3)
    assert [each[:2] for each in digests(world)] == ["25"]
