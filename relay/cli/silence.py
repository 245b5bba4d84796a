"""`relay silence`: jobs that need no attention until a certain time."""

import getpass
import os
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy import Connection

from relay.cli.console import err, minute, out, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, Reason, order, read_outline
from relay.pipeline.history import Silence
from relay.rhythm.schedule import length
from relay.store import jobs, silences
from relay.store.silences import Kept
from relay.store.store import ask

app = typer.Typer(
    help="Keep reports back for a time; failures reach the owner all the same.",
    no_args_is_help=True,
)


Hosts = Annotated[str, typer.Option("--host", metavar="GLOB", help="Full or short names.")]
Jobs = Annotated[str, typer.Option("--job", metavar="GLOB", help="Names; all by default.")]
Until = Annotated[
    str | None, typer.Option(metavar="TIME", help="Such as 18:30 or 2026-11-30T08:00.")
]
For = Annotated[
    str | None, typer.Option("--for", metavar="LENGTH", help="Such as 90m, 2h or 3 days.")
]
Author = Annotated[str | None, typer.Option(metavar="NAME", help="The login name by default.")]


@app.command()
def add(  # noqa: PLR0913 - each is an option of the command
    *,
    host: Hosts,
    job: Jobs = "*",
    until: Until = None,
    lasting: For = None,
    reason: Reason,
    author: Author = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Silence jobs for at most 90 days; what they report is counted, and told at the end."""
    end_at = _end(until, lasting, datetime.now(UTC))
    loaded = read_outline(config)
    asked = {
        "host": host,
        "job": job,
        "until": end_at.isoformat(),
        "author": _login() if author is None else author,
        "reason": reason,
    }
    (silence_id,) = order(loaded, "silence add", **asked)
    kept, covered = ask(loaded.store.url, lambda connection: _look(connection, silence_id))
    if json:
        print_json({**_plain(kept), "covers": [list(each) for each in covered]})
        return
    out.print(f"{silence_id}: silent until {minute(end_at)}; it covers {_many(covered)}")
    if not covered:
        err.print("[yellow]warning:[/] no job that is known by now is like that")


def _end(until: str | None, lasting: str | None, now: datetime) -> datetime:
    if (until is None) == (lasting is None):
        raise typer.BadParameter("give one of both", param_hint="--until or --for")
    if lasting is not None:
        try:
            return now + length(lasting)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--for") from error
    try:
        return _moment(until or "", now)
    except ValueError as error:
        hint = f'"{until}" is no time; write 18:30, 2026-11-30T08:00 or 2026-11-30T08:00+01:00'
        raise typer.BadParameter(hint, param_hint="--until") from error


def _moment(text: str, now: datetime) -> datetime:
    """Read a time of day, the next one, or a date with a time, by the clock of this machine."""
    here = now.astimezone()
    try:
        clock = time.fromisoformat(text)
    except ValueError:
        return datetime.fromisoformat(text).astimezone()
    today = datetime.combine(here.date(), clock).astimezone()
    return (
        today
        if today > now
        else datetime.combine(here.date() + timedelta(days=1), clock).astimezone()
    )


def _login() -> str:
    try:
        return os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):
        return f"user {os.getuid()}"


def _look(connection: Connection, silence_id: str) -> tuple[Kept, list[tuple[str, str]]]:
    now = datetime.now(UTC)
    kept = next(
        each
        for each in silences.listed(connection, now, ended=True)
        if each.silence.id == silence_id
    )
    known = jobs.names(connection)
    return kept, [each for each in known if kept.silence.covers(*each, now)]


def _many(covered: list[tuple[str, str]]) -> str:
    return "1 known job" if len(covered) == 1 else f"{len(covered)} known jobs"


def _plain(kept: Kept) -> dict[str, Any]:
    silence: Silence = kept.silence
    return {
        "id": silence.id,
        "host": silence.host,
        "job": silence.job,
        "author": silence.author,
        "reason": silence.reason,
        "since": kept.since,
        "until": silence.until,
        "waiting": kept.waiting,
    }


@app.command("list")
def list_(
    config: ConfigPath = DEFAULT_CONFIG,
    ended: Annotated[bool, typer.Option("--all", help="With those that have ended.")] = False,
    json: AsJson = False,
) -> None:
    """List the silences in force, and how many reports each keeps back."""
    now = datetime.now(UTC)
    found = ask(read_outline(config).store.url, lambda c: silences.listed(c, now, ended=ended))
    if json:
        for kept in found:
            print_json(_plain(kept))
        return
    columns = ("id", "hosts", "jobs", "since", "until", "keeps back", "by", "reason")
    print_table(columns, [_row(kept) for kept in found])
    if not found:
        err.print("nothing is silenced")


def _row(kept: Kept) -> tuple[str, ...]:
    silence = kept.silence
    return (
        silence.id,
        escape(silence.host),
        escape(silence.job),
        minute(kept.since),
        minute(silence.until),
        str(kept.waiting),
        escape(silence.author),
        escape(silence.reason),
    )


@app.command()
def end(
    silence: Annotated[str, typer.Argument(metavar="ID", help="Such as S1.")],
    reason: Reason,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """End a silence before its time; what it kept back leaves at once."""
    (silence_id,) = order(read_outline(config), "silence end", silence=silence, reason=reason)
    if json:
        print_json({"ended": silence_id})
    else:
        out.print(f"{silence_id}: ended; what it kept back leaves now")
