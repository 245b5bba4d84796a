"""How commands speak: tables and colours on a terminal, plain text in a pipe, JSON for programs."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

out = Console(soft_wrap=True, highlight=False)
err = Console(stderr=True, soft_wrap=True, highlight=False)

STYLES = {
    "success": "green",
    "delivered": "green",
    "digested": "green",
    "counted": "green",
    "warning": "yellow",
    "unknown": "yellow",
    "held": "yellow",
    "waiting": "cyan",
    "declined": "cyan",
    "read": "cyan",
    "failure": "red",
    "note": "cyan",
    "error": "red",
    "ok": "green",
    "right": "green",
    "different": "red",
    "missing": "red",
    "bounced": "red",
    "lost": "red",
}


_WHOLE = ("id", "mail", "attempt of", "carried by")


def complain(error: Exception) -> None:
    """Say on standard error what went wrong, a line for each problem."""
    for line in str(error).splitlines():
        err.print(f"[red]error:[/] {escape(line)}")


def print_json(value: Any) -> None:
    """Print `value` as one line of JSON; dataclasses become objects, times ISO 8601."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    print(json.dumps(plain, default=_jsonable, ensure_ascii=False))  # noqa: T201 - for programs


def _jsonable(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def styled(word: str) -> str:
    """Return `word` in the colour that it has everywhere."""
    style = STYLES.get(word)
    return f"[{style}]{escape(word)}[/]" if style else escape(word)


_LETTERS = {"s": "green", "w": "yellow", "u": "yellow", "f": "red"}


def strip(letters: str) -> str:
    """Return letters of verdicts, each in its colour."""
    return "".join(
        f"[{_LETTERS[each]}]{each}[/]" if each in _LETTERS else escape(each) for each in letters
    )


def print_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print rows of marked-up cells: a table on a terminal, tab-separated lines in a pipe."""
    if not out.is_terminal:
        for row in rows:
            # Rich would make spaces of the tabs.
            print("\t".join(Text.from_markup(cell).plain for cell in row))  # noqa: T201 - for programs
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        # An ID is there to be copied into the next command.
        table.add_column(column, no_wrap=column in _WHOLE, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console(highlight=False).print(table)


def local(at: datetime | None) -> str:
    """Return a time as the operator's clock shows it, to the second."""
    return "" if at is None else at.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def minute(at: datetime | None) -> str:
    """Return a time as the operator's clock shows it, to the minute: lists have little room."""
    return local(at)[:-3]
