"""Recipients: who chose what, which address refuses mail, and what one of them gets."""

from urllib.parse import urlencode

from starlette.responses import Response

from relay.store import choices
from relay.store import recipients as known_recipients
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import page

_SHOWN = 100


async def recipients(desk: Desk, visit: Visit) -> Response:
    """Answer with what was chosen, by recipient, a page of it."""
    key = tuple(visit.query.get(name, "") for name in ("after", "host", "job"))
    found = await desk.store.read(lambda c: choices.after(c, key, _SHOWN + 1))
    last = found[_SHOWN - 1] if len(found) > _SHOWN else None
    following = (
        {"after": last.recipient, "host": last.scope.host, "job": last.scope.job} if last else {}
    )
    shown = {"found": found[:_SHOWN], "next": urlencode(following)}
    return page(desk, visit, "recipients.html", **shown)


async def recipient(desk: Desk, visit: Visit) -> Response:
    """Answer with all that is known of one recipient."""
    address = visit.query.get("address", "").strip()
    found = await desk.store.read(lambda c: known_recipients.known(c, address))
    return page(desk, visit, "recipient.html", found=found)
