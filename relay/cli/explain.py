"""`relay explain`: what the relay would make of a mail in a file."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from relay.cli.console import out, print_json, styled
from relay.cli.mails import read_mails, rules_in
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath
from relay.pipeline.explain import account
from relay.pipeline.explain import explain as explain_mail
from relay.pipeline.stages import Prepared


def explain(
    files: Annotated[list[Path], typer.Argument(help="Mails; - reads standard input.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
    mail: Annotated[bool, typer.Option("--mail", help="Print the mail that would leave.")] = False,
) -> None:
    """Print verdict, evidence, decision and subject for mails in files; nothing is sent."""
    rules = rules_in(config, None)
    unreadable = False
    for name, raw in read_mails(files):
        if raw is None:
            unreadable = True
            continue
        prepared = explain_mail(raw, rules, datetime.now(UTC))
        told = account(name, prepared)
        if json:
            print_json(told)
            continue
        print_account(told, prepared)
        if mail:
            print(prepared.content.decode("utf-8", "replace"))  # noqa: T201 - as it is
    if unreadable:
        raise typer.Exit(1)


def print_account(told: dict[str, Any], prepared: Prepared) -> None:
    """Print what became of one mail."""
    out.print(f"[bold]{escape(told['file'])}[/]")
    out.print(f"  verdict   {styled(told['verdict'])}  {escape(prepared.report.what)}")
    about = f"{told['kind']}, host {told['host']}, job {told['job']}"
    out.print(f"  about     {escape(about)}")
    for each in told["evidence"]:
        out.print(f"  line {each['line']:>4}  {escape(each['text'])}  [dim]{each['rule']}[/]")
    for part in told["parts"]:
        words = f"{part['name']}: {part['what']}".rstrip(": ")
        out.print(f"  part      {styled(part['verdict'])}  {escape(words)}")
    truth = {True: "true", False: "[red]false[/]", None: "unproved"}[told["claim_truthful"]]
    if told["claim"] != "none":
        out.print(f"  claim     {told['claim']}: {truth}")
    out.print(f"  subject   {escape(told['subject']['original'])}")
    out.print(f"  becomes   {escape(told['subject']['final'])}")
    out.print(f"  goes      {told['route']} to {escape(', '.join(told['recipients']))}")
    for reason in told["reasons"]:
        out.print(f"  because   {escape(reason['text'])}  [dim]{escape(reason['rule'])}[/]")
