"""`relay demo`: the relay at work on this machine, in under a minute."""

import os
import shutil
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from relay.cli.console import err, out, print_json, styled
from relay.cli.options import AsJson


def demo(
    folder: Annotated[Path, typer.Option(help="Made anew; left there to look at.")] = Path("demo"),
    json: AsJson = False,
) -> None:
    """Run real rsync jobs through scripts that mail their output, and show what leaves."""
    from relay.demo.play import play  # noqa: PLC0415 - it brings the whole relay with it

    told = play(folder.absolute(), lambda text: err.print(f"[dim]{escape(text)}[/]"))
    for each in told:
        if json:
            print_json(each)
        else:
            _print(each)
    if not json:
        _print_where_next(folder.absolute(), told)


def _print(told: dict[str, Any]) -> None:
    lie = "  [red]a false claim[/]" if told["claim_truthful"] is False else ""
    out.print(f"\n[bold]{told['script']}[/]  {escape(told['world'])}  {styled(told['verdict'])}")
    out.print(f"  in    {escape(told['subject_in'])}{lie}")
    out.print(f"  out   [bold]{escape(told['subject_out'])}[/]")
    for found in told["evidence"][:2]:
        out.print(f"  why   line {found['line']}: {escape(found['text'])}")
    out.print(f"  id    {told['id']}")


def _print_where_next(folder: Path, told: list[dict[str, Any]]) -> None:
    liar = next((each["id"] for each in told if each["claim_truthful"] is False), told[0]["id"])
    config = os.path.relpath(folder / "config.yaml")
    relay = "relay" if shutil.which("relay") else os.path.relpath(sys.argv[0])
    out.print(f"\nwhat left is in {os.path.relpath(folder / 'outbox')}; next, try:")
    for command in (
        f"{relay} why {liar} -c {config}",
        f"{relay} show {liar} --original -c {config}",
        f"{relay} show {liar} --final -c {config}",
        f"{relay} ledger check -c {config}",
    ):
        out.print(f"  {command}")
