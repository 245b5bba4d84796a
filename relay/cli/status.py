"""`relay status`, and `relay top`, which shows the same and goes on."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group
from rich.live import Live
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from relay.cli.console import local, out, print_json, styled
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.pipeline.alarm_text import one_line
from relay.pipeline.health import Health
from relay.pipeline.story import tell
from relay.store.ledger import Line, last_lines
from relay.store.overview import Overview, overview
from relay.store.store import ask

_LINES = 12


def status(config: ConfigPath = DEFAULT_CONFIG, json: AsJson = False) -> None:
    """Tell on one screen how the relay is; exit with 1 if it is ill."""
    seen = _look(config)
    if json:
        print_json(_plain(seen))
    else:
        for line in _lines(seen):
            out.print(line)
    if seen.word.health is Health.ILL:
        raise typer.Exit(1)


def top(
    config: ConfigPath = DEFAULT_CONFIG,
    every: Annotated[float, typer.Option(min=0.2, help="Seconds between looks.")] = 2.0,
    count: Annotated[int, typer.Option(min=0, help="End after so many looks; 0 never.")] = 0,
) -> None:
    """Show how the relay is and what happens, until Ctrl-C."""
    looks = 0
    with Live(_screen(config), console=out, screen=out.is_terminal, auto_refresh=False) as live:
        while count == 0 or looks < count:
            live.update(_screen(config), refresh=True)
            looks += 1
            try:
                time.sleep(every if looks != count else 0)
            except KeyboardInterrupt:
                return


def _look(path: Path) -> Overview:
    settings = read_outline(path)
    names, now = [each.name for each in settings.upstreams], datetime.now(UTC)
    return ask(settings.store.url, lambda connection: overview(connection, names, now))


def _screen(path: Path) -> Group:
    url = read_outline(path).store.url
    recent = ask(url, lambda connection: last_lines(connection, _LINES))
    table = Table(box=None, show_header=False, pad_edge=False)
    for line in recent:
        table.add_row(_sentence(line))
    return Group(*(Text.from_markup(each) for each in _lines(_look(path))), Text(), table)


def _sentence(line: Line) -> Text:
    """Return the first sentence about a line of the ledger, without any markup of a stranger's."""
    told = next(tell([(line.at, line.event)], ()), "")
    return Text(f"{line.event.message_id}  {one_line(told)}", overflow="ellipsis", no_wrap=True)


def _lines(seen: Overview) -> Iterator[str]:
    colour = {Health.WELL: "green", Health.WATCH: "yellow", Health.ILL: "red"}[seen.word.health]
    yield f"[{colour}]{seen.word.health}[/]: {escape(seen.word.sentence)}"
    yield f"last mail accepted {local(seen.accepted_at) or 'never'}; {seen.failing} jobs fail"
    batch = f", the next leaves {local(seen.next_batch)}" if seen.next_batch else ""
    yield f"{seen.unread} to understand, {seen.held} held, {seen.batches} digests wait{batch}"
    for flow in seen.flows:
        oldest = f", the oldest since {local(flow.oldest)}" if flow.oldest else ""
        held = f"; held: {one_line(flow.held_reason)}" if flow.held_since else ""
        yield escape(f"upstream {flow.upstream}: {flow.waiting} wait{oldest}{held}")
    for egress, at in seen.weather.items():
        why = f": {one_line('; '.join(at.reasons))}" if at.reasons else ""
        if at.reasons or not egress.domain:
            yield f"weather {escape(str(egress))}: {styled(at.state)}{escape(why)}"
    for remedy in seen.remedies:
        if remedy.per_minute or remedy.divert_to or remedy.source_address:
            yield escape(f"remedy for {remedy.upstream} since {local(remedy.at)}: {remedy.reason}")
    for alarm in seen.alarms:
        condition = alarm.condition
        words = one_line(f"{condition.subject}: {condition.what}")
        page = f"docs/runbooks/{condition.runbook}.md"
        yield f"[red]alarm[/] {condition.kind} {escape(words)} ({page})"


def _plain(seen: Overview) -> dict[str, object]:
    """Return an overview as JSON can have it."""
    return {
        "at": seen.at,
        "health": seen.word.health,
        "sentence": seen.word.sentence,
        "accepted_at": seen.accepted_at,
        "unread": seen.unread,
        "held": seen.held,
        "failing": seen.failing,
        "batches": seen.batches,
        "next_batch": seen.next_batch,
        "upstreams": [
            {"name": each.upstream, "waiting": each.waiting, "oldest": each.oldest}
            for each in seen.flows
        ],
        "weather": [
            {
                "upstream": egress.upstream,
                "domain": egress.domain,
                "state": at.state,
                "since": at.since,
                "reasons": at.reasons,
            }
            for egress, at in seen.weather.items()
        ],
        "alarms": [
            {
                "kind": each.condition.kind,
                "subject": each.condition.subject,
                "what": each.condition.what,
                "since": each.since,
                "runbook": each.condition.runbook,
            }
            for each in seen.alarms
        ],
    }
