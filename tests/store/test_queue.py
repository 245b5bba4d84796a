"""Accepting, claiming and concluding messages, on both engines."""

from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from relay.store import lease, queue, views
from relay.store.backlog import waiting
from relay.store.balance import balance
from relay.store.store import Store
from tests.conftest import Clock
from tests.store.builders import ask, concluded, outcome, outgoing, received

LEASE = timedelta(minutes=2)


def claim(store: Store, limit: int = 10) -> list[queue.ClaimedMessage]:
    return store.write_now(lambda tx: queue.claim_messages(tx, limit, LEASE))


def accept(store: Store, clock: Clock, message_id: str, *recipients: str) -> None:
    store.write_now(lambda tx: queue.accept(tx, received(message_id, clock(), *recipients)))


def test_p5_an_accepted_message_comes_back_byte_for_byte(store: Store, clock: Clock) -> None:
    message = received("A" * 16, clock(), "ops@example.org", "root")
    store.write_now(lambda tx: queue.accept(tx, message))
    assert ask(store, lambda c: views.original(c, "a" * 16)) == message.raw
    assert claim(store)[0].received == message


def test_a_claimed_message_is_nobody_elses(store: Store, clock: Clock) -> None:
    accept(store, clock, "A" * 16)
    assert len(claim(store)) == 1
    assert claim(store) == []


def test_a_message_comes_back_when_its_lease_has_run_out(store: Store, clock: Clock) -> None:
    accept(store, clock, "A" * 16)
    (first,) = claim(store)
    clock.advance(minutes=2)
    (second,) = claim(store)
    assert second.fence == first.fence + 1


def test_a_result_under_an_old_fence_is_discarded(store: Store, clock: Clock) -> None:
    accept(store, clock, "A" * 16)
    (slow,) = claim(store)
    clock.advance(minutes=3)
    (quick,) = claim(store)
    result = outcome("A" * 16, outgoing("A" * 16, 1, "ops@example.org", clock()))
    assert store.write_now(lambda tx: concluded(tx, result, quick.fence))
    assert not store.write_now(lambda tx: concluded(tx, result, slow.fence))
    assert ask(store, balance).fates["in_flight"] == 1


def test_leases_of_a_dead_process_are_returned_at_the_start(store: Store, clock: Clock) -> None:
    accept(store, clock, "A" * 16)
    (dead,) = claim(store)
    store.write_now(lease.return_all)
    (alive,) = claim(store)
    assert alive.fence > dead.fence


def test_messages_are_claimed_oldest_first_up_to_the_limit(store: Store, clock: Clock) -> None:
    for name in "CAB":
        accept(store, clock, name * 16)
        clock.advance(seconds=1)
    assert [each.received.id[0] for each in claim(store, limit=2)] == ["C", "A"]


def test_a_second_message_of_the_same_id_is_refused(store: Store, clock: Clock) -> None:
    accept(store, clock, "A" * 16)
    with pytest.raises(IntegrityError):
        accept(store, clock, "A" * 16)
    assert ask(store, balance).accepted == 1


def test_the_third_crash_holds_a_message_in_sight(store: Store, clock: Clock) -> None:
    accept(store, clock, "A" * 16)
    for crash in range(3):
        (message,) = claim(store)
        assert message.crashes == crash
        hold = crash == 2
        store.write_now(lambda tx, m=message, h=hold: queue.count_crash(tx, m, "died", h))
    assert claim(store) == []
    assert ask(store, balance).fates["held"] == 1
    assert [each.state for each in ask(store, lambda c: waiting(c, 10))] == ["held"]


def test_one_failing_piece_of_work_does_not_take_its_group_along(
    store: Store, clock: Clock
) -> None:
    accept(store, clock, "A" * 16)
    futures = [
        store._writer.submit(lambda tx, name=name: queue.accept(tx, received(name * 16, clock())))
        for name in "BAC"
    ]
    assert [future.exception() is None for future in futures] == [True, False, True]
    assert ask(store, balance).accepted == 3
