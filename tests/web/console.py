"""The operator's pages, running on a real store, and a browser without a screen to ask them."""

import asyncio
import re
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from http.client import HTTPConnection, HTTPResponse

from relay.errors import RelayError
from relay.ingest.users import hash_password
from relay.pipeline.comparison import Comparison, compare
from relay.pipeline.explain import explain
from relay.pipeline.replay import Replay
from relay.pipeline.stages import Prepared
from relay.store import kept, operators
from relay.store.acts import Arguments, perform
from relay.web.bounded import Bounded
from relay.web.operator.app import operator_app
from relay.web.operator.desk import Desk, Policies
from relay.web.operator.survey import Survey
from relay.web.server import WebServer, tcp_socket
from tests.flow.world import ADDRESSING, PACE, World

PASSWORD = "correct horse battery"
NAMES = {"alice": "operator", "vera": "viewer"}


@cache
def hashed() -> str:
    return hash_password(PASSWORD)


@dataclass
class Console:
    """The pages, and a world to show."""

    world: World
    port: int

    def visitor(self) -> "Visitor":
        """Somebody who is not logged in."""
        return Visitor(self.port)

    def logged_in(self, name: str = "alice") -> "Visitor":
        """Somebody who is."""
        visitor = self.visitor()
        response, text = visitor.log_in(name)
        assert response.status == 303, text
        return visitor


@dataclass
class Visitor:
    """A browser as far as cookies, forms and redirects go."""

    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[HTTPResponse, str]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            sent = dict(headers or {})
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
            body = None
            if form is not None:
                body = urllib.parse.urlencode(form)
                sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            text = response.read().decode("utf-8", "replace")
            self._keep(response)
            return response, text
        finally:
            connection.close()

    def _keep(self, response: HTTPResponse) -> None:
        for line in response.headers.get_all("Set-Cookie", []):
            name, _, rest = line.partition("=")
            value = rest.partition(";")[0].strip('"')
            self.cookies.pop(name, None)
            if value:
                self.cookies[name] = value

    def get(self, path: str) -> str:
        response, text = self.ask("GET", path)
        assert response.status == 200, (response.status, text)
        return text

    def log_in(
        self, name: str, password: str = PASSWORD, code: str = ""
    ) -> tuple[HTTPResponse, str]:
        _, text = self.ask("GET", "/login")
        form = {"csrf": csrf(text), "name": name, "password": password, "code": code}
        return self.ask("POST", "/login", form)

    def act(self, act: str, reason: str = "a test", **arguments: str) -> tuple[HTTPResponse, str]:
        """Do an act as its form would."""
        form = {"csrf": csrf(self.get("/")), "act": act, "reason": reason, "back": "/queue"}
        return self.ask("POST", "/act", form | arguments)


def csrf(text: str) -> str:
    found = re.search(r'name="csrf" value="(\w+)"', text)
    assert found, text
    return found[1]


def desk_of(world: World, *, secure: bool = False, cheap: float = 60.0) -> Desk:
    """What the pages need, made of a world; each account is a fresh one, however busy we are."""

    async def act(act: str, arguments: Arguments, author: str | None) -> list[str]:
        return await world.store.write(lambda tx: perform(tx, act, arguments, author))

    async def explained(raw: bytes) -> Prepared:
        return explain(raw, world.rules, world.clock())

    async def backtest(begin: object, name: str, text: str) -> Comparison:
        if "rules" not in text:
            raise RelayError(f"{name}:1 it has no rules")
        both = (
            Replay(world.rules, ADDRESSING, PACE),
            Replay(replace(world.rules, rules=()), ADDRESSING, PACE),
        )
        for received in kept.each(world.store.url, begin):  # type: ignore[arg-type]
            for each in both:
                each.take(received)
        for each in both:
            each.finish()
        return compare(*both)

    return Desk(
        store=world.store,
        survey=Survey(world.store, world.clock, cheap),
        act=act,
        policies=Policies(
            rules=lambda: world.rules,
            files=lambda: {p.name: p.read_text() for p in sorted(world.folder.glob("*.yaml"))},
            explain=explained,
            backtest=backtest,
        ),
        zone=lambda: "UTC",
        closed=lambda: None,
        now=world.clock,
        lasts=timedelta(hours=12),
        secure=secure,
    )


@contextmanager
def console(world: World, *, secure: bool = False, cheap: float = 60.0) -> Iterator[Console]:
    """Serve the pages; alice may act, vera may look."""
    for name, role in NAMES.items():
        world.store.write_now(
            lambda tx, n=name, r=role: operators.add(tx, name=n, role=r, password=hashed())  # type: ignore[misc]
        )
    loop, ready, server = asyncio.new_event_loop(), threading.Event(), []

    async def run() -> None:
        app = operator_app(desk_of(world, secure=secure, cheap=cheap))
        web = WebServer(app, tcp_socket("127.0.0.1", 0), protocol=Bounded)
        web.start()
        server.append((web, asyncio.Event()))
        ready.set()
        await server[0][1].wait()
        await web.close()

    thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield Console(world, server[0][0].port)
    finally:
        loop.call_soon_threadsafe(server[0][1].set)
        thread.join(15)
        loop.close()
