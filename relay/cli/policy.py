"""`relay policy`: are the rules right, which of them apply, and what would others have done?"""

import json as json_module
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.backtest import backtest
from relay.cli.console import complain, err, out, print_json, print_table
from relay.cli.explain import print_account
from relay.cli.mails import policy_folder, read_mails, rules_in
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath
from relay.errors import PolicyError
from relay.pipeline.explain import account, explain, rules_of
from relay.policy.applied import Applied
from relay.policy.examples import broken_examples
from relay.policy.load import optional_files, policy_files, read_file
from relay.policy.schema import policy_schema

app = typer.Typer(help="The rules: check, try and compare them.", no_args_is_help=True)
app.command("backtest")(backtest)

Folder = Annotated[Path | None, typer.Argument(help="Folder of policies; the configured one.")]
Policies = Annotated[
    Path | None, typer.Option("--policies", help="Another folder of policies to try.")
]


@app.command()
def check(folder: Folder = None, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Read every policy file, the optional ones too, and run the examples in them."""
    chosen = folder or policy_folder(config)
    found = {"files": 0, "rules": 0, "examples": 0}
    problems: list[str] = []
    for path in [*policy_files(chosen), *optional_files(chosen)]:
        try:
            rules, file, _ = read_file(path)
        except PolicyError as error:
            problems += error.problems
            continue
        found["files"] += 1
        found["rules"] += len(rules)
        found["examples"] += len(file.examples)
    wrong = bool(problems)
    problems = problems or broken_examples(chosen)
    if json:
        print_json({"folder": str(chosen), **found, "problems": problems})
    elif problems:
        complain(PolicyError(problems))
    else:
        counted = ", ".join(
            f"{many} {what.removesuffix('s') if many == 1 else what}"
            for what, many in found.items()
        )
        out.print(f"{escape(str(chosen))}: {counted}, all good")
    if problems:
        raise typer.Exit(2 if wrong else 1)


@app.command()
def schema() -> None:
    """Print a JSON Schema of policy files, for editors."""
    print(json_module.dumps(policy_schema(), indent=2, ensure_ascii=False))  # noqa: T201 - as it is


@app.command("test")
def try_rules(
    files: Annotated[list[Path], typer.Argument(help="Mails; - reads standard input.")],
    policies: Policies = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Say which rules apply to mails in files, what each decides, and what comes of it."""
    rules = rules_in(config, policies)
    unreadable = False
    for name, raw in read_mails(files):
        if raw is None:
            unreadable = True
            continue
        now = datetime.now(UTC)
        prepared, applied = explain(raw, rules, now), rules_of(raw, rules, now)
        told = account(name, prepared)
        if json:
            print_json({**told, "rules": [_plain(each) for each in applied]})
            continue
        print_account(told, prepared)
        for each in applied:
            out.print(f"  rule      {_decides(each)}  [dim]{escape(each.place)}[/]")
    if unreadable:
        raise typer.Exit(1)


def _plain(applied: Applied) -> dict[str, object]:
    return {
        "rule": applied.rule,
        "place": applied.place,
        "decides": applied.decides,
        "too_late": applied.too_late,
    }


def _decides(applied: Applied) -> str:
    parts = [f"decides {', '.join(applied.decides)}"] if applied.decides else []
    parts += [f"too late for {', '.join(applied.too_late)}"] if applied.too_late else []
    return f"{escape(applied.rule)}: {'; '.join(parts)}"


@app.command("rules")
def list_rules(
    policies: Policies = None, config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False
) -> None:
    """List the rules in the order in which they are tried, with their places."""
    found = rules_in(config, policies).rules
    if json:
        for each in found:
            match = each.match.model_dump(mode="json", exclude_unset=True)
            then = each.then.model_dump(mode="json", exclude_unset=True, by_alias=True)
            print_json({"rule": each.label, "place": each.place, "match": match, "then": then})
        return
    print_table(
        ("rule", "applies to", "decides", "place"),
        [
            (
                escape(each.label),
                escape(_match(each.match.model_dump(mode="json", exclude_unset=True))),
                ", ".join(each.then.model_dump(exclude_unset=True)),
                escape(each.place),
            )
            for each in found
        ],
    )
    if not found:
        err.print("there are no rules: every mail leaves at once")


def _match(match: dict[str, object]) -> str:
    words = (
        f"{key} {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for key, value in match.items()
    )
    return "; ".join(words) or "everything"
