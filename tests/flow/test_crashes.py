"""A crash at each step of a digest's closing neither loses nor doubles an item, on both stores.

The same by SIGKILL of a real process, and with two nodes that close and join at once. The
sabotaged twins show that the account would notice.
"""

import asyncio
import re
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from relay.pipeline.stages import BatchKey, BatchKind, OutgoingKind, Waiting
from relay.store import batches, engine, lease, queue, schema
from relay.store.store import Store
from relay.store.writer import Transaction
from relay.workers import digest
from tests.conftest import Clock
from tests.flow import promises
from tests.flow.doomed import POINTS, CrashError, doom
from tests.flow.world import LEASE, OPS, SUCCESS, World, failure
from tests.store.builders import ask

NAMES = "abcdefghijkl"
_NAME = re.compile(r"copy of /srv/([a-z])\b")


def fill(world: World) -> None:
    """Let a digest and a reminder wait; the reminder's reports have names of their own."""
    for name in NAMES[:6]:
        world.send(SUCCESS, subject=f"copy of /srv/{name}")
    for _ in range(3):
        world.send(failure(), subject="dump of /srv/x")


def account(world: World) -> dict[str, int]:
    """Return how often each report arrived in a digest, by what the mails show; check the store."""
    world.fates()
    assert ask(world.store, promises.doubled) == []
    assert ask(world.store, promises.astray) == []
    assert ask(world.store, lambda c: promises.miscounted(c, world.arrived)) == []
    shown: Counter[str] = Counter()
    for each in world.arrived:
        if each.mail.kind is OutgoingKind.DIGEST:
            text = each.mail.content.partition(b"text/html")[0].decode()
            shown.update(set(_NAME.findall(text.partition("\nExpected next")[0])))
    return dict(shown)


@contextmanager
def restarted(world: World, url: str) -> Iterator[None]:
    """Open the store again, as a new process does."""
    with Store(url, "node-a", world.clock) as world.store:
        world.store.write_now(lease.return_all)
        world.start()
        yield


@contextmanager
def crash(world: World, point: str, monkeypatch: pytest.MonkeyPatch, url: str) -> Iterator[None]:
    """Advance to the morning, crash at `point`, start anew."""

    def gone(_work: Any) -> Any:
        raise CrashError

    def die() -> None:
        monkeypatch.setattr(world.store._writer, "submit", gone)  # and nothing is written any more
        raise CrashError

    world.clock.advance(hours=19)
    with monkeypatch.context() as patch:
        doom(point, die, patch.setattr)
        with pytest.raises(CrashError):
            world.work()
    world.store.__exit__()
    with restarted(world, url):
        yield


@pytest.mark.parametrize("point", POINTS)
def test_p1_a_crash_while_closing_neither_loses_nor_doubles(
    store_url: str, clock: Clock, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(Store(store_url, "node-a", clock).__enter__(), clock)
    fill(world)
    with crash(world, point, monkeypatch, store_url):
        for name in NAMES[6:]:
            world.send(SUCCESS, subject=f"copy of /srv/{name}")
        world.advance(days=2)
        assert account(world) == dict.fromkeys(NAMES, 1)
        assert world.fates() == {"delivered": 1, "digested": len(NAMES), "counted": 2}


@pytest.mark.parametrize("point", POINTS)
def test_p1_a_killed_process_neither_loses_nor_doubles(
    tmp_path: Path, clock: Clock, point: str
) -> None:
    url = f"sqlite:///{tmp_path / 'relay.db'}"
    with Store(url, "node-a", clock) as store:
        world = World(store, clock)
        fill(world)
    clock.advance(hours=19)
    program = [sys.executable, "-m", "tests.flow.doomed", url, clock().isoformat(), point]
    assert subprocess.run(program, check=False, capture_output=True).returncode == -9
    with restarted(world, url):
        for name in NAMES[6:]:
            world.send(SUCCESS, subject=f"copy of /srv/{name}")
        world.advance(days=2)
        assert account(world) == dict.fromkeys(NAMES, 1)
        assert world.fates() == {"delivered": 1, "digested": len(NAMES), "counted": 2}


def late_joiner(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let one more report come while the digest is composed."""
    compose = digest.__dict__["compose"]
    told: list[bool] = []

    def slowly(*args: Any) -> bytes:
        if not told:
            told.append(True)
            message_id = world.accept(SUCCESS, subject="copy of /srv/l")
            for each in world.claim_messages():
                assert each.received.id == message_id
                world.store.write_now(world.concluding(each))
        return bytes(compose(*args))

    monkeypatch.setattr(digest, "compose", slowly)


def joined_late(store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    world = World(store, clock)
    fill(world)
    late_joiner(world, monkeypatch)
    world.advance(days=3)
    return account(world)


def test_what_comes_while_it_is_composed_is_in_the_next_one(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert joined_late(store, clock, monkeypatch) == dict.fromkeys(NAMES[:6] + "l", 1)


def test_sabotage_a_membership_that_is_not_frozen_is_noticed(
    store: Store, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = batches.claim_due

    def claim_only(tx: Transaction, *args: Any) -> Any:
        found = claim(tx, *args)
        ids = [each.id for each in found]
        tx.execute(update(schema.batches).where(schema.batches.c.id.in_(ids)).values(state="open"))
        return found

    monkeypatch.setattr(batches, "claim_due", claim_only)
    with pytest.raises(AssertionError):
        assert joined_late(store, clock, monkeypatch) == dict.fromkeys(NAMES[:6] + "l", 1)


def test_sabotage_members_carried_outside_the_transaction_are_noticed(
    store_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "_carry", lambda *_: None)  # it would be done after the commit
    world = World(Store(store_url, "node-a", clock).__enter__(), clock)
    fill(world)
    with crash(world, "after the commit", monkeypatch, store_url):
        world.advance(days=2)
        with pytest.raises(AssertionError):
            account(world)


# Two nodes.


def test_two_nodes_that_close_at_once_send_one_digest(postgres_url: str, clock: Clock) -> None:
    with Store(postgres_url, "a", clock) as one, Store(postgres_url, "b", clock) as other:
        worlds = [World(one, clock), World(other, clock)]
        fill(worlds[0])
        clock.advance(hours=19)
        together = threading.Barrier(2)

        def close(world: World) -> None:
            together.wait()
            asyncio.run(world._close())

        threads = [threading.Thread(target=close, args=(world,)) for world in worlds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        worlds[0].advance(days=1)
        assert account(worlds[0]) == dict.fromkeys(NAMES[:6], 1)


def test_what_joins_while_another_node_freezes_is_in_that_mail_or_the_next(
    postgres_url: str, clock: Clock
) -> None:
    with Store(postgres_url, "a", clock) as one, Store(postgres_url, "b", clock) as other:
        world = World(one, clock)
        fill(world)
        world.accept(SUCCESS, subject="copy of /srv/l")
        (late,) = world.claim_messages()
        conclude = world.concluding(late)
        clock.advance(hours=19)
        writing = engine.writing_engine(postgres_url)
        with writing.begin() as connection:
            conclude(Transaction(connection, clock(), "a"))  # joins, and has not committed
            frozen = other._writer.submit(lambda tx: batches.claim_due(tx, 10, LEASE))
            with pytest.raises(TimeoutError):
                frozen.result(timeout=0.5)
        writing.dispose()
        members = {item.message_id for batch in frozen.result() for item in batch.items}
        assert late.received.id in members


def test_two_nodes_that_open_the_same_batch_both_succeed(postgres_url: str, clock: Clock) -> None:
    waiting = Waiting(
        batch=BatchKey(kind=BatchKind.DIGEST, recipient=OPS, name="daily"),
        addresses=(OPS,),
        due_at=clock(),
        schedule="daily",
        upstream="smarthost",
    )
    with Store(postgres_url, "a", clock) as one, Store(postgres_url, "b", clock) as other:
        world = World(one, clock)
        for _ in range(2):
            world.accept(SUCCESS)
        writing = engine.writing_engine(postgres_url)
        with writing.begin() as connection:
            batches.join(Transaction(connection, clock(), "a"), f"{1:016d}", [waiting])
            second = other._writer.submit(lambda tx: batches.join(tx, f"{2:016d}", [waiting]))
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)
        writing.dispose()
        second.result()
        found = ask(one, lambda c: c.execute(select(schema.batches.c.id)).all())
    assert len(found) == 1


def test_two_nodes_that_conclude_reports_of_one_job_count_no_crash(
    postgres_url: str, clock: Clock
) -> None:
    with Store(postgres_url, "a", clock) as one, Store(postgres_url, "b", clock) as other:
        world = World(one, clock)
        for _ in range(2):
            world.accept(failure())
        first, second = (world.concluding(each) for each in world.claim_messages())
        writing = engine.writing_engine(postgres_url)
        with writing.begin() as connection:
            first(Transaction(connection, clock(), "a"))
            waits = other._writer.submit(second)
            with pytest.raises(TimeoutError):
                waits.result(timeout=0.5)
        writing.dispose()
        outcome = waits.result()
        assert outcome
        assert outcome.job
        assert outcome.job.incident
        assert outcome.job.incident.count == 2
        assert outcome.outgoing == ()
        assert one.write_now(lambda tx: queue.claim_messages(tx, 10, LEASE)) == []
