"""`relay jobs`: what reports come from where, how they went, and when the next one is due."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.markup import escape
from sqlalchemy import Connection

from relay.cli.console import err, minute, out, print_json, print_table, strip, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, Reason, order, read_outline
from relay.config import Config
from relay.errors import NotFoundError
from relay.pipeline.incident import Incident
from relay.pipeline.job import JobState, medians
from relay.policy.match import like, short
from relay.store import jobs
from relay.store.store import ask

_SHOWN = 12  # of the last verdicts, in the list

app = typer.Typer(help="Jobs, their rhythm and their incidents.", no_args_is_help=True)

Host = Annotated[str, typer.Argument(help="The host, by its full or short name.")]
Job = Annotated[
    str, typer.Argument(help="The job; a part of its name is enough if only it has it.")
]


@app.command("list")
def list_(
    config: ConfigPath = DEFAULT_CONFIG,
    host: Annotated[str, typer.Option(metavar="GLOB", help="Only of such hosts.")] = "*",
    bad: Annotated[bool, typer.Option("--bad", help="Only those that are not well.")] = False,
    missing: Annotated[
        bool, typer.Option("--missing", help="Only those whose report did not come.")
    ] = False,
    json: AsJson = False,
) -> None:
    """List the jobs, with a letter for each of the last verdicts, the newest last.

    s is a success, w a warning, f a failure, u an unknown.
    """
    found = [
        state
        for state in ask(read_outline(config).store.url, jobs.every)
        if like((host,), (state.host, short(state.host)))
        if not (bad or missing) or (bad and state.incident) or (missing and state.missing_at)
    ]
    if json:
        for state in found:
            print_json(_plain(state))
        return
    columns = ("host", "job", "last", "before", "last seen", "rhythm", "next", "incident")
    print_table(columns, [_row(state) for state in found])
    if not found:
        err.print("no such job is known")


def _row(state: JobState) -> tuple[str, ...]:
    return (
        escape(state.host),
        escape(state.job),
        styled(state.verdict),
        strip(state.strip[-_SHOWN:]),
        minute(state.last_seen),
        escape(state.rhythm),
        _next(state),
        _incident(state),
    )


def _next(state: JobState) -> str:
    if state.missing_at is not None:
        return f"[red]missing since {minute(state.expected_at)}[/]"
    return minute(state.expected_at)


def _incident(state: JobState) -> str:
    if state.incident is None:
        return ""
    times = "once" if state.incident.count == 1 else f"{state.incident.count} times"
    return f"[red]since {minute(state.incident.opened_at)}, {times}[/]"


def _plain(state: JobState) -> dict[str, Any]:
    """Return a job as programs get it; the long list of its arrivals stays in the store."""
    whole = asdict(state)
    del whole["arrivals"], whole["figures"]
    return {**whole, "usual": medians(state.figures)}


@app.command()
def show(host: Host, job: Job, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Show all that is known of one job."""
    state = _find(read_outline(config), host, job)
    if json:
        print_json(_plain(state))
        return
    for name, value in _facts(state):
        if value:
            out.print(f"{name:>14}  {value}")


def _find(config: Config, host: str, job: str) -> JobState:
    def look(connection: Connection) -> JobState | None:
        return jobs.find(connection, *jobs.named(connection, host, job))

    state = ask(config.store.url, look)
    if state is None:
        raise NotFoundError(f"the job {job} of {host} has just been forgotten")
    return state


def _facts(state: JobState) -> Iterator[tuple[str, str]]:
    yield "host", escape(state.host)
    yield "job", escape(state.job)
    yield "last verdict", f"{styled(state.verdict)}, told by {escape(state.last_message)}"
    yield "verdicts", f"{strip(state.strip)}  [dim](oldest first, of {state.runs} runs)[/]"
    yield "first seen", minute(state.first_seen)
    yield "last seen", minute(state.last_seen)
    yield "rhythm", escape(state.rhythm or "none is known: nothing is expected")
    if state.declared:
        by = "the operator" if state.by_hand else "a rule"
        yield "declared", f"{escape(state.declared)}, by {by}"
    yield "next expected", minute(state.expected_at)
    yield "missing after", minute(state.late_after) if state.missing_at is None else ""
    if state.missing_at:
        yield (
            "missing",
            f"[red]told {state.missing_told} time(s), first {minute(state.missing_at)}[/]",
        )
    if state.incident:
        yield from _of_incident(state.incident)
    yield "recipients", escape(", ".join(state.recipients))
    for name, value in medians(state.figures).items():
        yield "usually", f"{escape(name.replace('_', ' '))} {value:,.10g}"


def _of_incident(incident: Incident) -> Iterator[tuple[str, str]]:
    yield "incident", f"[red]since {minute(incident.opened_at)}[/], opened by {escape(incident.id)}"
    yield "how bad", f"{styled(incident.worst)}: {escape(incident.what)}"
    yield "how often", f"{incident.count} reports, the last at {minute(incident.last_at)}"
    yield "not yet told", f"{incident.untold} of them" if incident.untold else ""
    yield "told to", escape(", ".join(incident.recipients))


@app.command()
def forget(
    host: Host, job: Job, reason: Reason, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False
) -> None:
    """Retire a job that runs no more: no alarm, no incident; what waits for a reminder leaves."""
    host, job = order(read_outline(config), "jobs forget", host=host, job=job, reason=reason)
    if json:
        print_json({"forgotten": {"host": host, "job": job}})
    else:
        out.print(escape(f"forgotten: {job} of {host}; should it report again, it is a new job"))


@app.command()
def expect(
    host: Host,
    job: Job,
    when: Annotated[
        str,
        typer.Argument(help='Such as "daily by 06:00 Europe/Berlin"; none; learned.'),
    ],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say when a job's reports are due, whatever rules and its rhythm say.

    "daily by 06:00" is a deadline; "0 2 * * *, grace 45m" and "every 4 hours" are starts. `none`
    never calls it missing; `learned` takes the word back.
    """
    loaded = read_outline(config)
    zone = loaded.policy.time_zone
    host, job = order(loaded, "jobs expect", host=host, job=job, when=when, zone=zone)
    state = _find(loaded, host, job)
    if json:
        print_json(_plain(state))
    elif state.expected_at is None:
        out.print(escape(f"{job} of {host}: nothing is expected"))
    else:
        due = f"next expected at {minute(state.expected_at)}"
        late = f"missing after {minute(state.late_after)}"
        out.print(escape(f"{job} of {host}: {state.rhythm}; {due}, {late}"))
