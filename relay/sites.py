"""The web servers of a running relay, each made of what its pages may see; none is started here.

A server whose settings want none is None. What a reload changes (the crew, the configuration) is
asked for through `House`, each time.
What happens next: app.py starts them, and closes them before what they look at.
"""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from relay.assembly import control_path
from relay.backtest import Trial
from relay.config import Config
from relay.errors import RelayError
from relay.pipeline.explain import from_file
from relay.pipeline.stages import Prepared
from relay.store.acts import Arguments
from relay.store.backlog import Depth, depths
from relay.store.store import Store
from relay.web.bounded import Bounded
from relay.web.choice import Desk, choice_app
from relay.web.control import control_app
from relay.web.health import health_app
from relay.web.operator.app import operator_app
from relay.web.operator.desk import Desk as OperatorDesk
from relay.web.operator.desk import Policies
from relay.web.operator.survey import Survey
from relay.web.server import WebServer, private_socket, tcp_socket
from relay.web.visitors import Visitors
from relay.workers.crew import Crew
from relay.workers.pool import Crash
from relay.workers.sweep import DiskGate


class Act(Protocol):
    """Does one of store.acts for somebody, and has the workers look."""

    def __call__(
        self, act: str, arguments: Arguments, author: str | None = None
    ) -> Coroutine[Any, Any, list[str]]:
        """Return what it was done to; raise RelayError if it cannot be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the sites look at; `config` and `crew` return those that are in force."""

    store: Store
    gate: DiskGate
    config: Callable[[], Config]
    crew: Callable[[], Crew]
    act: Act
    now: Callable[[], datetime]


def health_site(house: House) -> WebServer | None:
    """Return the server of health and metrics."""
    settings, store, gate = house.config().web, house.store, house.gate
    if not settings.enabled:
        return None

    async def queues() -> list[Depth]:
        return await store.read(depths)

    app = health_app(queues, lambda: gate.reason() or store.failing, house.now, store.free_space)
    return WebServer(app, tcp_socket(settings.address, settings.port))


def choice_site(house: House) -> WebServer | None:
    """Return the server of the recipients' pages."""
    settings = house.config().choice
    if settings.url is None:
        return None
    desk = Desk(
        store=house.store,
        addressing=lambda: house.crew().addressing,
        changed=lambda: house.crew().wake_deliveries(),
        now=house.now,
    )
    listener = tcp_socket(settings.address, settings.port)
    app = choice_app(desk, Visitors(desk.now))
    return WebServer(app, listener, settings.certificate, settings.key, Bounded)


def console_site(house: House) -> WebServer | None:
    """Return the server of the operator's pages."""
    settings = house.config().operator
    if not settings.enabled:
        return None
    trial = Trial(house.config)

    async def explain(raw: bytes) -> Prepared:
        told = await house.crew().explain(from_file(raw, house.now()))
        if isinstance(told, Crash):
            raise RelayError(f"That mail cannot be understood: {told.why}.")
        return told

    desk = OperatorDesk(
        store=house.store,
        survey=Survey(house.store, house.now),
        act=house.act,
        policies=Policies(
            rules=lambda: house.crew().rules,
            files=trial.files,
            explain=explain,
            backtest=trial.backtest,
        ),
        zone=lambda: house.config().policy.time_zone,
        closed=house.gate.reason,
        now=house.now,
        lasts=settings.lasts,
        secure=settings.secure,
    )
    listener = tcp_socket(settings.address, settings.port)
    return WebServer(operator_app(desk), listener, settings.certificate, settings.key, Bounded)


def control_site(house: House) -> tuple[WebServer, Path] | None:
    """Return the server by which commands reach the relay, and the path of its socket."""
    path = control_path(house.store.url)
    return None if path is None else (WebServer(control_app(house.act), private_socket(path)), path)
