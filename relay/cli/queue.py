"""`relay queue`: what waits, and what an operator may do about it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from relay.cli.console import err, local, out, print_json, print_table, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, Reason, order, read_outline
from relay.store.backlog import waiting
from relay.store.operate import Action
from relay.store.store import ask
from relay.store.views import dossier

app = typer.Typer(help="What waits to be understood or sent.", no_args_is_help=True)

Key = Annotated[str, typer.Argument(metavar="ID", help="Message ID, or ID-N for one mail.")]


@app.command("list")
def list_(
    config: ConfigPath = DEFAULT_CONFIG,
    limit: Annotated[int, typer.Option(min=1, help="Most lines.")] = 100,
    json: AsJson = False,
) -> None:
    """List what has not reached its end, most urgent first."""
    found = ask(read_outline(config).store.url, lambda connection: waiting(connection, limit))
    if json:
        for each in found:
            print_json(each)
        return
    columns = ("id", "state", "for", "subject", "accepted", "next", "tries", "reason")
    print_table(
        columns,
        [
            (
                each.id,
                styled(each.state),
                escape(each.recipient or each.stage),
                escape(each.subject or ""),
                local(each.accepted_at),
                local(each.due_at),
                str(each.tries),
                escape(each.reason or ""),
            )
            for each in found
        ],
    )
    if not found:
        err.print("nothing waits")


@app.command()
def show(key: Key, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show one message: its recipients, its mails, every attempt."""
    found = ask(read_outline(config).store.url, lambda connection: dossier(connection, key))
    if json:
        print_json(
            {
                "message": found.message,
                "recipients": found.recipients,
                "mails": found.mails,
                "attempts": found.attempts,
            }
        )
        return
    for name in ("id", "accepted_at", "host", "reverse_path", "size", "state", "verdict", "job"):
        out.print(f"{name:>12}  {escape(_cell(found.message[name]))}")
    print_table(("recipient", "carried by"), _rows(found.recipients, "address", "carried_by"))
    print_table(
        ("mail", "state", "to", "upstream", "tries", "next", "last reply"),
        _rows(found.mails, "id", "state", "recipient", "upstream", "tries", "due_at", "reason"),
    )
    print_table(
        ("attempt of", "number", "started", "outcome", "phase", "reply"),
        _rows(found.attempts, "outgoing_id", "number", "started_at", "outcome", "phase", "reply"),
    )


def _rows(records: Iterable[Mapping[str, Any]], *names: str) -> list[list[str]]:
    return [[styled(_cell(record[name])) for name in names] for record in records]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return local(value)
    return "" if value is None else str(value)


@app.command()
def retry(key: Key, reason: Reason, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Try a waiting mail now, whatever its schedule says."""
    _operate(config, Action.RETRY, key, reason)


@app.command()
def hold(key: Key, reason: Reason, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Set something that waits aside until it is released."""
    _operate(config, Action.HOLD, key, reason)


@app.command()
def release(key: Key, reason: Reason, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Let something that is held go on, even if a policy held it."""
    _operate(config, Action.RELEASE, key, reason)


@app.command()
def drop(key: Key, reason: Reason, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Give up something that waits or is held; it stays on record as dropped by the operator."""
    _operate(config, Action.DROP, key, reason)


def _operate(path: Path, action: Action, key: str, reason: str) -> None:
    done = order(read_outline(path), f"queue {action}", key=key, reason=reason)
    out.print(f"{action}: {', '.join(done)}")
