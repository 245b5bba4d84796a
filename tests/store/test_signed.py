"""What may still carry an old signature, and how long failures have waited, on both engines."""

from datetime import datetime, timedelta

from relay.pipeline.addressing import ORDINARY, URGENT
from relay.store import operate
from relay.store.backlog import oldest
from relay.store.operate import Action
from relay.store.signed import under_way_since_before
from relay.store.store import Store
from tests.conftest import Clock
from tests.store.builders import BUSY, ask
from tests.store.test_outbox import claim, send, settle


def under_way(store: Store, moment: datetime) -> int:
    return ask(store, lambda connection: under_way_since_before(connection, moment))


def test_an_attempt_counts_from_its_start_to_its_end(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, ORDINARY)
    assert under_way(store, clock.advance(minutes=1)) == 0  # it waits, and will be signed anew
    (attempt,) = claim(store)
    assert under_way(store, clock()) == 0  # begun at the switch, so signed by the new key
    assert under_way(store, clock.advance(seconds=1)) == 1
    settle(store, clock, attempt, BUSY)
    assert under_way(store, clock()) == 0


def test_an_attempt_that_nobody_will_end_does_not_keep_a_key(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, ORDINARY)
    claim(store)
    clock.advance(days=1)  # the process died, and the operator wants the mail no more
    store.write_now(lambda tx: operate.act(tx, Action.DROP, "A" * 16, "why not"))
    assert under_way(store, clock()) == 0


def test_the_oldest_are_told_apart(store: Store, clock: Clock) -> None:
    assert ask(store, oldest) == (None, None)
    began = clock()
    send(store, clock, "A" * 16, ORDINARY)
    later = clock.advance(hours=1)
    assert ask(store, oldest) == (began, None)
    send(store, clock, "B" * 16, URGENT)
    assert ask(store, oldest) == (began, later)
    assert later - began == timedelta(hours=1)
