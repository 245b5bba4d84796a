"""`relay export`: messages, attempts or the ledger, a line each, for other programs."""

import csv
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any

import typer

from relay.cli.console import err, print_json
from relay.cli.options import DEFAULT_CONFIG, ConfigPath, read_outline
from relay.store import export as rows
from relay.store.store import ask


class What(StrEnum):
    """A table for others."""

    MESSAGES = "messages"
    ATTEMPTS = "attempts"
    LEDGER = "ledger"


class Form(StrEnum):
    """How it is written."""

    CSV = "csv"
    JSONL = "jsonl"


_Moment = Annotated[datetime | None, typer.Option(help="By the clock of this machine.")]


def export(
    what: Annotated[What, typer.Argument(help="Which table.")],
    config: ConfigPath = DEFAULT_CONFIG,
    form: Annotated[Form, typer.Option("--format", help="csv or jsonl.")] = Form.CSV,
    since: _Moment = None,
    until: _Moment = None,
) -> None:
    """Print a table, the oldest row first, without the bytes of any mail."""
    names = rows.columns(what)
    take: Callable[[Mapping[str, Any]], None] = lambda row: print_json(dict(row))  # noqa: E731 - one of two
    if form is Form.CSV:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(names)
        take = lambda row: writer.writerow([_cell(row[name]) for name in names])  # noqa: E731 - the other
    url, first, last = read_outline(config).store.url, _aware(since), _aware(until)
    count = ask(url, lambda connection: rows.export(connection, what, first, last, take))
    err.print(f"{count} rows")


def _aware(at: datetime | None) -> datetime | None:
    return None if at is None else at.astimezone(UTC)


def _cell(value: Any) -> str:
    """Return a value for a spreadsheet, which takes what begins like a formula for one."""
    if value is None:
        return ""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "@", "\t") or text[:2] == "-=" else text
