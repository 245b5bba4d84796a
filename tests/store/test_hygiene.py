"""The mails that the audit looks at are those that were accepted, understood and are still kept."""

from datetime import datetime, timedelta

from relay.reports.report import Verdict
from relay.store import queue
from relay.store.hygiene import accepted
from relay.store.store import Store
from tests.conftest import Clock
from tests.store.builders import ask, concluded, outcome, received


def _accept(store: Store, name: str, at: datetime) -> None:
    store.write_now(lambda tx: queue.accept(tx, received(name, at)))


def _conclude(store: Store, name: str) -> None:
    """Claim the oldest message, which is this one, and write what it was understood to be."""
    (claimed,) = store.write_now(lambda tx: queue.claim_messages(tx, 1, timedelta(minutes=1)))
    assert claimed.received.id == name
    assert store.write_now(lambda tx: concluded(tx, outcome(name), claimed.fence))


def test_reports_come_newest_first_with_their_bytes_and_their_origin(
    store: Store, clock: Clock
) -> None:
    start = clock()
    for name in ("A1", "A2", "A3"):
        _accept(store, name, clock.advance(hours=1))
    for name in ("A1", "A2"):
        _conclude(store, name)
    found = ask(store, lambda connection: list(accepted(connection, start, 10)))
    assert [each.id for each in found] == ["A2", "A1"]  # A3 is not understood yet
    first = found[0]
    assert (first.verdict, first.origin.address) == (Verdict.FAILURE, "127.0.0.1")
    assert first.raw.startswith(b"Subject: backup")
    late = start + timedelta(hours=2)
    assert [e.id for e in ask(store, lambda c: list(accepted(c, late, 10)))] == ["A2"]
    assert [e.id for e in ask(store, lambda c: list(accepted(c, start, 1)))] == ["A2"]
