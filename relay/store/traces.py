"""The traces that a message leaves elsewhere: batches that it waited in, mails that others share.

A digest is filed under one of its reports; for the others its attempts at delivery are found here.
What happens next: views.py puts them into the dossier, pipeline/story.py tells them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Connection, Select, func, select

from relay.pipeline.ids import upstream_key
from relay.pipeline.stages import BatchKind
from relay.store.ledger import Line, lines_about
from relay.store.schema import batches, items

Record = Mapping[str, Any]


def records(connection: Connection, query: Select[Any]) -> list[Record]:
    """Return the rows of `query` by the names of their columns."""
    return [dict(row) for row in connection.execute(query).mappings()]


def batches_of(connection: Connection, message_id: str) -> list[Record]:
    """Return the batches that a message is or was in, with the number of their `reports`."""
    counted = items.alias("counted")
    many = select(func.count()).where(counted.c.batch_id == batches.c.id).scalar_subquery()
    query = (
        select(batches, many.label("reports"))
        .join(items, items.c.batch_id == batches.c.id)
        .where(items.c.message_id == message_id)
        .order_by(batches.c.opened_at, batches.c.id)
    )
    return records(connection, query)


def story_lines(
    connection: Connection, message_id: str, mails: Iterable[Record], waited: Iterable[Record]
) -> list[Line]:
    """Return the lines about a message, its mails, their upstreams meanwhile, and its silences."""
    found = lines_about(connection, message_id)
    for mail in mails:
        if mail["message_id"] != message_id:
            about = lines_about(connection, mail["message_id"])
            found += [line for line in about if _is_of(mail["id"], line)]
    found += _of_upstreams(connection, mails)
    silent = {batch["name"] for batch in waited if batch["kind"] == BatchKind.SILENCE}
    for silence in sorted(silent):
        found += lines_about(connection, silence)
    return sorted(found, key=lambda line: (line.at, line.chain, line.seq))


def _of_upstreams(connection: Connection, mails: Iterable[Record]) -> list[Line]:
    """Return what happened at the upstreams of mails while they waited to leave."""
    spans = [
        (mail["upstream"], mail["since"], mail["finished_at"])
        for mail in mails
        if mail["tries"] != 1 or mail["state"] != "delivered"  # the rest never waited
    ]
    return [
        line
        for name in sorted({name for name, _, _ in spans})
        for line in lines_about(connection, upstream_key(name))
        if any(
            since <= line.at and (until is None or line.at <= until)
            for each, since, until in spans
            if each == name
        )
    ]


def _is_of(mail_id: str, line: Line) -> bool:
    return mail_id in (line.event.data.get("outgoing"), line.event.data.get("target"))
