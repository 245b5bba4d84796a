"""Whose turn it is, and who stands in for whom, on both engines."""

from datetime import timedelta

import pytest

from relay.pipeline.quota import Quota, WarmUp
from relay.pipeline.routing import Cover
from relay.pipeline.stages import Attempt, Deferred, Phase
from relay.store import outbox, queue, views
from relay.store.balance import balance
from relay.store.store import Store
from tests.conftest import Clock
from tests.store.builders import (
    AWAY,
    BUSY,
    DELIVERED,
    ask,
    concluded,
    outcome,
    outgoing,
    received,
    settled,
)

LEASE = timedelta(minutes=2)
CRASH_DELAY = timedelta(minutes=1)
STAND_IN = (Cover(name="smarthost", after=timedelta(minutes=2)),)
LOST = Deferred(phase=Phase.FINAL, code=None, reply="lost", remote="", uncertain=True)


def send(store: Store, clock: Clock, message_id: str, host: str = "web01", **more: object) -> None:
    """Bring a message of `host` into the outbox, with one mail."""
    message_id = full(message_id)
    accepted = received(message_id, clock())
    origin = type(accepted.origin)(host=host, address="127.0.0.1", helo=host)
    accepted = type(accepted)(
        id=message_id, raw=accepted.raw, envelope=accepted.envelope, origin=origin, at=clock()
    )
    mail = outgoing(message_id, 1, "ops@example.org", clock(), **more)
    store.write_now(lambda tx: queue.accept(tx, accepted))
    (claimed,) = store.write_now(lambda tx: queue.claim_messages(tx, 1, LEASE))
    store.write_now(lambda tx: concluded(tx, outcome(message_id, mail), claimed.fence))


def claim(
    store: Store, limit: int = 10, upstream: str = "smarthost", **terms: object
) -> list[Attempt]:
    given = outbox.Terms(**terms)
    return store.write_now(
        lambda tx: outbox.claim_attempts(tx, upstream, limit, LEASE, CRASH_DELAY, terms=given)
    )


def names(attempts: list[Attempt]) -> list[str]:
    return [attempt.outgoing.message_id.lstrip("0").lower() for attempt in attempts]


def full(name: str) -> str:
    return name.upper().rjust(16, "0")


def settle(store: Store, clock: Clock, attempt: Attempt, result: object, **more: object) -> None:
    what = settled(attempt, result, more.pop("due_at", clock()), **more)
    assert store.write_now(lambda tx: outbox.settle(tx, what, b""))


def test_hosts_take_turns_however_much_one_has_waiting(store: Store, clock: Clock) -> None:
    for number in range(6):
        send(store, clock, f"a{number}", "loud")
    for number in range(2):
        send(store, clock, f"b{number}", "quiet")
    assert names(claim(store, 3)) in (
        ["a0", "b0", "a1"],
        ["b0", "a0", "a1"],
        ["b0", "a0", "b1"],
        ["a0", "b0", "b1"],
    )
    assert set(names(claim(store, 1))) < {"a1", "b1"}
    assert names(claim(store))[-3:] == ["a3", "a4", "a5"]


def test_a_quiet_host_has_saved_nothing_up(store: Store, clock: Clock) -> None:
    for number in range(4):
        send(store, clock, f"a{number}", "loud")
    assert names(claim(store, 2)) == ["a0", "a1"]
    for number in range(2):
        send(store, clock, f"b{number}", "quiet")
    order = names(claim(store))
    assert set(order[:2]) == {"a2", "b0"}
    assert set(order[2:]) == {"a3", "b1"}


def test_an_urgent_mail_takes_no_turns_with_what_can_wait(store: Store, clock: Clock) -> None:
    for number in range(3):
        send(store, clock, f"a{number}", "loud")
    send(store, clock, "f", "loud", priority=0)
    assert names(claim(store, 2)) == ["f", "a0"]


def test_what_is_new_goes_before_retries_but_for_now_and_then(store: Store, clock: Clock) -> None:
    for number in range(2):
        send(store, clock, f"a{number}")
    for attempt in claim(store):
        settle(store, clock, attempt, BUSY)
    for number in range(2):
        send(store, clock, f"b{number}")
    assert names(claim(store, 1)) == ["b0"]
    assert names(claim(store, 1, old_first=True)) == ["a0"]
    assert names(claim(store, 3)) == ["b1", "a1"]


def hold(store: Store, clock: Clock) -> None:
    """Let the session be refused, by a mail that then waits."""
    send(store, clock, "p")
    (attempt,) = claim(store)
    settle(store, clock, attempt, AWAY, due_at=clock() + timedelta(minutes=1))


def test_what_a_held_upstream_cannot_send_leaves_by_its_stand_in_with_its_identity(
    store: Store, clock: Clock
) -> None:
    hold(store, clock)
    send(store, clock, "f", priority=0)
    clock.advance(seconds=110)
    assert claim(store, upstream="other", duties=STAND_IN) == []
    clock.advance(seconds=20)
    taken = claim(store, upstream="other", duties=STAND_IN)
    assert names(taken) == ["f", "p"]
    assert [each.outgoing.upstream for each in taken] == ["other"] * 2
    assert (taken[0].outgoing.id, taken[0].number) == (f"{full('f')}-1", 1)
    assert not taken[0].probe
    for attempt in taken:
        settle(store, clock, attempt, DELIVERED)
    told = ask(store, lambda c: views.dossier(c, full("p")))
    assert [each["upstream"] for each in told.attempts] == ["smarthost", "other"]
    moved = next(line.event for line in told.lines if line.event.kind == "moved")
    assert (moved.data["from"], moved.data["to"]) == ("smarthost", "other")
    assert ask(store, balance).holds


def test_nobody_stands_in_while_the_upstream_works(store: Store, clock: Clock) -> None:
    send(store, clock, "a")
    clock.advance(hours=1)
    assert claim(store, upstream="other", duties=STAND_IN) == []


def test_new_mail_returns_when_a_probe_comes_through(store: Store, clock: Clock) -> None:
    hold(store, clock)
    clock.advance(minutes=5)
    (probe,) = claim(store, backed=True)
    assert probe.probe
    settle(store, clock, probe, DELIVERED)
    send(store, clock, "n")
    assert claim(store, upstream="other", duties=STAND_IN) == []
    assert names(claim(store)) == ["n"]


def test_a_failure_is_no_probe_where_another_can_take_it(store: Store, clock: Clock) -> None:
    hold(store, clock)
    send(store, clock, "f", priority=0)
    clock.advance(minutes=5)
    assert names(claim(store, backed=True)) == ["p"]


@pytest.mark.parametrize("lost", [True, False])
def test_what_may_have_been_delivered_is_not_moved_soon(
    store: Store, clock: Clock, lost: bool
) -> None:
    send(store, clock, "u")
    (attempt,) = claim(store)
    if lost:  # the process died in the middle
        clock.advance(minutes=3)
    else:
        settle(store, clock, attempt, LOST)
    send(store, clock, "q")
    hold_by(store, clock, "q")
    clock.advance(minutes=10)
    assert names(claim(store, upstream="other", duties=STAND_IN)) == ["q"]
    clock.advance(hours=1)
    assert "u" in names(claim(store, upstream="other", duties=STAND_IN))


def hold_by(store: Store, clock: Clock, name: str) -> None:
    (attempt,) = claim(store, 1)
    assert names([attempt]) == [name]
    settle(store, clock, attempt, AWAY, due_at=clock() + timedelta(minutes=1))


def test_a_new_address_sends_few_mails_on_its_first_day(store: Store, clock: Clock) -> None:
    growing = Quota(warm_up=WarmUp(start=2, double_every=timedelta(days=1)))
    for number in range(9):
        send(store, clock, f"a{number}")
    assert names(claim(store, quota=growing)) == ["a0", "a1"]
    assert claim(store, quota=growing) == []
    clock.advance(hours=25)
    assert len(claim(store, quota=growing)) == 4
