"""`relay feedback`: what receivers report of our mail, and senders of our servers."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, minute, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.store.feedback import SUCCEEDED, Sender, Sessions, senders, sessions
from relay.store.store import ask


def feedback(
    domain: Annotated[
        str | None, typer.Argument(help="Only this domain, instead of all that were reported.")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=400, help="How far back to look.")] = 30,
    tls: Annotated[bool, typer.Option("--tls", help="Sessions with our servers instead.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Show who sends with our domains and what fails DMARC, from receivers' aggregate reports."""
    since = datetime.now(UTC) - timedelta(days=days)
    url = read_outline(config).store.url
    found: list[Sender] | list[Sessions]
    found = (
        ask(url, partial(sessions, since=since)) if tls else ask(url, partial(senders, since=since))
    )
    shown = [each for each in found if domain in (None, each.domain)]
    if json:
        for each in shown:
            print_json(each)
        return
    print_table(_SESSION_COLUMNS if tls else _COLUMNS, map(_row, shown))
    if not shown:
        err.print(
            f"nothing was reported in {days} days; docs/domains.md says how reports come here"
        )


_COLUMNS = (
    "domain", "address", "mails", "dkim", "spf", "fail", "stopped", "failing since", "last", "by",
)  # fmt: skip
_SESSION_COLUMNS = ("domain", "policy", "result", "server", "sessions", "since", "last", "by")


def _row(each: Sender | Sessions) -> tuple[str, ...]:
    by = f"{each.reporters}"
    if isinstance(each, Sessions):
        color = "green" if each.result == SUCCEEDED else "red"
        names = map(escape, (each.domain, each.policy))
        result = f"[{color}]{escape(each.result)}[/]"
        server, count = escape(each.server), str(each.count)
        return (*names, result, server, count, minute(each.since), minute(each.last), by)
    failing = f"[red]{each.failing}[/]" if each.failing else "0"
    counts = (str(each.count), str(each.dkim), str(each.spf), failing, str(each.stopped))
    return (escape(each.domain), each.address, *counts, minute(each.since), minute(each.last), by)
