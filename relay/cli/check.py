"""`relay check`: is the configuration right?"""

import typer
from rich.markup import escape

from relay.cli.console import complain, err, out, print_json
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_config
from relay.config import warnings
from relay.errors import ConfigError


def check(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Validate the configuration and the policies; print every problem as `file:line what`."""
    problems: list[str] = []
    advice: list[str] = []
    try:
        advice = warnings(read_config(config))
    except ConfigError as error:
        problems = error.problems
        if not json:
            complain(error)
    if json:
        print_json({"problems": problems, "warnings": advice})
    else:
        for line in advice:
            err.print(f"[yellow]warning:[/] {escape(line)}")
    if problems:
        raise typer.Exit(2)
    if not json:
        out.print(f"{config}: valid")
