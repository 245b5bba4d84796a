"""What an operator may do by hand, and what is refused."""

import pytest

from relay.errors import NoSuchMessageError, RelayError
from relay.store import operate, views
from relay.store.balance import balance
from relay.store.operate import Action
from relay.store.store import Store
from tests.conftest import Clock
from tests.store.builders import ask
from tests.store.test_outbox import claim, send
from tests.store.test_queue import accept
from tests.store.test_queue import claim as claim_messages

ID = "A" * 16


def do(store: Store, action: Action, key: str = ID) -> list[str]:
    return store.write_now(lambda tx: operate.act(tx, action, key, "because"))


def test_a_held_message_stays_until_it_is_released(store: Store, clock: Clock) -> None:
    accept(store, clock, ID)
    do(store, Action.HOLD)
    assert claim_messages(store) == []
    do(store, Action.RELEASE)
    (message,) = claim_messages(store)
    assert message.released


def test_a_held_mail_stays_until_it_is_released(store: Store, clock: Clock) -> None:
    send(store, clock, ID, 1, 1)
    assert do(store, Action.HOLD, f"{ID}-1") == [f"{ID}-1"]
    assert [attempt.outgoing.id for attempt in claim(store)] == [f"{ID}-2"]
    do(store, Action.RELEASE, f"{ID}-1".lower())
    assert [attempt.outgoing.id for attempt in claim(store)] == [f"{ID}-1"]


def test_p1_a_dropped_mail_is_counted_with_its_reason(store: Store, clock: Clock) -> None:
    send(store, clock, ID, 1)
    do(store, Action.DROP)
    found = ask(store, balance)
    assert (found.fates["dropped"], found.holds) == (1, True)
    lines = ask(store, lambda c: views.dossier(c, ID)).lines
    assert lines[-1].event.data["reason"] == "because"


def test_what_a_worker_owns_is_left_alone(store: Store, clock: Clock) -> None:
    send(store, clock, ID, 1)
    claim(store)
    with pytest.raises(RelayError, match="being worked on right now"):
        do(store, Action.DROP)


def test_a_retry_is_due_at_once_even_if_the_upstream_was_held(store: Store, clock: Clock) -> None:
    send(store, clock, ID, 1)
    claim(store)
    clock.advance(minutes=3)
    do(store, Action.RETRY)
    assert len(claim(store)) == 1


def test_an_unknown_id_is_said_to_be_unknown(store: Store) -> None:
    with pytest.raises(NoSuchMessageError):
        do(store, Action.HOLD, "NOSUCHMESSAGE")


def test_an_act_that_does_not_fit_the_state_says_the_state(store: Store, clock: Clock) -> None:
    accept(store, clock, ID)
    with pytest.raises(RelayError, match="is queued"):
        do(store, Action.RELEASE)
