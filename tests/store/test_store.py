"""Who may own a store, and what it must promise before it is written to."""

import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from relay.errors import StoreBusyError, StoreError
from relay.store import engine, queue
from relay.store.balance import balance
from relay.store.schema import metadata
from relay.store.store import Store
from tests.conftest import Clock
from tests.store.builders import ask, received

LEASE = timedelta(minutes=2)


def test_a_second_owner_is_refused(store: Store, clock: Clock) -> None:
    with pytest.raises(StoreBusyError):
        Store(store.url, store.node, clock).__enter__()


def test_a_second_process_on_the_same_file_is_refused(tmp_path: Path, clock: Clock) -> None:
    url = f"sqlite:///{tmp_path / 'relay.db'}"
    program = (
        "import sys; from relay.store.engine import take_ownership\n"
        "from relay.errors import StoreBusyError\n"
        "try: take_ownership(sys.argv[1], 'other')\n"
        "except StoreBusyError as error: sys.exit(str(error))"
    )
    with Store(url, "node-a", clock):
        done = subprocess.run(
            [sys.executable, "-c", program, url], capture_output=True, text=True, check=False
        )
    assert "in use by another relay process" in done.stderr


def test_two_nodes_share_a_postgres_store(postgres_url: str, clock: Clock) -> None:
    with Store(postgres_url, "a", clock) as one, Store(postgres_url, "b", clock) as other:
        for number in range(40):
            message = received(f"{number:016}", clock())
            one.write_now(lambda tx, message=message: queue.accept(tx, message))
        claims = [
            node._writer.submit(lambda tx: queue.claim_messages(tx, 3, LEASE))
            for _ in range(20)
            for node in (one, other)
        ]
        ids = [each.received.id for claim in claims for each in claim.result()]
    assert len(ids) == len(set(ids)) == 40


def test_ownership_ends_with_the_store(store_url: str, clock: Clock) -> None:
    for _ in range(2):
        with Store(store_url, "node-a", clock) as store:
            assert ask(store, balance).holds


def test_the_store_file_is_its_owners_alone(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "relay.db"
    with Store(f"sqlite:///{path}", "node-a", clock):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("level", ["OFF", "NORMAL"])
def test_sabotage_a_store_that_would_not_sync_refuses_to_open(
    tmp_path: Path, clock: Clock, level: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pragmas = tuple(p for p in engine._SQLITE_PRAGMAS if "synchronous" not in p)
    monkeypatch.setattr(engine, "_SQLITE_PRAGMAS", (*pragmas, f"PRAGMA synchronous={level}"))
    with pytest.raises(StoreError, match="would be no promise"):
        Store(f"sqlite:///{tmp_path / 'relay.db'}", "node-a", clock).__enter__()


def test_sabotage_a_postgres_that_would_not_sync_is_refused(
    postgres_url: str, clock: Clock
) -> None:
    name = sa.make_url(postgres_url).database
    admin = sa.create_engine(postgres_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"ALTER DATABASE {name} SET synchronous_commit = off"))
    admin.dispose()
    with pytest.raises(StoreError, match="synchronous_commit=off"):
        Store(postgres_url, "node-a", clock).__enter__()


def test_the_migrations_make_exactly_the_schema(store: Store) -> None:
    looker = engine.reading_engine(store.url)
    with looker.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert len(metadata.tables) > 20  # whichever module made them
        assert compare_metadata(context, metadata) == []
    looker.dispose()


def test_a_reader_cannot_write(store: Store) -> None:
    reader = engine.reading_engine(store.url)
    with reader.connect() as connection, pytest.raises(sa.exc.DBAPIError):
        connection.execute(sa.text("DELETE FROM messages"))
    reader.dispose()


def test_an_unknown_place_is_a_clear_error(clock: Clock) -> None:
    url = "postgresql+psycopg://nobody@127.0.0.1:1/none"
    with pytest.raises(StoreError, match="cannot reach the database"):
        Store(url, "node-a", clock).__enter__()
