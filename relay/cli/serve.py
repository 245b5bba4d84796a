"""`relay serve`: run the relay."""

import asyncio
import os
from typing import Annotated

import typer
import uvloop

from relay import journal
from relay.cli.options import DEFAULT_CONFIG, ConfigPath


def serve(
    config: ConfigPath = DEFAULT_CONFIG,
    log: Annotated[
        str | None, typer.Option(help="Log as `json` or `text`; text on a terminal by default.")
    ] = None,
) -> None:
    """Take mail until SIGTERM; SIGHUP reads the configuration again."""
    from relay import app  # noqa: PLC0415 - the servers take half a second to import

    if log not in (None, "json", "text"):
        raise typer.BadParameter("write json or text", param_hint="--log")
    journal.configure("json" if log == "json" else "text" if log == "text" else None)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(app.serve(config, os.environ))
