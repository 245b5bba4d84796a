"""`relay digest`: what waits to leave in one mail, and how that mail will look."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, minute, out, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, Reason, order, read_outline
from relay.errors import RelayError
from relay.store import pending
from relay.store.pending import Pending
from relay.store.store import ask

app = typer.Typer(
    help="Reports that wait for one mail: digests, reminders, summaries.", no_args_is_help=True
)

Recipient = Annotated[str, typer.Argument(help="Whose mail.")]
Name = Annotated[
    str | None,
    typer.Option(help="As `relay digest list` shows it; needed where several digests wait."),
]


@app.command("list")
def list_(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List what waits, the first to leave first."""
    found = ask(read_outline(config).store.url, pending.pending)
    if json:
        for each in found:
            print_json(each)
        return
    columns = ("kind", "for", "name", "reports", "since", "leaves", "why then")
    print_table(columns, [_row(each) for each in found])
    if not found:
        err.print("nothing waits")


def _row(each: Pending) -> tuple[str, ...]:
    return (
        each.kind,
        escape(each.recipient),
        escape(each.name),
        str(each.reports),
        minute(each.opened_at),
        minute(each.due_at) if each.state == "open" else "being composed",
        escape(each.hastened or each.schedule),
    )


@app.command()
def preview(
    recipient: Recipient,
    name: Name = None,
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write it as a page instead.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Render what waits for a recipient, as it would leave when it is due; nothing is sent."""
    loaded = read_outline(config)
    now, zone = datetime.now(UTC), loaded.policy.time_zone
    found = ask(loaded.store.url, lambda c: pending.preview(c, recipient, name, now, zone))
    if html is not None:
        if not found.html:
            raise RelayError("a reminder is text alone; leave out --html")
        html.write_text(found.html, encoding="utf-8")
    if json:
        print_json(asdict(found) if html is None else {"subject": found.subject, "html": str(html)})
    elif html is None:
        print(f"Subject: {found.subject}\n\n{found.text}", end="")  # noqa: T201 - as it is
    else:
        out.print(escape(f"{html}: {found.subject}"))


@app.command()
def send(
    recipient: Recipient,
    reason: Reason,
    name: Name = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Let what waits for a recipient leave now."""
    loaded = read_outline(config)
    sent = order(loaded, "digest send", recipient=recipient, name=name, reason=reason)
    if json:
        print_json({"sent": sent})
    else:
        out.print(escape(f"due now: {', '.join(sent)}"))
