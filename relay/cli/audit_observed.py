"""`relay audit --observed`: what the mails in the store say about jobs, and about findings."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime

from rich.markup import escape
from sqlalchemy import Connection

from relay.audit.audit import Audited
from relay.audit.observed import Hygiene, Observation, hygiene, observe, seen_of
from relay.cli.audit_output import Format
from relay.cli.console import err, minute, print_json, print_table
from relay.config import Config
from relay.store.hygiene import accepted
from relay.store.store import ask

_MOST_MAILS = 20_000
_COLUMNS = (
    "host", "job", "grade", "trend", "mails", "a day", "false success", "false alarm",
    "no Date or ID", "local From", "secrets", "clear text", "last false",
)  # fmt: skip


def observations(config: Config, since: datetime) -> list[Observation]:
    """Return what is wrong with each mail since then, the newest first."""

    def look(connection: Connection) -> list[Observation]:
        return [observe(each) for each in accepted(connection, since, _MOST_MAILS)]

    found = ask(config.store.url, look)
    if len(found) == _MOST_MAILS:
        err.print(f"only the newest {_MOST_MAILS:,} mails were looked at")
    return found


def with_observed(
    results: Sequence[Audited], known: Sequence[Observation], days: int
) -> list[Audited]:
    """Return the results with what mails have shown at the findings that are about one."""
    return [
        replace(
            result,
            findings=tuple(
                replace(each, observed=seen_of(each.subject, known, days) if each.subject else "")
                for each in result.findings
            ),
        )
        for result in results
    ]


def print_hygiene(
    known: Sequence[Observation], since: datetime, until: datetime, form: Format
) -> None:
    """Print a row for each job, the worst first."""
    rows = hygiene(known, since, until)
    if form is Format.JSON:
        for each in rows:
            print_json(asdict(each))
        return
    print_table(_COLUMNS, map(_row, rows))
    if not rows:
        err.print("no report is kept of that time; retention in config.yaml says how long they are")


def _row(each: Hygiene) -> tuple[str, ...]:
    color = "green" if each.grade in "AB" else ("yellow" if each.grade == "C" else "red")
    trend = (
        "" if each.trend is None else f"{'better' if each.trend > 0 else 'worse'} {each.trend:+d}"
    )
    counts = (
        each.false_successes, each.false_alarms, each.without_fields, each.local_senders,
        each.secrets, each.clear,
    )  # fmt: skip
    return (
        escape(each.host),
        escape(each.job),
        f"[{color}]{each.grade}[/] {each.score}",
        trend,
        str(each.mails),
        str(each.a_day),
        *(f"[red]{count}[/]" if count else "0" for count in counts),
        minute(each.last_false),
    )
