"""Other rules tried on the mail that really came: what commands and the operator's page share.

Replaying takes a CPU for as long as there is mail, so the page has it done in a process of its own,
under limits, one at a time; a command is a process of its own already.
What happens next: pipeline/comparison.py says what would have been different.
"""

import asyncio
import resource
import shutil
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import TimeoutError as TaskTimeoutError
from datetime import datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from pebble import ProcessExpired, ProcessPool

from relay.assembly import Keys, addressing, pace
from relay.config import Config, rules
from relay.errors import RelayError
from relay.pipeline.comparison import Comparison, compare
from relay.pipeline.replay import Replay
from relay.policy.rules import Rules
from relay.store import kept
from relay.store.store import ask

MOST_MESSAGES = 20_000
_LONGEST = 120.0  # seconds
_MEMORY = 2 << 30
_LONGEST_TEXT = 1 << 18
_NO_KEYS = Keys(verp=b"a backtest sends nothing", choice=())


def replayed(
    config: Config, begin: datetime, both: Sequence[Rules], advance: Callable[[], None]
) -> tuple[Replay, Replay]:
    """Send the mail accepted since `begin` through two sets of rules; `advance` is told of each."""
    known = (addressing(config, _NO_KEYS), pace(config.policy))
    now, then = (Replay(each, *known) for each in both)
    for received in kept.each(config.store.url, begin):
        now.take(received)
        then.take(received)
        advance()
    now.finish()
    then.finish()
    return now, then


def with_folder(config: Config, folder: Path) -> Config:
    """Return the configuration with another folder of policies."""
    policy = config.policy.model_copy(update={"folder": folder})
    return config.model_copy(update={"policy": policy})


class Trial:
    """Tries the text of a policy file, in a process of its own."""

    def __init__(self, config: Callable[[], Config]) -> None:
        self._config = config
        self._alone = asyncio.Lock()

    def files(self) -> dict[str, str]:
        """Return the policy files in force, by name."""
        folder = self._config().policy.folder
        return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.yaml"))}

    async def backtest(self, begin: datetime, name: str, text: str) -> Comparison:
        """Say what would have been different, had `text` been the policy file `name`.

        Raises RelayError where the text is wrong, or the mail too much.
        """
        if self._alone.locked():
            raise RelayError("Another trial is under way. Please try again when it has ended.")
        if len(text) > _LONGEST_TEXT:
            raise RelayError("That policy is too long.")
        async with self._alone:
            pool = ProcessPool(max_workers=1, context=get_context("forkserver"))
            try:
                task = partial(_compared, self._config(), begin, name, text)
                future = pool.schedule(task, timeout=_LONGEST)
                return await asyncio.wrap_future(future)
            except (TaskTimeoutError, ProcessExpired) as error:
                raise RelayError("That took too long; try it on fewer days.") from error
            finally:
                pool.stop()  # type: ignore[no-untyped-call]  # Pebble
                await asyncio.to_thread(pool.join)


def _compared(config: Config, begin: datetime, name: str, text: str) -> Comparison:
    """Do the work of a trial; runs in the process made for it."""
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    found = ask(config.store.url, lambda connection: kept.count(connection, begin))
    if found.kept > MOST_MESSAGES:
        raise RelayError(
            f"{found.kept:,} messages came in that time, more than {MOST_MESSAGES:,}; try fewer "
            "days, or `relay policy backtest`"
        )
    with tempfile.TemporaryDirectory(prefix="relay-trial-") as folder:
        tried = Path(folder) / "policies"
        shutil.copytree(config.policy.folder, tried)
        (tried / name).write_text(text, "utf-8")
        try:
            both = (rules(config), rules(with_folder(config, tried)))
        except RelayError as error:
            raise RelayError(str(error).replace(f"{tried}/", "")) from None
        return compare(*replayed(config, begin, both, lambda: None))
