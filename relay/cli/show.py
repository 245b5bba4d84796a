"""`relay show`: a message's bytes, as they came or as they left."""

import sys
from typing import Annotated

import typer

from relay.cli.options import DEFAULT_CONFIG, ConfigPath, read_outline
from relay.store import views
from relay.store.store import ask


def show(
    key: Annotated[str, typer.Argument(metavar="ID", help="Message ID, or ID-N for one mail.")],
    original: Annotated[
        bool, typer.Option("--original/--final", help="As accepted, or as last sent.")
    ] = True,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Print a message's exact bytes."""
    question = views.original if original else views.final
    raw = ask(read_outline(config).store.url, lambda connection: question(connection, key))
    sys.stdout.buffer.write(raw)
