"""`relay audit`: which scripts, crontabs and units lie, leak or flood, before their mail does.

Exit codes: 0 nothing of the severity of --fail-on; 1 there is; 2 wrong usage or nothing to read.
"""

import sys
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import track

from relay.audit.audit import Audited
from relay.audit.baseline import read_baseline, without, write_baseline
from relay.audit.finding import Severity
from relay.cli.audit_observed import observations, print_hygiene, with_observed
from relay.cli.audit_output import Format, print_results, print_rule
from relay.cli.audit_patch import patch
from relay.cli.console import err
from relay.cli.options import DEFAULT_CONFIG, ConfigPath, read_outline
from relay.errors import NotFoundError, RelayError
from relay.scan.fan_out import examine_all
from relay.scan.places import places, usual
from relay.scan.reading import Item
from relay.scan.tarball import members

_TAR = "-"

Paths = Annotated[
    list[str] | None,
    typer.Argument(help="Files and folders; - reads a tar; none: a host's usual places."),
]
Root = Annotated[
    Path | None, typer.Option("--root", help="A copy or an image of a host; PATH is inside of it.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]
Sarif = Annotated[bool, typer.Option("--sarif", help="Print SARIF 2.1.0.")]
Github = Annotated[bool, typer.Option("--github", help="Print annotations for GitHub Actions.")]
Junit = Annotated[bool, typer.Option("--junit", help="Print JUnit's XML.")]
FailOn = Annotated[
    Severity, typer.Option("--fail-on", help="The least severity that makes the exit code 1.")
]
Fix = Annotated[bool, typer.Option("--fix", help="Print a patch; nothing is changed.")]
Write = Annotated[bool, typer.Option("--write", help="Change the files in place.")]
Baseline = Annotated[
    Path | None, typer.Option("--baseline", help="Leave out the findings of this file.")
]
WriteBaseline = Annotated[
    Path | None, typer.Option("--write-baseline", help="Write all findings to this file.")
]
Explain = Annotated[str | None, typer.Option("--explain", help="Explain a rule, by its ID.")]
Rules = Annotated[bool, typer.Option("--list", help="List the rules.")]
Observed = Annotated[
    bool, typer.Option("--observed", help="Ask the relay's store what the mails have shown.")
]
Relays = Annotated[
    list[str] | None,
    typer.Option("--relay", help="A name of the relay; MTAs with another smarthost are found."),
]
Days = Annotated[int, typer.Option("--days", min=1, max=400, help="How far back --observed looks.")]


def audit(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    paths: Paths = None,
    root: Root = None,
    json: Json = False,
    sarif: Sarif = False,
    github: Github = False,
    junit: Junit = False,
    fail_on: FailOn = Severity.ERROR,
    fix: Fix = False,
    write: Write = False,
    baseline: Baseline = None,
    write_baseline_to: WriteBaseline = None,
    explain: Explain = None,
    listed: Rules = False,
    observed: Observed = False,
    days: Days = 30,
    relays: Relays = None,
    config: ConfigPath = DEFAULT_CONFIG,
) -> None:
    """Find the scripts, crontabs and units whose mail lies, leaks or floods; nothing is run."""
    form = Format.of(json=json, sarif=sarif, github=github, junit=junit)
    if explain is not None or listed:
        print_rule(explain, form)
        return
    until = datetime.now(UTC)
    known = []
    if observed:
        known = observations(read_outline(config), until - timedelta(days=days))
        if not paths and root is None:
            print_hygiene(known, until - timedelta(days=days), until, form)
            return
    results = list(_results(paths or [], root, form, tuple(relays or ())))
    if write_baseline_to is not None:
        write_baseline_to.write_text(write_baseline(results))
        err.print(escape(f"the baseline is in {write_baseline_to}"))
        return
    if baseline is not None:
        keys = read_baseline(baseline.read_text(), str(baseline))
        results = [without(each, keys) for each in results]
    results = with_observed(results, known, days) if observed else results
    if fix or write:
        patch(results, root, write)
    else:
        print_results(results, form)
    if _bad(results, fail_on):
        raise typer.Exit(1)


def _bad(results: Iterable[Audited], least: Severity) -> bool:
    found = (each for result in results for each in result.findings)
    return any(each.rule.severity.weight >= least.weight for each in found)


def _results(
    paths: list[str], root: Path | None, form: Format, relays: tuple[str, ...]
) -> Iterator[Audited]:
    """Yield what the audit says of each file that it judges, with a bar on a terminal."""
    if root is not None and not root.is_dir():
        raise NotFoundError(f"{root} is no folder")
    if _TAR in paths:
        if len(paths) > 1:
            raise typer.BadParameter("- reads everything from a tar; leave the other paths out")
        items: list[Item] | Iterator[Item] = members(sys.stdin.buffer)
        total = None
    else:
        wanted = paths or usual(root)
        if not wanted:
            raise RelayError("none of the usual places is here; name a file or a folder")
        items = list(places(wanted, root))
        total = len(items)
    results = examine_all(items, relays)
    shown = form is Format.TABLE and err.is_terminal
    bar = track(results, "auditing", total, console=err, transient=True) if shown else results
    for each in bar:
        if each.note:
            err.print(escape(f"{each.path}: {each.note}"))
        yield each
