"""`relay dns`: what to publish, and what stands there now."""

import asyncio
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, out, print_json, print_table, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_config
from relay.config.estate import estate
from relay.domains.records import policy_text, policy_url, wanted, zone_fragment
from relay.domains.standing import Standing, State, look
from relay.workers.checkup import resolver

_SHORT = 60


def dns(
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
    zone: Annotated[
        bool, typer.Option("--zone", help="Print lines of a zone file; look nothing up.")
    ] = False,
) -> None:
    """List every DNS record to publish, and what stands there now; exit with 1 if one is amiss."""
    ours = estate(read_config(config))
    records = wanted(ours)
    if zone:
        print(zone_fragment(records), end="")  # noqa: T201 - not to be wrapped
        return
    found = asyncio.run(look(resolver(ours), records))
    if json:
        for each in found:
            print_json(each)
    else:
        print_table(("state", "name", "type", "value", "now"), map(_row, found))
        _say_policy(policy_text(ours), policy_url(ours.bounce_domain))
    if any(each.state is not State.RIGHT for each in found):
        raise typer.Exit(1)


def _row(standing: Standing) -> tuple[str, ...]:
    record = standing.record
    shown = "" if standing.state is State.RIGHT else standing.problem or " | ".join(standing.found)
    cells = (record.name, record.type, record.value, shown)
    name, kind, value, now = (escape(each) for each in cells)
    if out.is_terminal:
        value, now = (each[:_SHORT] for each in (value, now))
    return styled(standing.state), name, kind, value, now


def _say_policy(text: str | None, url: str) -> None:
    if text is not None:
        err.print(f"{url} has to serve (text/plain):\n{escape(text)}")
