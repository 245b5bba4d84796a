"""The fleet: each host with its jobs, how their last runs went, and when the next is due."""

from urllib.parse import urlencode

from sqlalchemy import Connection
from starlette.responses import Response

from relay.store.fleet import ONLY, Page, Search, count
from relay.store.fleet import page as fleet_page
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import page, texts

_HOSTS = 40


async def fleet(desk: Desk, visit: Visit) -> Response:
    """Answer with a page of hosts, those that are looked for."""
    query = visit.query
    search = Search(text=query.get("q", "")[:100], only=query.get("only", ""))
    after = query.get("after", "")

    def look(connection: Connection) -> tuple[Page, int]:
        return fleet_page(connection, search, after, _HOSTS), count(connection, search)

    found, many = await desk.store.read(look)
    wanted = texts({"q": search.text, "only": search.only if search.only in ONLY else ""})
    following = urlencode({**wanted, "after": found.after}) if found.after else ""
    shown = {"found": found, "many": many, "search": search, "after": after, "next": following}
    return page(desk, visit, "fleet.html", **shown)
