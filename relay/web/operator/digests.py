"""Digests: what waits to leave in one mail, how that mail will look, and sending it now.

The preview is shown in a frame of its own without scripts, forms or links that open, because it is
made of what hosts wrote.
"""

from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from relay.pipeline.digest.compose import Rendered
from relay.store import pending
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import page

_SHOWN = 200
_SHEET = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "frame-ancestors 'self'; sandbox",
    "X-Frame-Options": "SAMEORIGIN",
}


async def digests(desk: Desk, visit: Visit) -> Response:
    """Answer with what waits, the first to leave first."""
    found = await desk.store.read(pending.pending)
    shown = {"found": found[:_SHOWN], "many": len(found)}
    return page(desk, visit, "digests.html", **shown)


async def preview(desk: Desk, visit: Visit) -> Response:
    """Answer with the page around a mail that is still to leave."""
    made = await _rendered(desk, visit)
    return page(desk, visit, "preview.html", made=made, of=_asked(visit))


async def sheet(desk: Desk, visit: Visit) -> Response:
    """Answer with the mail's own page, for the frame."""
    made = await _rendered(desk, visit)
    return HTMLResponse(made.html or "", headers=_SHEET)


async def _rendered(desk: Desk, visit: Visit) -> Rendered:
    asked = _asked(visit)
    now, zone = desk.now(), desk.zone()
    return await desk.store.read(
        lambda c: pending.preview(c, asked["recipient"], asked["name"], now, zone)
    )


def _asked(visit: Visit) -> dict[str, str]:
    asked = {name: visit.query.get(name, "") for name in ("recipient", "name")}
    if not all(asked.values()):
        raise HTTPException(400)
    return asked
