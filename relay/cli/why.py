"""`relay why`: the story of one message."""

from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import out, print_json
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_outline
from relay.pipeline.story import tell
from relay.store.store import ask
from relay.store.views import dossier


def why(
    key: Annotated[str, typer.Argument(metavar="ID", help="Message ID, or ID-N for one mail.")],
    config: ConfigPath = DEFAULT_CONFIG,
    json: AsJson = False,
) -> None:
    """Tell what was done to a message, by which rule, on which evidence, and what comes next."""
    found = ask(read_outline(config).store.url, lambda connection: dossier(connection, key))
    lines = [(line.at, line.event) for line in found.lines]
    if json:
        for at, event in lines:
            print_json({"at": at, "event": event.kind, **event.data})
        return
    for sentence in tell(lines, found.mails, found.batches):
        out.print(escape(sentence))
