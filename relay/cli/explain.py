"""`relay explain`: what the relay would make of a mail in a file."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from relay.cli.console import err, out, print_json, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_config
from relay.config import rules
from relay.pipeline.explain import account
from relay.pipeline.explain import explain as explain_mail
from relay.pipeline.stages import Prepared
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import IdentitySettings
from relay.policy.shipped import shipped_folder


def explain(
    files: Annotated[list[Path], typer.Argument(help="Mails; - reads standard input.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
    mail: Annotated[bool, typer.Option("--mail", help="Print the mail that would leave.")] = False,
) -> None:
    """Print verdict, evidence, decision and subject for mails in files; nothing is sent."""
    loaded = _rules(config)
    unreadable = False
    for file in files:
        try:
            raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
        except OSError as error:
            err.print(f"[red]error:[/] {escape(str(file))}: {error.strerror}")
            unreadable = True
            continue
        prepared = explain_mail(raw, loaded, datetime.now(UTC))
        told = account(str(file), prepared)
        if json:
            print_json(told)
        else:
            _print(told, prepared, mail)
    if unreadable:
        raise typer.Exit(1)


def _rules(path: Path) -> Rules:
    """Return the configured rules; without any configuration, the shipped ones."""
    if path != DEFAULT_CONFIG or path.exists():
        return rules(read_config(path))
    nobody = IdentitySettings(domain="relay.example", postmaster="postmaster@relay.example")
    return load_rules(shipped_folder(), (), nobody, "relay.example")


def _print(told: dict[str, Any], prepared: Prepared, mail: bool) -> None:
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
    if mail:
        print(prepared.content.decode("utf-8", "replace"))  # noqa: T201 - as it is
