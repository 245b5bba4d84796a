"""The ledger cannot be changed, and where somebody does it all the same it shows."""

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from relay.pipeline.stages import Event
from relay.store import ledger, queue
from relay.store.balance import balance
from relay.store.store import Store
from relay.store.writer import Transaction
from tests.conftest import Clock
from tests.store.builders import ask, received


def record(store: Store, count: int) -> None:
    for number in range(count):
        event = Event(kind="noted", message_id="A" * 16, data={"number": number})
        store.write_now(lambda tx, event=event: tx.record(event))


def forge(store: Store, statement: str) -> None:
    """Change the ledger as somebody with the database in hand could."""

    def work(tx: Transaction) -> None:
        if tx.connection.dialect.name == "sqlite":
            for action in ("update", "delete"):
                tx.execute(sa.text(f"DROP TRIGGER IF EXISTS ledger_no_{action}"))
        else:
            tx.execute(sa.text("DROP TRIGGER IF EXISTS ledger_append_only ON ledger"))
        tx.execute(sa.text(statement))

    store.write_now(work)


def broken(store: Store) -> list[str]:
    return ask(store, lambda connection: list(ledger.broken_links(connection)))


def test_an_untouched_ledger_is_whole(store: Store) -> None:
    record(store, 5)
    assert broken(store) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger SET data = '{}' WHERE seq = 3",
        "UPDATE ledger SET at = at + 1 WHERE seq = 3",
        "UPDATE ledger SET message_id = 'B' WHERE seq = 3",
        "DELETE FROM ledger WHERE seq = 3",
        "DELETE FROM ledger WHERE seq = 1",
    ],
)
def test_a_forged_ledger_is_found_out(store: Store, statement: str) -> None:
    record(store, 5)
    forge(store, statement)
    assert broken(store) != []


@pytest.mark.parametrize("statement", ["UPDATE ledger SET data = '{}'", "DELETE FROM ledger"])
def test_the_schema_refuses_to_change_the_ledger(store: Store, statement: str) -> None:
    record(store, 2)
    with pytest.raises(DBAPIError, match="append-only"):
        store.write_now(lambda tx: tx.execute(sa.text(statement)))
    assert broken(store) == []


def test_p1_a_message_that_the_ledger_does_not_know_is_noticed(store: Store, clock: Clock) -> None:
    store.write_now(lambda tx: queue.accept(tx, received("A" * 16, clock())))
    assert ask(store, balance).holds
    forge(store, "DELETE FROM ledger WHERE kind = 'accepted'")
    assert not ask(store, balance).holds


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM recipients",
        "DELETE FROM originals",
        "UPDATE messages SET state = 'concluded'",
    ],
)
def test_p1_a_lost_recipient_does_not_balance(store: Store, clock: Clock, statement: str) -> None:
    store.write_now(lambda tx: queue.accept(tx, received("A" * 16, clock())))
    forge(store, statement)
    assert not ask(store, balance).holds
