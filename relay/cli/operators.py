"""`relay operators`: who may use the operator's pages."""

import secrets
import sys
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, minute, out, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, order, read_outline
from relay.config import Config
from relay.errors import NotFoundError
from relay.ingest.users import hash_password
from relay.store import operators
from relay.store.store import ask
from relay.web.operator.door import codes

app = typer.Typer(help="Who may use the operator's pages.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="Small letters, digits, dots and dashes.")]
_SHORTEST = 12
_SECRET_BYTES = 20  # RFC 4226 s4, R6


@app.command()
def add(
    name: Name,
    role: Annotated[
        str, typer.Option(help="viewer: sees everything; operator: may act, too.")
    ] = "viewer",
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Add an operator, or set role and password anew; the password is asked for, or piped."""
    settings = read_outline(config)
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < _SHORTEST:
        raise typer.BadParameter(f"use at least {_SHORTEST} characters", param_hint="password")
    order(settings, "operators add", name=name, role=role, password=hash_password(password))
    enabled = "" if settings.operator.enabled else "; set operator.enabled to open the pages"
    err.print(escape(f"{name} may log in as {role}{enabled}"))


@app.command("list")
def list_(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the operators."""
    for_them = ask(read_outline(config).store.url, operators.listed)
    if json:
        for each in for_them:
            codes_wanted = each.totp is not None
            print_json({"name": each.name, "role": each.role, "codes": codes_wanted})
        return
    rows = [
        (each.name, each.role, "yes" if each.totp else "no", minute(each.since))
        for each in for_them
    ]
    print_table(("name", "role", "one-time codes", "since"), rows)


@app.command()
def remove(name: Name, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Remove an operator, and end their sessions."""
    order(read_outline(config), "operators remove", name=name)


@app.command()
def totp(
    name: Name,
    off: Annotated[bool, typer.Option("--off", help="Ask for no codes any more.")] = False,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Ask an operator for one-time codes from now on; print the secret for their phone, once."""
    settings = read_outline(config)
    _known(settings, name)
    secret = b"" if off else secrets.token_bytes(_SECRET_BYTES)
    order(settings, "operators totp", name=name, secret=secret.hex())
    if not off:
        issuer = settings.ingest.hostname or settings.identity.domain
        out.print(codes(secret).get_provisioning_uri(name, issuer), markup=False, soft_wrap=True)


def _known(settings: Config, name: str) -> None:
    if ask(settings.store.url, lambda connection: operators.find(connection, name)) is None:
        raise NotFoundError(f"there is no operator {name}; `relay operators list` shows them")
