"""`relay users`: who may authenticate to submit mail."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from relay.cli.console import err, out, print_json
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.errors import ConfigError
from relay.ingest.users import hash_password, read_users, write_users

app = typer.Typer(help="Users that may authenticate to submit mail.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="User name.")]
_SHORTEST = 12


@app.command()
def add(name: Name, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Add a user, or set its password anew; the password is asked for, or read from a pipe."""
    if not name or any(not c.isprintable() or c in ": " for c in name):
        raise typer.BadParameter("no spaces, colons or control characters", param_hint="NAME")
    path = _users_file(config)
    if sys.stdin.isatty():
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < _SHORTEST:
        raise typer.BadParameter(f"use at least {_SHORTEST} characters", param_hint="password")
    hashes = read_users(path) if path.exists() else {}
    write_users(path, {**hashes, name: hash_password(password)})
    err.print(f"{name} may authenticate; list it under `users` of a host, then reload the relay")


@app.command()
def remove(name: Name, config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Remove a user."""
    path = _users_file(config)
    hashes = read_users(path)
    if name not in hashes:
        raise typer.BadParameter(f"{path} has no user {name}", param_hint="NAME")
    write_users(path, {each: hashed for each, hashed in hashes.items() if each != name})


@app.command("list")
def list_(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the users."""
    for name in read_users(_users_file(config)):
        if json:
            print_json({"user": name})
        else:
            out.print(name, markup=False)


def _users_file(path: Path) -> Path:
    users = read_outline(path).ingest.users_file
    if users is None:
        raise ConfigError([f"{path}: set ingest.users_file, such as users_file: users"])
    return users
