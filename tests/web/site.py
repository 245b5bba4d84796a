"""The public pages, running on a real store, and a world whose mails link to them."""

import asyncio
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse

from relay.choice.choice import Level
from relay.pipeline.addressing import Addressing
from relay.store import choices
from relay.web.choice import Desk, choice_app
from relay.web.server import WebServer, tcp_socket
from relay.web.visitors import Visitors
from tests.flow.world import ADDRESSING, OPS, World
from tests.store.builders import ask

LINK = re.compile(r"https://reports\.example\.org(/\w/[\w.-]+)")
FORM = "application/x-www-form-urlencoded"


class Site:
    """The pages, running, and a world whose mails link to them."""

    def __init__(self, world: World, port: int) -> None:
        self.world, self.port = world, port

    def ask(
        self, method: str, path: str, body: bytes = b"", kind: str = FORM
    ) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Content-Type": kind} if body else {}
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response, response.read().decode()
        finally:
            connection.close()

    def get(self, path: str) -> str:
        response, text = self.ask("GET", path)
        assert response.status == 200, text
        return text

    def post(self, path: str, body: bytes = b"", kind: str = FORM) -> str:
        response, text = self.ask("POST", path, body, kind)
        assert response.status == 200, text
        return text

    def link(self, number: int = -1) -> str:
        """Return the path of the opt-out in a mail that arrived."""
        text = self.world.arrived[number].mail.content.replace(b"=\r\n", b"").decode()
        return next(path for path in LINK.findall(text) if path.startswith("/u/"))

    def level(self, recipient: str = OPS) -> list[tuple[str, Level]]:
        made = ask(self.world.store, lambda c: choices.of(c, (recipient,)))
        return [(str(each.scope), each.level) for each in made]


@contextmanager
def serving(world: World, addressing: Addressing = ADDRESSING) -> Iterator[Site]:
    desk = Desk(
        store=world.store,
        addressing=lambda: addressing,
        changed=lambda: None,
        now=world.clock,
    )
    loop, ready, server = asyncio.new_event_loop(), threading.Event(), []

    async def run() -> None:
        web = WebServer(choice_app(desk, Visitors(world.clock)), tcp_socket("127.0.0.1", 0))
        web.start()
        server.append((web, asyncio.Event()))
        ready.set()
        await server[0][1].wait()
        await web.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield Site(world, server[0][0].port)
    finally:
        loop.call_soon_threadsafe(server[0][1].set)
        thread.join(10)
        loop.close()
