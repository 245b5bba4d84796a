"""`relay tail`: the ledger as it is written, in sentences."""

import time
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import out, print_json
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.pipeline.story import tell
from relay.store.ledger import Line, ends, last_lines, lines_after
from relay.store.store import ask

_EVERY = 0.5
_MOST = 500


def tail(
    config: ConfigPath = DEFAULT_CONFIG,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="So many to begin with.")] = 10,
    follow: Annotated[bool, typer.Option(help="Go on with what is written from now on.")] = True,
    json: AsJson = False,
) -> None:
    """Tell what happens, from the ledger, until Ctrl-C."""
    url = read_outline(config).store.url
    seen = ask(url, ends)
    for line in ask(url, lambda connection: last_lines(connection, lines)) if lines else []:
        _print(line, json)
    while follow:
        try:
            time.sleep(_EVERY)
        except KeyboardInterrupt:
            return
        for line in ask(url, lambda connection: lines_after(connection, seen, _MOST)):
            seen[line.chain] = line.seq
            _print(line, json)


def _print(line: Line, json: bool) -> None:
    event = line.event
    if json:
        print_json({"at": line.at, "event": event.kind, "id": event.message_id, **event.data})
        return
    for sentence in tell([(line.at, event)], ()):
        out.print(escape(f"{event.message_id}  {sentence}".strip()))
