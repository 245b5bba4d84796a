"""The one writing thread: many small transactions, one fsync.

Whatever waits when a commit ends is written in the next one, so a hundred sessions that each
need their 250 share one fsync, and a lone one waits for nobody. Each piece of work sees a
`Transaction`; if one of a group raises, the group is rolled back and each is run alone, and again
where another node was quicker, so work must change nothing but the database. The ledger's lines
are chained and written at the end of each group.
What happens next: whoever submitted the work is answered after the commit.
"""

import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, Table, insert
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError

from relay import journal, metrics
from relay.errors import ConflictError, StoreError
from relay.pipeline.stages import Event
from relay.store import ledger

T = TypeVar("T")
_LARGEST_GROUP = 200
_MOST_TRIES = 5
_BEATEN = {"40001", "40P01"}  # PostgreSQL: serialization_failure, deadlock_detected


@dataclass(slots=True)
class Transaction:
    """What a piece of work may do: run statements, and record events in the ledger."""

    connection: Connection
    now: datetime
    node: str
    events: list[Event] = field(default_factory=list)

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run one statement, for one row of parameters or for a list of rows."""
        return self.connection.execute(statement, parameters)

    def record(self, *events: Event) -> None:
        """Write `events` to the ledger when this transaction commits."""
        self.events.extend(events)


def insert_or_conflict(tx: Transaction, table: Table, row: Mapping[str, Any]) -> None:
    """Insert a row that another node may have inserted a moment before."""
    try:
        tx.execute(insert(table), dict(row))
    except IntegrityError as error:
        raise ConflictError(f"another node made the same row in {table}") from error


Work = Callable[[Transaction], T]
_Item = tuple[Work[Any], Future[Any]]


class Writer:
    """Owns the writing connection and the thread around it."""

    def __init__(
        self,
        engine: Engine,
        node: str,
        now: Callable[[], datetime],
        intact: Callable[[], None] = lambda: None,
    ) -> None:
        """`intact` raises StoreError where what was committed will not be found again."""
        self.failing: str | None = None
        self._engine = engine
        self._node = node
        self._now = now
        self._intact = intact
        self._queue: SimpleQueue[_Item | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def close(self) -> None:
        """Finish what was submitted, then stop."""
        self._queue.put(None)
        self._thread.join()

    def submit(self, work: Work[T]) -> Future[T]:
        """Run `work` in the next group; the future is done after the commit, or has its error."""
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def _run(self) -> None:
        running = True
        while running:
            group, running = self._next_group()
            if group:
                self._commit(group)

    def _next_group(self) -> tuple[list[_Item], bool]:
        item = self._queue.get()
        group: list[_Item] = []
        while item is not None:
            if item[1].set_running_or_notify_cancel():
                group.append(item)
            if len(group) >= _LARGEST_GROUP or self._queue.empty():
                return group, True
            item = self._queue.get()
        return group, False

    def _commit(self, group: list[_Item], tries: int = 1) -> None:
        try:
            with metrics.COMMIT_SECONDS.time():
                results = self._run_group([work for work, _ in group])
            metrics.COMMIT_GROUP.observe(len(group))
        except Exception as error:  # noqa: BLE001 - whatever it is, it belongs to who asked
            if len(group) > 1:
                for item in group:
                    self._commit([item])
            elif _is_conflict(error) and tries < _MOST_TRIES:
                self._commit(group, tries + 1)
            else:
                self._fails(error)
                group[0][1].set_exception(error)
            return
        try:
            self._intact()
        except StoreError as error:
            self._fails(error)
            for _, future in group:
                future.set_exception(error)
            return
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)

    def _fails(self, error: Exception) -> None:
        """Remember that nothing can be written, and say so once."""
        if is_fault(error) and self.failing is None:
            why = str(error.orig if isinstance(error, DBAPIError) else error)
            journal.store_fails(why)
            self.failing = "the store cannot be written"

    def _works(self) -> None:
        if self.failing is not None:
            self.failing = None
            journal.store_works()

    def _run_group(self, group: list[Work[Any]]) -> list[Any]:
        with self._engine.begin() as connection:
            transaction = Transaction(connection, self._now(), self._node)
            results = [work(transaction) for work in group]
            ledger.append(connection, self._node, transaction.now, transaction.events)
            self._intact()  # while it can still be rolled back
        if transaction.events:  # or nothing may have been written at all
            self._works()
        return results


def is_fault(error: Exception) -> bool:
    """Whether the store failed, rather than what was asked of it: no mail is to blame."""
    if isinstance(error, StoreError):
        return not isinstance(error, ConflictError)
    return isinstance(error, OperationalError | InterfaceError) and not _is_conflict(error)


def _is_conflict(error: Exception) -> bool:
    """Whether the same work may well succeed when it is run again."""
    if isinstance(error, DBAPIError):
        return getattr(error.orig, "sqlstate", None) in _BEATEN
    return isinstance(error, ConflictError)
