"""The ledger: its lines, whether its chain holds, and all of it as a file.

Verifying reads every line, which takes a while where there are millions: one at a time, on a
connection of its own, so that neither the mail nor other pages wait for it.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict
from itertools import islice

from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from relay.store import trail
from relay.store.balance import Balance, balance
from relay.store.ledger import broken_links
from relay.store.store import ask
from relay.store.trail import Entry
from relay.web.operator.desk import Desk, Visit
from relay.web.operator.page import page

_SHOWN = 100
_MOST_BROKEN = 20
_AT_A_TIME = 5000
MOST_EXPORTED = 100_000
_verifying = asyncio.Lock()


async def ledger(desk: Desk, visit: Visit) -> Response:
    """Answer with a page of a chain, or with the lines about one message."""
    return await _page(desk, visit)


async def verify(desk: Desk, visit: Visit) -> Response:
    """Recompute every chain and the whole account."""
    if _verifying.locked():
        raise HTTPException(503)

    def look(connection: Connection) -> tuple[Balance, list[str]]:
        return balance(connection), list(islice(broken_links(connection), _MOST_BROKEN))

    async with _verifying:
        checked = await asyncio.to_thread(ask, desk.store.url, look)
    return await _page(desk, visit, checked=checked)


async def _page(
    desk: Desk, visit: Visit, checked: tuple[Balance, list[str]] | None = None
) -> Response:
    about = visit.query.get("about", "").strip()
    before = _number(visit.query.get("before", ""))

    def look(connection: Connection) -> tuple[dict[str, int], str, list[Entry]]:
        chains = trail.chains(connection)
        chain = visit.query.get("chain", "")
        chain = chain if chain in chains else next(iter(chains), "")
        if about:
            return chains, chain, trail.about(connection, about, _SHOWN)
        return chains, chain, trail.page(connection, chain, before, _SHOWN + 1)

    chains, chain, found = await desk.store.read(look)
    last = found[_SHOWN - 1].seq if len(found) > _SHOWN else None
    return page(
        desk,
        visit,
        "ledger.html",
        chains=chains,
        chain=chain,
        found=found[:_SHOWN],
        about=about,
        next=last,
        checked=checked,
        most=MOST_EXPORTED,
    )


async def export(desk: Desk, visit: Visit) -> Response:
    """Answer with lines of a chain as a file, one JSON object a line."""
    chain, first = visit.query.get("chain", ""), _number(visit.query.get("first", "")) or 1
    chains = await desk.store.read(trail.chains)
    if chain not in chains:
        raise HTTPException(404)

    async def lines() -> AsyncIterator[str]:
        for start in range(first, first + MOST_EXPORTED, _AT_A_TIME):

            def look(connection: Connection, start: int = start) -> list[Entry]:
                return list(trail.onwards(connection, chain, start, _AT_A_TIME))

            found = await desk.store.read(look)
            yield "".join(_written(found))
            if len(found) < _AT_A_TIME:
                return

    headers = {"Content-Disposition": 'attachment; filename="ledger.jsonl"'}
    return StreamingResponse(lines(), media_type="application/x-ndjson", headers=headers)


def _written(found: list[Entry]) -> Iterator[str]:
    for each in found:
        yield json.dumps(asdict(each) | {"at": each.at.isoformat()}) + "\n"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else None
