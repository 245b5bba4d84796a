"""Messages: a list of the last ones, and of each all that there is to know, with its bytes.

The story is that of `relay why`. Downloads are attachments of a type that no browser opens.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from relay.errors import NoSuchMessageError
from relay.pipeline.story import tell
from relay.store import views
from relay.store.arrivals import arrivals
from relay.store.views import Dossier
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.job import key_text, moment_key
from relay.web.operator.page import page
from relay.web.operator.sides import Side, sides

_SHOWN = 50
_LONGEST_ID = 80
_ACTIONS = {"queued": ("retry", "hold", "drop"), "held": ("release", "drop")}


async def messages(desk: Desk, visit: Visit) -> Response:
    """Answer with the last messages, a page of them."""
    before = moment_key(visit.query.get("before", ""))
    found = await desk.store.read(lambda c: arrivals(c, _SHOWN + 1, before))
    last = found[_SHOWN - 1] if len(found) > _SHOWN else None
    following = urlencode({"before": key_text(last.accepted_at, last.id)}) if last else ""
    shown = {"found": found[:_SHOWN], "next": following, "before": before}
    return page(desk, visit, "messages.html", **shown)


async def message(desk: Desk, visit: Visit) -> Response:
    """Answer with all that is known of one message."""
    key = _key(visit)

    def look(connection: Connection) -> tuple[Dossier, bytes | None, bytes | None]:
        found = views.dossier(connection, key)
        mail = found.mails[0]["id"] if found.mails else key
        return found, _kept(connection, key, original=True), _kept(connection, mail)

    found, before, after = await desk.store.read(look)
    told = _last(found, "concluded")
    both: tuple[Side, Side | None] | None = None
    if before is not None:
        evidence, verdict = told.get("evidence", ()), str(told.get("verdict", ""))
        at = found.message["accepted_at"]
        both = await asyncio.to_thread(sides, before, after, evidence, verdict, at)
    lines = [(line.at, line.event) for line in found.lines]
    return page(
        desk,
        visit,
        "message.html",
        found=found,
        told=told,
        story=list(tell(lines, found.mails, found.batches)),
        sides=both,
        gone=before is None,
        actions=_actions(found),
    )


def _kept(connection: Connection, key: str, *, original: bool = False) -> bytes | None:
    with suppress(NoSuchMessageError):
        return views.original(connection, key) if original else views.final(connection, key)
    return None


def _last(found: Dossier, kind: str) -> Mapping[str, Any]:
    of_kind = [line.event.data for line in found.lines if line.event.kind == kind]
    return of_kind[-1] if of_kind else {}


def _actions(found: Dossier) -> list[tuple[str, tuple[str, ...]]]:
    """Return what may be done, and to which of the message's parts."""
    message = found.message
    if message["state"] != "concluded":
        return [(message["id"], _ACTIONS.get(message["state"], ()))]
    own = [mail for mail in found.mails if mail["state"] in _ACTIONS]
    return [(mail["id"], _ACTIONS[mail["state"]]) for mail in own]


async def original(desk: Desk, visit: Visit) -> Response:
    """Answer with the bytes as they were accepted."""
    key = _key(visit)
    return _file(f"{key}.eml", await desk.store.read(lambda c: views.original(c, key)))


async def final(desk: Desk, visit: Visit) -> Response:
    """Answer with the bytes as they were sent last; the links in them speak for the recipient."""
    visit.must_act()
    key = _key(visit)
    return _file(f"{key}-final.eml", await desk.store.read(lambda c: views.final(c, key)))


def _file(name: str, raw: bytes) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
    }
    return Response(raw, media_type="application/octet-stream", headers=headers)


def _key(visit: Visit) -> str:
    """Return the ID that is asked for; it goes into a header, so it is nothing but one."""
    key = visit.path["key"].upper()
    if len(key) > _LONGEST_ID or not key.replace("-", "").isalnum() or not key.isascii():
        raise NoSuchMessageError("That is no ID of a message.")
    return key
