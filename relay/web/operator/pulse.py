"""How things stand, read once for everybody who watches, and sent to them as it changes.

There is one read a tick, however many watch; it looks at their sessions, too, so that a stream ends
with its session. Streams are few, and each ends by itself before its connection would be cut
(bounded.py): the browser opens another, or learns that it has to log in.
What happens next: static/live.js puts what comes in the place of what is shown.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from relay import journal
from relay.store import sessions
from relay.store.standing import Standing
from relay.web.operator.desk import Desk
from relay.web.operator.flow import flow
from relay.web.operator.page import rendered

MOST = 30
_TICK = 2.0
_LASTS = 25.0
_OVER = "event: over\ndata:\n\n"


@dataclass(eq=False, slots=True)
class _Watcher:
    token: str
    frames: "asyncio.Queue[str]" = field(default_factory=lambda: asyncio.Queue(1))


class Pulse:
    """The streams that are open, and the one task that feeds them."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._watchers: set[_Watcher] = set()
        self._task: asyncio.Task[None] | None = None

    def stream(self, token: str) -> Response:
        """Return a stream of events; raise HTTPException where there are too many."""
        if len(self._watchers) >= MOST:
            raise HTTPException(503)
        watcher = _Watcher(token)
        return StreamingResponse(self._events(watcher), media_type="text/event-stream")

    async def _events(self, watcher: _Watcher) -> AsyncIterator[str]:
        self._watchers.add(watcher)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._feed())
        yield "retry: 2000\n\n"
        end = asyncio.get_running_loop().time() + _LASTS
        try:
            while (left := end - asyncio.get_running_loop().time()) > 0:
                try:
                    frame = await asyncio.wait_for(watcher.frames.get(), left)
                except TimeoutError:
                    return
                yield frame
                if frame == _OVER:
                    return
        finally:
            self._watchers.discard(watcher)

    async def _feed(self) -> None:
        while self._watchers:
            try:
                await self._beat()
            except Exception as error:  # noqa: BLE001 - the next beat may work; streams live on
                journal.worker_failed("pulse", error)
            await asyncio.sleep(_TICK)

    async def _beat(self) -> None:
        watchers = list(self._watchers)
        tokens, now = [each.token for each in watchers], self._desk.now()

        found, alive = await self._desk.survey.read(lambda c: sessions.alive(c, tokens, now))
        frame = f"event: standing\ndata: {json.dumps(fragment(self._desk, found))}\n\n"
        for each in watchers:
            if not each.frames.full():
                each.frames.put_nowait(frame if each.token in alive else _OVER)


def fragment(desk: Desk, found: Standing) -> str:
    """Return the part of the overview that changes."""
    return rendered(desk, None, "now.html", standing=found, flow=flow(found, desk.closed()))
