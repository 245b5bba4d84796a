"""`relay ledger check`: does the balance hold, and is the ledger unbroken?"""

import typer
from rich.markup import escape
from sqlalchemy import Connection

from relay.cli.console import err, out, print_json, print_table, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.store.balance import Balance, balance
from relay.store.engine import damages
from relay.store.ledger import broken_links
from relay.store.store import ask

app = typer.Typer(help="The account of every accepted recipient.", no_args_is_help=True)


@app.callback()
def _group() -> None:
    """Keep `check` a subcommand while it is the only one."""


@app.command()
def check(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Count every accepted recipient by its fate and verify the hash chains."""

    def look(connection: Connection) -> tuple[Balance, list[str]]:
        return balance(connection), [*damages(connection), *broken_links(connection)]

    found, broken = ask(read_outline(config).store.url, look)
    sound = found.holds and not broken
    if json:
        print_json(
            {
                "accepted": found.accepted,
                **found.fates,
                "unwritten": found.unwritten,
                "broken": broken,
                "holds": sound,
            }
        )
    else:
        print_table(("fate", "recipients"), [(styled(k), str(n)) for k, n in found.fates.items()])
        out.print(f"accepted {found.accepted}: " + ("balanced" if found.holds else "NOT balanced"))
        out.print("ledger: " + ("unbroken" if not broken else f"{len(broken)} broken lines"))
        for line in broken[:20]:
            err.print(f"[red]broken:[/] {escape(line)}")
    if not sound:
        raise typer.Exit(1)
