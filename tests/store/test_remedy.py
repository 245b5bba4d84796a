"""The steps of a remedy on a real store: each does what it says, `why` tells it, it goes back."""

from datetime import timedelta

import pytest

from relay.errors import NotFoundError, RelayError
from relay.pipeline.quota import UNLIMITED
from relay.pipeline.remedy import (
    PROCEDURE,
    Remedy,
    Situation,
    Step,
    may_rotate,
    next_spare,
    pace,
    prospects,
)
from relay.pipeline.stages import Attempt
from relay.pipeline.story import tell
from relay.reputation.cause import Cause
from relay.reputation.state import State
from relay.reputation.weather import Weather
from relay.store import outbox
from relay.store.acts import perform
from relay.store.balance import balance
from relay.store.situation import in_force, report, situation, stale
from relay.store.store import Store
from relay.store.views import dossier
from tests.conftest import Clock
from tests.flow.world import OPS, SUCCESS, World, failure
from tests.store.builders import ask
from tests.store.test_weather import LEASE

WHY = "blocked since noon"


@pytest.fixture
def waits(store: Store, clock: Clock, tmp_path_factory: pytest.TempPathFactory) -> World:
    """Five successes of five jobs and a failure wait: the upstream is away."""
    folder = tmp_path_factory.mktemp("policies")
    (folder / "now.yaml").write_text("rules:\n  - name: all\n    then: {route: now}\n")
    world = World(store, clock, folder)
    world.away = True
    for number in range(5):
        world.send(SUCCESS, subject=f"copy of /srv/{number}")
    world.send(failure(), subject="copy of /srv/bad")
    return world


def do(world: World, step: str, given: str | None = None, undo: str | None = None) -> list[str]:
    arguments = {"upstream": "smarthost", "step": step, "reason": WHY, "given": given, "undo": undo}
    return world.store.write_now(lambda tx: perform(tx, "remedy", arguments))


def seen(world: World) -> Situation:
    return ask(world.store, lambda c: situation(c, "smarthost", world.clock(), ("other",)))


def claimed(world: World, upstream: str = "smarthost", limit: int = 50) -> list[Attempt]:
    return world.store.write_now(
        lambda tx: outbox.claim_attempts(tx, upstream, limit, LEASE, timedelta(minutes=1))
    )


def test_every_step_is_shown_with_its_count_and_changes_nothing(waits: World) -> None:
    before = waits.fates()
    found = {each.step: each for each in prospects(seen(waits), waits.clock())}
    assert list(found) == [each.step for each in PROCEDURE] == list(Step)
    assert (found[Step.PRESS].count, found[Step.HOLD].count) == (5, 5)
    assert found[Step.OTHER].count == 6
    assert found[Step.ROTATE].refused is not None
    assert waits.fates() == before


def test_slow_is_obeyed_keeps_a_fifth_for_failures_and_goes_back(waits: World) -> None:
    do(waits, "slow", "5")
    first = claimed(waits)
    assert len(first) == 4, "the fifth is kept for a failure"
    assert any(each.outgoing.priority == 0 for each in first)
    assert claimed(waits) == []
    do(waits, "slow", undo="undo")
    assert len(claimed(waits)) == 2


def test_hold_leaves_the_failure_and_goes_back(waits: World) -> None:
    assert do(waits, "hold") == ["5 mails are held"]
    assert waits.fates() == {"held": 5, "in_flight": 1}
    with pytest.raises(NotFoundError):
        do(waits, "hold")
    waits.away = False
    waits.work()
    assert [each for each in waits.mailbox() if "FAILED" in each] == waits.mailbox()
    do(waits, "hold", undo="undo")
    waits.work()
    assert waits.fates() == {"delivered": 6}


def test_press_makes_one_mail_of_what_may_wait_and_goes_back(waits: World) -> None:
    do(waits, "press")
    assert waits.fates() == {"waiting": 5, "in_flight": 1}
    do(waits, "press", undo="undo")
    waits.away = False
    waits.work()
    assert waits.fates() == {"digested": 5, "delivered": 1}
    assert len(waits.mailbox()) == 2


def test_clear_takes_only_stale_successes_that_were_exported_and_goes_back(waits: World) -> None:
    assert ask(waits.store, lambda c: stale(c, "smarthost", waits.clock())) == []
    waits.clock.advance(hours=25)
    ids = ask(waits.store, lambda c: stale(c, "smarthost", waits.clock()))
    assert len(ids) == 5
    bad = f"{6:016}-1"
    assert do(waits, "clear", ",".join((*ids[:3], bad))) == ["3 mails are given up"]
    assert waits.fates() == {"dropped": 3, "in_flight": 3}
    assert do(waits, "clear", undo="undo") == ["3 mails wait again"]
    assert waits.fates() == {"in_flight": 6}
    waits.away = False
    waits.work()
    assert waits.fates() == {"delivered": 6}


def test_another_upstream_takes_the_mail_until_that_is_taken_back(waits: World) -> None:
    do(waits, "other", "other")
    assert claimed(waits) == []
    moved = claimed(waits, "other", limit=4)
    assert len(moved) == 4
    assert {each.outgoing.upstream for each in moved} == {"other"}
    do(waits, "other", undo="undo")
    assert claimed(waits, "other") == []
    assert len(claimed(waits)) == 2
    first = moved[0].outgoing.message_id
    found = ask(waits.store, lambda connection: dossier(connection, first))
    told = " ".join(tell([(each.at, each.event) for each in found.lines], found.mails))
    assert f"leaves by other, by the operator's word: {WHY}" in told


def test_another_upstream_must_not_lead_in_a_circle(waits: World) -> None:
    for given in (None, "smarthost"):
        with pytest.raises(RelayError):
            do(waits, "other", given)
    do(waits, "other", "other")
    arguments = {"upstream": "other", "step": "other", "reason": WHY, "given": "smarthost"}
    with pytest.raises(RelayError):
        waits.store.write_now(lambda tx: perform(tx, "remedy", arguments))


def test_verify_lets_one_mail_try_although_all_take_another_way(waits: World) -> None:
    do(waits, "other", "other")
    do(waits, "verify")
    (probe,) = claimed(waits)
    assert probe.outgoing.recipient == OPS
    assert probe.outgoing.priority == 1, "no failure is a guinea pig"
    assert claimed(waits) == []


def test_ramp_releases_ends_the_detour_and_doubles_the_pace(waits: World) -> None:
    do(waits, "slow", "1")
    do(waits, "hold")
    do(waits, "other", "other")
    do(waits, "ramp")
    (force,) = ask(waits.store, in_force).values()
    assert (force.divert_to, force.per_minute) == (None, 1)
    assert len(claimed(waits)) == 1
    waits.clock.advance(minutes=21)
    assert len(claimed(waits)) == 4
    assert ask(waits.store, balance).holds


def test_the_report_tells_every_step_with_its_reason(waits: World) -> None:
    do(waits, "slow", "5")
    do(waits, "hold")
    do(waits, "hold", undo="undo")
    lines = ask(waits.store, lambda connection: report(connection, "smarthost"))
    told = list(tell([(each.at, each.event) for each in lines], ()))
    assert len(told) == 3
    assert "step hold, taken back: 5 mails are released" in told[2]
    found = ask(waits.store, lambda connection: dossier(connection, f"{1:016}"))
    story = " ".join(tell([(each.at, each.event) for each in found.lines], found.mails))
    assert "step slow: smarthost gets 5 mails a minute" in story
    assert f"held by the operator: remedy of smarthost: {WHY}" in story


@pytest.mark.parametrize("step", ["cause", "report", "nonsense"])
def test_a_step_that_does_nothing_is_refused(waits: World, step: str) -> None:
    with pytest.raises(RelayError, match="no step that does anything"):
        do(waits, step)


def test_a_reason_is_asked_for(waits: World) -> None:
    arguments = {"upstream": "smarthost", "step": "slow", "reason": "  "}
    with pytest.raises(RelayError, match="reason"):
        waits.store.write_now(lambda tx: perform(tx, "remedy", arguments))


def test_a_pace_that_ramps_doubles_and_is_lifted_in_the_end(clock: Clock) -> None:
    remedy = Remedy(upstream="a", at=clock(), reason=WHY, per_minute=3)
    assert pace(remedy, clock() + timedelta(days=9)) == 3
    ramping = Remedy(upstream="a", at=clock(), reason=WHY, per_minute=3, ramp_since=clock())
    paces = [pace(ramping, clock() + timedelta(minutes=10 * n)) for n in range(7)]
    assert paces == [3, 6, 12, 24, 48, 96, None]
    assert UNLIMITED.per_minute is None


def test_the_address_changes_last_capped_and_gated(clock: Clock) -> None:
    now = clock()

    def refused(state: State = State.BLOCKED, cause: Cause = Cause.LISTED, **force: object) -> str:
        fields = {"per_minute": 5, "upstream": "a", "at": now, "reason": WHY} | force
        found = Situation(
            upstream="a",
            weather=Weather(state=state, since=now, checked_at=now, cause=cause),
            remedy=Remedy(**fields),  # type: ignore[arg-type]
            spares=("192.0.2.2", "192.0.2.3"),
        )
        return may_rotate(found, now) or next_spare(found) or ""

    assert refused() == "192.0.2.2"
    assert refused(source_address="192.0.2.2") == "192.0.2.3"
    assert "not blocked" in refused(State.STRAINED)
    assert "do not blame" in refused(cause=Cause.AUTHENTICATION)
    assert "slow comes first" in refused(per_minute=None)
    assert "once a week" in refused(rotated_at=now - timedelta(days=6))
    assert refused(rotated_at=now - timedelta(days=8)) == "192.0.2.2"
    assert "no spare" in refused(source_address="192.0.2.3")
