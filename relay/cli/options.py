"""The options and look-ups that several commands share."""

import os
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from relay.assembly import control_path
from relay.config import Config, load, outline
from relay.errors import StoreBusyError
from relay.store.acts import perform
from relay.store.store import Store
from relay.web import control

ConfigPath = Annotated[
    Path,
    typer.Option("--config", "-c", envvar="RELAY_CONFIG", help="Configuration file."),
]
Reason = Annotated[str, typer.Option("--reason", help="Why; it goes into the ledger.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
DEFAULT_CONFIG = Path("config.yaml")


def read_config(path: Path) -> Config:
    """Load the configuration that this command works on."""
    return load(path, os.environ)


def read_outline(path: Path) -> Config:
    """Load the configuration without a look at policies, keys and other files."""
    return outline(path, os.environ)


def order(config: Config, act: str, **arguments: str | None) -> list[str]:
    """Do an act on the store, or have the relay that runs on it do it; return what it was done to.

    `act` is one of store.acts.
    """
    node = f"{socket.gethostname()}-commands"
    try:
        with Store(config.store.url, node, lambda: datetime.now(UTC)) as store:
            return store.write_now(lambda tx: perform(tx, act, arguments))
    except StoreBusyError:
        path = control_path(config.store.url)
        if path is None:
            raise
        return control.ask(path, act, arguments)
