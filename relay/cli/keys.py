"""`relay keys`: make, show and publish the keys that sign."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, out, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_config
from relay.cli.rotate import rotate
from relay.signing.keys import Algorithm, SigningKey, dns_record, load_keys, make_key

app = typer.Typer(help="Keys that sign outgoing mail (DKIM).", no_args_is_help=True)
app.command("rotate")(rotate)

_SUFFIX = {Algorithm.RSA: "rsa", Algorithm.ED25519: "ed25519"}


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="Start of the selectors, such as 2026a.")],
    algorithm: Annotated[
        list[Algorithm] | None, typer.Option(help="Only this kind; both by default.")
    ] = None,
    folder: Annotated[Path, typer.Option(help="Where to write the keys.")] = Path("keys"),
) -> None:
    """Make a pair of keys, readable by their owner only, and say what to configure."""
    if re.fullmatch(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,40}[A-Za-z0-9])?", name) is None:
        raise typer.BadParameter("letters, digits and hyphens, as in a DNS name", param_hint="NAME")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    lines = []
    for each in algorithm or list(Algorithm):
        selector = f"{name}-{_SUFFIX[each]}"
        path = folder / f"{selector}.pem"
        make_key(each, path)
        lines.append(f"    - {{selector: {selector}, file: {path}}}")
    out.print("signing:\n  keys:\n" + escape("\n".join(lines)))
    err.print("put this into config.yaml, then publish what `relay keys dns` prints")


@app.command()
def show(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """List the keys that sign."""
    keys = _keys(config)
    if json:
        for key in keys:
            print_json({"domain": key.domain, "selector": key.selector, "algorithm": key.algorithm})
        return
    print_table(
        ("domain", "selector", "algorithm"),
        [(key.domain, key.selector, key.algorithm) for key in keys],
    )


@app.command()
def dns(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Print the DNS records that publish the keys, as lines of a zone file."""
    keys = _keys(config)
    if not keys:
        err.print("signing.keys is empty; `relay keys new` makes keys")
    for key in keys:
        name, value = dns_record(key)
        if json:
            print_json({"name": name, "type": "TXT", "value": value})
        else:
            print(f"{name}. IN TXT ( {value} )")  # noqa: T201 - not to be wrapped


def _keys(path: Path) -> Sequence[SigningKey]:
    config = read_config(path)
    return load_keys(config.signing, config.identity.domain)
