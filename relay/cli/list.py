"""`relay list`: the last messages, to find the ID that other commands want."""

from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import local, print_json, print_table, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.store.store import ask
from relay.store.views import recent


def list_(
    config: ConfigPath = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(min=1, help="Most lines.")] = 20,
    json: AsJson = False,
) -> None:
    """List the last accepted messages, newest first."""
    found = ask(read_outline(config).store.url, lambda connection: recent(connection, limit))
    if json:
        for row in found:
            print_json(row)
        return
    print_table(
        ("id", "accepted", "host", "verdict", "now", "subject"),
        [
            (
                row["id"],
                local(row["accepted_at"]),
                escape(row["host"]),
                styled(row["verdict"] or ""),
                ", ".join(_counted(row["fates"])),
                escape(row["subject"] or ""),
            )
            for row in found
        ],
    )


def _counted(fates: list[str]) -> list[str]:
    """Return each fate once, with how many recipients have it where that is more than one."""
    return [
        styled(fate) + (f" ({fates.count(fate)})" if fates.count(fate) > 1 else "")
        for fate in dict.fromkeys(fates)
    ]
