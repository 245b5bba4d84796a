"""`relay demo`: the relay at work on this machine, in under a minute."""

from pathlib import Path
from typing import Annotated

import typer

from relay.cli.options import AsJson


def demo(
    folder: Annotated[Path, typer.Option(help="Made anew; left there to look at.")] = Path("demo"),
    json: AsJson = False,
) -> None:
    """Run real rsync jobs through scripts that mail their output, and show what leaves."""
    from relay.demo.show import show  # noqa: PLC0415 - it brings the whole relay with it

    show(folder, json)
