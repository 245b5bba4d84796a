"""The relay with one of its guarantees cut out, to prove that the tests would notice.

    python -m tests.torture.sabotage early-250 serve ...

`early-250` answers before the commit, `no-intent` delivers without registering the attempt,
`no-sync` has SQLite sync nothing.
"""

import asyncio
import sys
from typing import Any

from sqlalchemy import delete

from relay import app, cli
from relay.mail.received import Received
from relay.store import claims, engine, schema, store


def answer_before_the_commit() -> None:
    """Say 250 first and write a little later."""
    accept = app.Relay._accept
    pending = set()

    async def late(self: app.Relay, received: Received) -> None:
        await asyncio.sleep(0.2)
        await accept(self, received)

    async def early(self: app.Relay, received: Received) -> None:
        task = asyncio.create_task(late(self, received))
        pending.add(task)
        task.add_done_callback(pending.discard)

    app.Relay._accept = early  # type: ignore[method-assign]


def forget_the_intent() -> None:
    """Claim mails, but leave no trace of the attempt before it has a result."""
    register = claims._register

    def register_nothing(tx: Any, rows: Any, upstream: Any, _crash_delay: Any) -> None:
        register(tx, rows, upstream, tx.now - tx.now)
        ids = [row.id for row in rows]
        tx.execute(delete(schema.attempts).where(schema.attempts.c.outgoing_id.in_(ids)))

    claims._register = register_nothing


def sync_nothing() -> None:
    """Leave it to the operating system when bytes reach the disk, and do not look."""
    engine._SQLITE_PRAGMAS = (*engine._SQLITE_PRAGMAS, "PRAGMA synchronous=OFF")
    store.check_durability = lambda _connection: None


SABOTAGE = {
    "early-250": answer_before_the_commit,
    "no-intent": forget_the_intent,
    "no-sync": sync_nothing,
}

if __name__ == "__main__":
    SABOTAGE[sys.argv.pop(1)]()
    cli.main()
