"""The queue: mails that wait to be sent, and messages that are still to be understood."""

from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from relay.store.backlog import Depth, depths
from relay.store.standing import Refusing, refusing
from relay.store.unfinished import Key, Unread, Unsent, unread, unsent
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.job import key_text, moment_key
from relay.web.operator.page import page, texts

_SHOWN = 100


async def queue(desk: Desk, visit: Visit) -> Response:
    """Answer with a page of what waits; `stage` is send or read."""
    if visit.query.get("stage") == "read":
        return await _unread(desk, visit)
    upstream = visit.query.get("upstream") or None
    after = _key(visit.query)

    def look(connection: Connection) -> tuple[list[Unsent], list[Depth], list[Refusing]]:
        mails = unsent(connection, _SHOWN + 1, after, upstream)
        return mails, depths(connection), refusing(connection)

    found, waiting, refused = await desk.store.read(look)
    last = found[_SHOWN - 1] if len(found) > _SHOWN else None
    following = urlencode({**texts({"upstream": upstream}), **_text(last.key)}) if last else ""
    return page(
        desk,
        visit,
        "queue.html",
        found=found[:_SHOWN],
        depths=sorted(waiting, key=lambda each: each.upstream),
        refusing={each.name: each for each in refused},
        upstream=upstream,
        stage="send",
        next=following,
    )


async def _unread(desk: Desk, visit: Visit) -> Response:
    after = moment_key(visit.query.get("after", ""))

    def look(connection: Connection) -> list[Unread]:
        return unread(connection, _SHOWN + 1, after)

    found = await desk.store.read(look)
    last = found[_SHOWN - 1] if len(found) > _SHOWN else None
    key = {"stage": "read", "after": key_text(last.accepted_at, last.id)} if last else {}
    shown = {"found": found[:_SHOWN], "stage": "read", "next": urlencode(key)}
    return page(desk, visit, "queue.html", depths=[], refusing={}, upstream=None, **shown)


def _text(key: Key) -> dict[str, str]:
    return {"at": key[0], "state": key[1], "after": key_text(key[2], key[3])}


def _key(query: dict[str, str]) -> Key | None:
    last = moment_key(query.get("after", ""))
    return None if last is None else (query.get("at", ""), query.get("state", ""), *last)
