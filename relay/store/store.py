"""An open store: one writer, some readers, and the schema brought up to date.

Opening takes ownership first (a second process on the same SQLite file is refused), migrates,
and reads back that commits are durable. Statements live in the modules beside this one as functions
that take a `Transaction` or a connection; this class only runs them.
"""

import asyncio
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Self, TypeVar

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DatabaseError

from relay.errors import StoreError
from relay.store.engine import (
    Identity,
    check_durability,
    mark_used,
    reading_engine,
    sqlite_file,
    take_ownership,
    writing_engine,
)
from relay.store.writer import Work, Writer

T = TypeVar("T")
_READERS = 2


class Store:
    """The open database; use as a context manager."""

    def __init__(self, url: str, node: str, now: Callable[[], datetime]) -> None:
        self.url = url
        self.node = node
        self._now = now
        self._stack = ExitStack()
        self._writer: Writer
        self._reader: Engine
        self._threads: ThreadPoolExecutor

    def __enter__(self) -> Self:
        """Own, migrate, check and start; raise StoreError with what to do."""
        with self._stack as stack:
            stack.callback(take_ownership(self.url, self.node))
            engine = writing_engine(self.url)
            stack.callback(engine.dispose)
            try:
                with engine.connect() as connection:
                    check_durability(connection)
                migrate(engine)
            except DatabaseError as error:
                raise StoreError(f"the store cannot be opened: {error.orig}") from error
            mark_used(self.url)
            self._reader = reading_engine(self.url)
            stack.callback(self._reader.dispose)
            self._threads = ThreadPoolExecutor(_READERS, thread_name_prefix="store-reader")
            stack.callback(self._threads.shutdown)
            self._writer = Writer(engine, self.node, self._now, Identity(self.url).check)
            self._writer.start()
            stack.callback(self._writer.close)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Finish what was submitted, close everything, give ownership back."""
        self._stack.close()

    @property
    def failing(self) -> str | None:
        """Why the last attempt to write failed, None if it did not."""
        return self._writer.failing

    async def write(self, work: Work[T]) -> T:
        """Run `work` in the next group commit; return its result after the commit."""
        return await asyncio.wrap_future(self._writer.submit(work))

    def write_now(self, work: Work[T]) -> T:
        """Do the same for a caller without an event loop."""
        return self._writer.submit(work).result()

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` on a reading connection, off the loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._threads, read_from, self._reader, query
        )

    def free_space(self) -> tuple[int, int] | None:
        """Return (free, total) bytes where the store lies, None if that is another machine."""
        path = sqlite_file(self.url)
        if path is None:
            return None
        usage = shutil.disk_usage(path.parent)
        return usage.free, usage.total


def read_from(engine: Engine, query: Callable[[Connection], T]) -> T:
    """Run `query` in a read transaction of `engine`."""
    with engine.connect() as connection:
        return query(connection)


def ask(url: str, query: Callable[[Connection], T]) -> T:
    """Run a read-only `query` on the store at `url`, whether a relay has it open or not."""
    path = sqlite_file(url)
    if path is not None and not path.exists():
        raise StoreError(f"there is no store at {path} yet; `relay serve` makes it")
    engine = reading_engine(url)
    try:
        return read_from(engine, query)
    finally:
        engine.dispose()


def migrate(engine: Engine) -> None:
    """Bring the schema up to date, in one transaction."""
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
