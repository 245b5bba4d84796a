"""`relay doctor`: would our mail be accepted, and if not, why not?"""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import out, print_json, print_table, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_config
from relay.config import Config
from relay.config.estate import estate
from relay.domains.doctor import worst
from relay.domains.estate import Estate
from relay.domains.finding import Finding, Severity
from relay.domains.visit import Condition
from relay.errors import StoreError
from relay.store.engine import sqlite_file
from relay.store.store import ask
from relay.workers.checkup import Practice, condition, free_space, word


def doctor(
    domain: Annotated[
        str | None, typer.Argument(help="Only this From domain, instead of all in use.")
    ] = None,
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
    all_: Annotated[bool, typer.Option("--all", help="Show what is well, too.")] = False,
) -> None:
    """Check DNS, keys, certificates, names, upstreams and the machine; exit with 1 on errors."""
    settings = read_config(config)
    practice = Practice(
        estate=lambda: _only(estate(settings), domain),
        upstreams=settings.upstreams,
        now=lambda: datetime.now(UTC),
    )
    findings = asyncio.run(practice.visit(_condition(settings)))
    if json:
        for each in findings:
            print_json(each)
    else:
        _print(findings, all_)
    if worst(findings) is Severity.ERROR:
        raise typer.Exit(1)


def _print(findings: list[Finding], everything: bool) -> None:
    shown = [each for each in findings if everything or each.severity is not Severity.OK]
    ranks = list(Severity)
    shown.sort(key=lambda each: -ranks.index(each.severity))
    print_table(("", "id", "where", "what", "evidence", "what to do"), map(_row, shown))
    fine = sum(each.severity is Severity.OK for each in findings)
    out.print(f"{fine} of {len(findings)} findings are fine" + ("" if everything else "; --all"))


def _row(each: Finding) -> tuple[str, ...]:
    texts = (each.id, each.subject, each.what, each.evidence, each.remedy)
    return (styled(each.severity), *map(escape, texts))


def _only(ours: Estate, domain: str | None) -> Estate:
    if domain is None:
        return ours
    return replace(ours, from_domains=(domain.lower(),))


def _condition(settings: Config) -> Condition:
    path = sqlite_file(settings.store.url)
    try:
        said = ask(settings.store.url, lambda connection: word(connection, datetime.now(UTC)))
    except StoreError:
        return Condition(no_store=True)
    return condition(free_space(path), settings.ingest.limits.free_disk, said, path)
