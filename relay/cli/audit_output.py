"""How `relay audit` prints: a table for each file, or a format of others."""

import json
from collections.abc import Sequence
from enum import Enum, auto

import typer
from rich.markup import escape

from relay import __version__
from relay.audit.audit import Audited
from relay.audit.finding import Finding, Rule, Severity
from relay.audit.formats.github import github
from relay.audit.formats.junit import junit
from relay.audit.formats.plain import plain, plain_rule
from relay.audit.formats.sarif import sarif
from relay.audit.rules.catalogue import BY_ID, RULES
from relay.cli.console import err, out, print_json, print_table, styled
from relay.errors import NotFoundError


class Format(Enum):
    """What is printed."""

    TABLE = auto()
    JSON = auto()
    SARIF = auto()
    GITHUB = auto()
    JUNIT = auto()

    @classmethod
    def of(cls, **wanted: bool) -> "Format":
        """Return the one format that is wanted, the table if none is."""
        chosen = [name for name, is_wanted in wanted.items() if is_wanted]
        if len(chosen) > 1:
            raise typer.BadParameter(f"only one of {', '.join(f'--{name}' for name in chosen)}")
        return cls[chosen[0].upper()] if chosen else cls.TABLE


def print_results(results: Sequence[Audited], form: Format) -> None:
    """Print all findings."""
    if form is Format.JSON:
        for result in results:
            for each in result.findings:
                print_json(plain(each))
    elif form is Format.SARIF:
        _print(json.dumps(sarif(results, __version__), ensure_ascii=True, indent=1))
    elif form is Format.GITHUB:
        for line in github(results):
            _print(line)
    elif form is Format.JUNIT:
        _print(junit(results))
    else:
        _print_tables(results)


def _print(text: str) -> None:
    print(text.encode("utf-8", "replace").decode())  # noqa: T201 - for programs


def _print_tables(results: Sequence[Audited]) -> None:
    for result in results:
        if not result.findings:
            continue
        if out.is_terminal:
            out.print(f"\n[bold]{escape(result.path)}[/]")
            columns = ("line", "rule", "severity", "what", "here", "patch")
            print_table(columns, [_row(each) for each in result.findings])
        else:
            print_table((), [(escape(each.path), *_row(each)) for each in result.findings])
    err.print(_summary(results))


def _row(each: Finding) -> tuple[str, ...]:
    here = " ".join(filter(None, (each.detail, f"({each.observed})" if each.observed else "")))
    rule = each.rule
    what = escape(rule.title)
    patch = "--fix" if each.edits else ""
    return str(each.line), rule.id, styled(rule.severity), what, escape(here), patch


def _summary(results: Sequence[Audited]) -> str:
    found = [each.rule.severity for result in results for each in result.findings]
    counts = ", ".join(f"{found.count(each)} {each}s" for each in reversed(Severity))
    ignored = sum(each.ignored for each in results)
    left_out = f"; {ignored} left out by comment or baseline" if ignored else ""
    judged = sum(each.kind != "other" for each in results)
    return f"{judged} of {len(results)} files judged: {counts}{left_out}"


def print_rule(wanted: str | None, form: Format) -> None:
    """Print all about one rule, or the list of them."""
    if wanted is None:
        if form is Format.JSON:
            for rule in RULES:
                print_json(plain_rule(rule))
            return
        rows = [(rule.id, styled(rule.severity), escape(rule.title)) for rule in RULES]
        print_table(("rule", "severity", "what is wrong"), rows)
        return
    found = BY_ID.get(wanted.upper())
    if found is None:
        raise NotFoundError(f"no rule has the ID {wanted}; `relay audit --list` lists them")
    if form is Format.JSON:
        print_json(plain_rule(found))
    else:
        _explain(found)


def _explain(rule: Rule) -> None:
    out.print(f"[bold]{rule.id}[/] {escape(rule.title)}")
    out.print(f"  severity  {styled(rule.severity)}")
    out.print(f"  why       {escape(rule.why)}")
    out.print(f"  remedy    {escape(rule.remedy)}")
    out.print(f"  source    {escape(rule.source)}")
    out.print(f"  examples  docs/audit.md#{rule.id.lower()}")
