"""`relay recipients`: who gets what, who chose what, whose mail came back."""

import csv
import io
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy import Connection

from relay.assembly import Keys, addressing
from relay.choice.choice import Choice
from relay.cli.console import err, minute, out, print_json, print_table, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, Reason, order, read_outline
from relay.errors import RelayError
from relay.pipeline.standing import Standing, standings
from relay.store import choices, recipients
from relay.store.recipients import Known
from relay.store.store import ask

app = typer.Typer(
    help="What recipients chose, and addresses that refuse mail.", no_args_is_help=True
)

Address = Annotated[str, typer.Argument(metavar="ADDRESS", help="The recipient.")]


@app.command("list")
def list_(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List what was chosen, and which addresses are suppressed."""
    found = ask(read_outline(config).store.url, choices.every)
    if json:
        for choice in found:
            print_json(_plain(choice))
        return
    print_table(("recipient", "of", "gets", "by", "since", "until", "why"), map(_row, found))
    if not found:
        err.print("nobody has chosen anything, and no address is suppressed")


def _plain(choice: Choice) -> dict[str, Any]:
    return dict(zip(recipients.COLUMNS, recipients.columns(choice), strict=True))


def _row(choice: Choice) -> tuple[str, ...]:
    return (
        escape(choice.recipient),
        escape(str(choice.scope)),
        choice.level.word,
        choice.source,
        minute(choice.at),
        minute(choice.until),
        escape(choice.note),
    )


@app.command()
def show(recipient: Address, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show what a recipient gets of each job, by whose word, and what came back of it."""
    loaded = read_outline(config)
    stewards = addressing(loaded, Keys(verp=b"", choice=())).stewards
    known, everybody = ask(loaded.store.url, lambda c: _look(c, recipient))
    stands = standings(known.recipient, known.jobs, everybody, stewards, datetime.now(UTC))
    if json:
        told = [_plain(each) for each in known.choices]
        all_of_it = {"jobs": list(map(_job, stands)), "choices": told, "returned": known.returned}
        print_json({"recipient": known.recipient, **all_of_it})
        return
    out.print(f"[bold]{escape(known.recipient)}[/]")
    for choice in known.choices:
        until = f", until {minute(choice.until)}" if choice.until else ""
        out.print(f"  chose     {escape(str(choice))}{until}")
    for each in stands:
        _print_job(each)
    for row in known.returned:
        status = f"{row['status']} " if row["status"] and row["status"] not in row["note"] else ""
        text = escape(f"{status}{row['note']}")
        out.print(f"  returned  {minute(row['at'])}  {row['kind']}  {text}  ({row['outgoing_id']})")


def _look(connection: Connection, recipient: str) -> tuple[Known, tuple[Choice, ...]]:
    return recipients.known(connection, recipient), choices.every(connection)


def _job(standing: Standing) -> dict[str, Any]:
    job = standing.job
    return {
        "host": job.host,
        "job": job.job,
        "verdict": job.verdict,
        "level": standing.level.word,
        "by": standing.by.source if standing.by else None,
        "failures_told_to": standing.handed_to,
    }


def _print_job(standing: Standing) -> None:
    job, to = standing.job, standing.handed_to
    floor = f"; all decline its failures, so {escape(to)} is told" if to else ""
    name = escape(f"{job.host} {job.job}")
    out.print(f"  gets      {standing.level.word} of {styled(job.verdict)}  {name}{floor}")


@app.command()
def suppress(
    recipient: Address,
    *,
    reason: Reason,
    days: Annotated[int, typer.Option(min=1, max=3650, help="For how long.")] = 90,
    host: Annotated[str, typer.Option(help="Only of this host, by its full name.")] = "",
    job: Annotated[str, typer.Option(help="Only of this job of it.")] = "",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Send a recipient nothing; of failures that nobody else would hear of, the owner is told."""
    if job and not host:
        raise typer.BadParameter("give the host of the job, too", param_hint="--host")
    about = {"days": str(days), "reason": reason, "host": host, "job": job}
    order(read_outline(config), "recipients suppress", recipient=recipient, **about)
    out.print(f"{escape(recipient)} gets nothing of it for {days} days")


@app.command()
def allow(
    recipient: Address,
    *,
    reason: Reason,
    own: Annotated[
        bool, typer.Option("--choices", help="What they chose themselves, too.")
    ] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Take back suppressions, so that a recipient gets mail again; bounces are counted anew.

    What people chose themselves stays, unless --choices takes it back as well: they may mind.
    """
    about = {"reason": reason, "everything": "yes" if own else "no"}
    done = order(read_outline(config), "recipients allow", recipient=recipient, **about)
    for scope in done:
        out.print(f"{escape(recipient)} gets mail again of {escape(scope)}")


@app.command()
def export(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Print all choices and suppressions as CSV."""
    writer = csv.writer(sys.stdout)
    writer.writerow(recipients.COLUMNS)
    for choice in ask(read_outline(config).store.url, choices.every):
        writer.writerow(recipients.columns(choice))


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="CSV as `export` writes it; - is standard input.")],
    *,
    reason: Reason,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Take choices from CSV; all of it, or, with a word on what is wrong, nothing."""
    given = csv.reader(io.StringIO(_text_of(file), newline=""), strict=True)
    try:
        found = [(given.line_num, row) for row in given if row]
    except csv.Error as error:
        raise RelayError(f"line {given.line_num}: {error}") from None
    head, *rows = found or [(1, [])]
    if tuple(head[1]) != recipients.COLUMNS:
        raise RelayError(f"line 1: write the names of the columns: {','.join(recipients.COLUMNS)}")
    # One line for each row on the way to the relay, so no cell may hold what ends a line or a cell.
    cells = [[str(number), *(" ".join(cell.split()) for cell in row)] for number, row in rows]
    lines = "\n".join("\t".join(row) for row in cells)
    done = order(read_outline(config), "recipients import", rows=lines, reason=reason)
    out.print(f"{len(done)} choices were taken")


def _text_of(file: Path) -> str:
    data = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    try:
        return data.decode("utf-8-sig")  # spreadsheets put a mark in front
    except UnicodeDecodeError as error:
        raise RelayError(f"{file} is no UTF-8 text: {error}") from None


@app.command("rotate-key")
def rotate_key(*, reason: Reason, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Make a new key for opt-out links; those of the key before it go on working."""
    live = order(read_outline(config), "recipients rotate-key", reason=reason)
    out.print(f"links are good that were made by the keys {' and '.join(live)}")
    err.print("the running relay writes with the new key after its next reload")
