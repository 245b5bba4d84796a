"""`relay lint`: which rules for mail a finished mail breaks, by whose demand, and what to do."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from relay.cli.console import out, print_json, print_table, styled
from relay.cli.mails import on_the_wire, read_mails, site_in
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath
from relay.errors import NotFoundError
from relay.lint.finding import Breach, Rule, Severity
from relay.lint.lint import lint as breaches_of
from relay.lint.rules import RULES

Files = Annotated[list[Path] | None, typer.Argument(help="Mails; - reads standard input.")]
FailOn = Annotated[
    Severity, typer.Option("--fail-on", help="The least severity that makes the exit code 1.")
]
ReversePath = Annotated[
    str | None, typer.Option("--reverse-path", help='The envelope sender; "" is the null one.')
]
ListThem = Annotated[bool, typer.Option("--list", help="List the rules.")]
Explained = Annotated[str | None, typer.Option("--explain", help="Explain a rule, by its ID.")]


def lint(
    files: Files = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
    fail_on: FailOn = Severity.ERROR,
    reverse_path: ReversePath = None,
    listed: ListThem = False,
    explained: Explained = None,
) -> None:
    """Check finished mails against standards, providers' terms and the law; nothing is sent."""
    if listed or explained is not None:
        print_rules(json) if explained is None else explain_rule(explained, json)
        return
    if not files:
        raise typer.BadParameter("name a mail, or - for standard input")
    site, found, unreadable = site_in(config), {}, False
    for name, raw in read_mails(files):
        if raw is None:
            unreadable = True
        else:
            now = datetime.now(UTC)
            found[name] = breaches_of(on_the_wire(raw), reverse_path, site, now)
    print_found(found, json)
    severe = [each for breaches in found.values() for each in breaches if _counts(each, fail_on)]
    if severe or unreadable:
        raise typer.Exit(1)


def _counts(breach: Breach, least: Severity) -> bool:
    return breach.rule.severity.weight >= least.weight


def print_found(found: dict[str, tuple[Breach, ...]], json: bool) -> None:
    """Print what is wrong with each mail."""
    if json:
        for name, breaches in found.items():
            print_json({"file": name, "breaches": [_plain(each) for each in breaches]})
        return
    rows = [(name, each) for name, breaches in found.items() for each in breaches]
    if rows:
        print_table(("file", "rule", "severity", "what", "where"), [_row(*each) for each in rows])
    for name in (name for name, breaches in found.items() if not breaches and out.is_terminal):
        out.print(f"{escape(name)}: nothing is wrong")


def _row(name: str, breach: Breach) -> tuple[str, ...]:
    rule = breach.rule
    where = ": ".join(filter(None, (breach.where, breach.detail)))
    return escape(name), rule.id, styled(rule.severity), escape(rule.title), escape(where)


def _plain(breach: Breach) -> dict[str, Any]:
    rule = asdict(breach.rule)
    return {"rule": rule.pop("id"), "where": breach.where, "detail": breach.detail, **rule}


def print_rules(json: bool) -> None:
    """Print every rule."""
    if json:
        for rule in RULES:
            print_json(rule)
        return
    rows = [(rule.id, styled(rule.severity), rule.basis, escape(rule.title)) for rule in RULES]
    print_table(("rule", "severity", "basis", "what is wrong"), rows)


def explain_rule(wanted: str, json: bool) -> None:
    """Print all about one rule."""
    rule = _rule(wanted)
    if json:
        print_json(rule)
        return
    out.print(f"[bold]{rule.id}[/] {escape(rule.title)}")
    out.print(f"  severity  {styled(rule.severity)}")
    out.print(f"  basis     {rule.basis}: {escape(rule.source)}")
    out.print(f"  remedy    {escape(rule.remedy)}")


def _rule(wanted: str) -> Rule:
    for rule in RULES:
        if rule.id == wanted.upper():
            return rule
    raise NotFoundError(f"no rule has the ID {wanted}; `relay lint --list` lists them")
