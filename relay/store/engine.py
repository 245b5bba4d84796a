"""Engines that keep what they are told: SQLite and PostgreSQL, checked before the first write.

SQLite: WAL with `synchronous=FULL`, read back, and an exclusive lock beside the file, because two
writing connections can corrupt a WAL (SQLite before 3.51.3). PostgreSQL: `fsync` and
`synchronous_commit` read back, and an advisory lock for each node's name, because a node owns its
hash chain. What happens next: writer.py uses the one writing connection, store.py the readers.
"""

import fcntl
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from relay.errors import StoreBusyError, StoreError
from relay.store.wal import damage

_SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "PRAGMA foreign_keys=ON",
    "PRAGMA busy_timeout=10000",
)
# What is bound to a statement is people's mail, which no log may show.
_SECRETIVE: dict[str, Any] = {"hide_parameters": True}
_NODE_LOCKS = 0x686F6E6573  # "hones": keeps our advisory locks apart from others'


def sqlite_file(url: str) -> Path | None:
    """Return the file of an SQLite URL, None for another engine."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    if not parsed.database or parsed.database == ":memory:":
        raise StoreError("store.url names no file; write sqlite:///var/relay.db")
    return Path(parsed.database)


def writing_engine(url: str) -> Engine:
    """Return the engine of the single writing connection."""
    if sqlite_file(url) is None:
        return create_engine(url, pool_size=1, max_overflow=0, pool_pre_ping=True, **_SECRETIVE)
    engine = create_engine(url, connect_args={"check_same_thread": False}, **_SECRETIVE)
    _prepare_sqlite(engine, _SQLITE_PRAGMAS, begin="BEGIN IMMEDIATE")
    return engine


def reading_engine(url: str) -> Engine:
    """Return an engine whose connections cannot write."""
    if sqlite_file(url) is None:
        return create_engine(
            url,
            pool_size=4,
            pool_pre_ping=True,
            execution_options={"postgresql_readonly": True},
            **_SECRETIVE,
        )
    engine = create_engine(url, connect_args={"check_same_thread": False}, **_SECRETIVE)
    _prepare_sqlite(engine, ("PRAGMA busy_timeout=10000", "PRAGMA query_only=ON"), begin="BEGIN")
    return engine


def _prepare_sqlite(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves; the driver's guess is too late
        for pragma in pragmas:
            connection.execute(pragma)

    @event.listens_for(engine, "begin")
    def start(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def check_durability(connection: Connection) -> None:
    """Read back what the engine promises; raise StoreError if a commit may be lost."""
    if connection.dialect.name == "sqlite":
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        level = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
        if (journal, level) != ("wal", 2):
            raise StoreError(
                f"SQLite answers journal_mode={journal}, synchronous={level}; a 250 would be no "
                "promise. Put the store on a local file system that supports WAL."
            )
        return
    for setting in ("fsync", "synchronous_commit"):
        value = connection.execute(text(f"SHOW {setting}")).scalar_one()
        if value == "off":
            raise StoreError(f"PostgreSQL runs with {setting}=off; a 250 would be no promise.")


def damages(connection: Connection) -> list[str]:
    """Return what SQLite finds wrong with the structure of its file; PostgreSQL is not asked."""
    if connection.dialect.name != "sqlite":
        return []
    found = connection.exec_driver_sql("PRAGMA integrity_check(10)").scalars().all()
    return [] if found == ["ok"] else [f"the database file: {each}" for each in found]


Release = Callable[[], None]


def take_ownership(url: str, node: str) -> Release:
    """Become the only writer of this SQLite file, or the only node of this name.

    Returns what gives it back; raises StoreBusyError where somebody else has it.
    """
    path = sqlite_file(url)
    return _lock_node(url, node) if path is None else _lock_file(path)


def _lock_file(path: Path) -> Release:
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(f"{path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise StoreBusyError(f"{path} is in use by another relay process") from None
    try:
        _check_file(path, used=bool(os.fstat(lock).st_size))
        path.touch(mode=0o600)
    except BaseException:
        os.close(lock)
        raise
    return lambda: os.close(lock)


def _check_file(path: Path, *, used: bool) -> None:
    """Raise StoreError where opening `path` would hide a loss behind an empty or older store."""
    log = Path(f"{path}-wal")
    if not path.exists() or not path.stat().st_size:
        if used:
            raise StoreError(
                f"{path} held a store and is gone or empty now. Put it back; to begin with an "
                f"empty one, delete {path}.lock as well."
            )
        if log.exists() and log.stat().st_size:
            raise StoreError(f"{log} is there without its {path.name}. Put both back together.")
        return
    if path.stat().st_mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise StoreError(f"{path} holds people's mail and is open to others; chmod 600 {path}")
    found = damage(log)
    if found:
        raise StoreError(
            f"{log}: {found}, and committed transactions lie behind it. Restore a backup; or move "
            "this file away, and go on without what was written to it last."
        )


def mark_used(url: str) -> None:
    """Note beside an SQLite file that it holds a store, so that its loss is noticed."""
    path = sqlite_file(url)
    if path is not None:
        Path(f"{path}.lock").write_text("This store is in use, or was.\n")


class Identity:
    """Whether the files that we write to are still the ones that have the store's names."""

    def __init__(self, url: str) -> None:
        path = sqlite_file(url)
        self._names = () if path is None else (str(path), f"{path}-wal")
        self._known: dict[str, tuple[int, int]] = {}

    def check(self) -> None:
        """Raise StoreError if one was deleted or replaced: what is written would be lost."""
        for name in self._names:
            try:
                found = os.stat(name)  # noqa: PTH116 - in each commit, and quicker so
            except OSError as error:
                raise StoreError(f"{name} cannot be found: {error.strerror}") from None
            which = found.st_dev, found.st_ino
            if self._known.setdefault(name, which) != which:
                raise StoreError(f"{name} was replaced while it was in use; restart the relay")


def _lock_node(url: str, node: str) -> Release:
    engine = create_engine(url, poolclass=NullPool)
    try:
        connection = engine.connect()
    except OperationalError as error:
        raise StoreError(f"cannot reach the database: {error.orig}") from error
    query = text("SELECT pg_try_advisory_lock(:space, hashtext(:node))")
    space = _NODE_LOCKS & 0x7FFFFFFF
    if not connection.execute(query, {"space": space, "node": node}).scalar_one():
        connection.close()
        raise StoreBusyError(f"a node named {node} already runs on this database")
    connection.commit()  # the lock belongs to the session, not to this transaction
    return connection.close
