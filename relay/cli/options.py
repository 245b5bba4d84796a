"""The options and look-ups that several commands share."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from relay.config import Config, load, outline
from relay.store.store import Store
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


def read_outline(path: Path) -> Config:
    """Load the configuration without a look at policies, keys and other files."""
    return outline(path, os.environ)


def change_store(config: Config, work: Work[T]) -> T:
    """Run `work` as the store's writer; StoreBusyError if a relay on SQLite is running."""
    node = f"{socket.gethostname()}-commands"
    with Store(config.store.url, node, lambda: datetime.now(UTC)) as store:
        return store.write_now(work)
