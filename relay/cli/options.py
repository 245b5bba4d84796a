"""The options and look-ups that several commands share."""

import os
import socket
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy import Connection

from relay.config import Config, load
from relay.errors import StoreError
from relay.store.engine import reading_engine, sqlite_file
from relay.store.store import Store, read_from
from relay.store.writer import Work

T = TypeVar("T")

ConfigPath = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="RELAY_CONFIG", help="Configuration file."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
DEFAULT_CONFIG = Path("config.yaml")


def read_config(path: Path) -> Config:
    """Load the configuration that this command works on."""
    return load(path, os.environ)


def ask_store(config: Config, query: Callable[[Connection], T]) -> T:
    """Run a read-only `query`; it may run beside a running relay."""
    path = sqlite_file(config.store.url)
    if path is not None and not path.exists():
        raise StoreError(f"there is no store at {path} yet; `relay serve` makes it")
    engine = reading_engine(config.store.url)
    try:
        return read_from(engine, query)
    finally:
        engine.dispose()


def change_store(config: Config, work: Work[T]) -> T:
    """Run `work` as the store's writer; StoreBusyError if a relay on SQLite is running."""
    node = f"{socket.gethostname()}-commands"
    with Store(config.store.url, node, lambda: datetime.now(UTC)) as store:
        return store.write_now(work)
