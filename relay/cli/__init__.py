"""The command line: one module a command, ten lines each; the work is done elsewhere.

Exit codes: 0 done; 1 the answer is bad news (a check found something); 2 wrong usage or
configuration; 3 nothing has this name. `--json` prints for programs what is otherwise a table.
"""

import sys
from typing import Annotated

import typer
from sqlalchemy.exc import DatabaseError

from relay import __version__
from relay.cli import (
    audit,
    check,
    configuration,
    demo,
    digest,
    dns,
    doctor,
    explain,
    export,
    feedback,
    jobs,
    keys,
    ledger,
    lint,
    man,
    operators,
    policy,
    queue,
    recipients,
    remedy,
    selftest,
    serve,
    show,
    silence,
    status,
    tail,
    users,
    why,
)
from relay.cli import list as list_messages
from relay.cli.console import complain, out
from relay.errors import NotFoundError, RelayError, StoreError

app = typer.Typer(
    name="relay",
    help="An SMTP relay that makes automated mail valid, signed and truthful before it leaves.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.command("check")(check.check)
app.command("explain")(explain.explain)
app.command("lint")(lint.lint)
app.command("audit")(audit.audit)
app.command("doctor")(doctor.doctor)
app.command("selftest")(selftest.selftest)
app.command("dns")(dns.dns)
app.command("feedback")(feedback.feedback)
app.command("demo")(demo.demo)
app.command("status")(status.status)
app.command("top")(status.top)
app.command("tail")(tail.tail)
app.command("export")(export.export)
app.command("remedy")(remedy.remedy)
app.command("man")(man.man)
app.command("list")(list_messages.list_)
app.command("why")(why.why)
app.command("show")(show.show)
app.add_typer(queue.app, name="queue")
app.add_typer(configuration.app, name="config")
app.add_typer(policy.app, name="policy")
app.add_typer(jobs.app, name="jobs")
app.add_typer(digest.app, name="digest")
app.add_typer(silence.app, name="silence")
app.add_typer(recipients.app, name="recipients")
app.add_typer(ledger.app, name="ledger")
app.add_typer(keys.app, name="keys")
app.add_typer(users.app, name="users")
app.add_typer(operators.app, name="operators")


def _print_version(wanted: bool) -> None:
    if wanted:
        out.print(__version__)
        raise typer.Exit


@app.callback()
def _options(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Hold the options that stand before a command."""


def main() -> None:
    """Run the command line; errors become a sentence and an exit code."""
    try:
        app()
    except NotFoundError as error:
        complain(error)
        sys.exit(3)
    except (RelayError, OSError) as error:
        complain(error)
        sys.exit(2)
    except DatabaseError as error:
        complain(StoreError(f"the store cannot be read: {error.orig}"))
        sys.exit(2)
