"""The composition root: builds every part from the configuration, starts and stops them in order.

This is the only place that owns a clock, and the only one that knows all the parts. Starting goes
store, workers, listeners; stopping goes the other way, so that nothing takes work whose next stage
is already gone. A reload builds new workers and swaps them between two steps; a wrong
configuration changes nothing.
"""

import asyncio
import secrets
import signal
import time
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from relay import __version__, journal
from relay.assembly import Keys, hostname, node_name, orders, tools
from relay.config import Config, load
from relay.config.practice import chores
from relay.delivery.send import open_upstreams
from relay.errors import ConfigError, RelayError
from relay.ingest.server import Server
from relay.mail.received import Received
from relay.pipeline.ids import queue_id
from relay.pipeline.returned import is_return_address
from relay.sites import House, choice_site, console_site, control_site, health_site
from relay.store import lease, outbox, queue
from relay.store.acts import Arguments, perform
from relay.store.keys import SECRET_BYTES, choice_keys, shared_secret
from relay.store.store import Store
from relay.web.server import WebServer
from relay.workers.crew import Crew
from relay.workers.memory import settled_in
from relay.workers.pool import Pool
from relay.workers.sweep import DiskGate

_DRAIN = 7.0  # seconds for each of sessions, steps and deliveries: below 30 in all

# What a running relay cannot change, and how to look at it.
_FIXED: dict[str, Callable[[Config], object]] = {
    "store.url and store.node": lambda config: (config.store.url, config.store.node),
    "web": lambda config: config.web,
    "choice.address, port, certificate and key": lambda config: (
        config.choice.url is not None,
        *(config.choice.address, config.choice.port),
        *(config.choice.certificate, config.choice.key),
    ),
    "operator": lambda config: config.operator,
    "ingest.hostname": lambda config: config.ingest.hostname,
    "identity.local_domains": lambda config: config.identity.local_domains,
}


def utc_now() -> datetime:
    """Return the time: the clock that everything else is given."""
    return datetime.now(UTC)


class Relay:
    """A running relay: `start` it, `reload` it as often as needed, `stop` it."""

    def __init__(self, config: Config, now: Callable[[], datetime] = utc_now) -> None:
        self._started = self._config = config
        self._now = now
        self._stack = AsyncExitStack()
        self._store: Store
        self._gate: DiskGate
        self._keys: Keys
        self._crew: Crew
        self.server: Server
        self.web: WebServer | None = None
        self.pages: WebServer | None = None
        self.console: WebServer | None = None

    async def start(self) -> None:
        """Open the store, start the workers, then take mail; undo it all if a part fails."""
        async with self._stack as stack:
            await self._open_store(stack)
            self._crew = await self._build_crew(self._config)
            stack.push_async_callback(self._stop_crew)
            await self._start_crew(self._config)
            self._start_web(stack)
            self.server = self._build_server()
            await self.server.start()
            stack.push_async_callback(self.server.close, _DRAIN)
            self._stack = stack.pop_all()
        sites = {"web": self.web, "pages": self.pages, "operator": self.console}
        ports = {name: site.port if site else None for name, site in sites.items()}
        journal.started(__version__, self._store.node, self.server.addresses, **ports)

    async def stop(self, why: str) -> None:
        """Take no more mail, finish what is under way, hand back the rest."""
        journal.stopping(why)
        await self._stack.aclose()
        journal.stopped()

    async def reload(self, config: Config) -> None:
        """Let `config` take force; what it cannot change in a running relay is journaled.

        Raises RelayError or OSError where it cannot work, and has then changed nothing.
        """
        crew = await self._build_crew(config)
        try:
            self.server.reconfigure(config.ingest, config.hosts)
        except BaseException:
            await crew.stop(0)
            raise
        for what, of in _FIXED.items():
            if of(config) != of(self._started):
                journal.needs_restart(what)
        self._gate.least_bytes = config.ingest.limits.free_disk
        self._gate.least_percent = config.ingest.limits.free_disk_percent
        old, self._crew, self._config = self._crew, crew, config
        try:
            await old.stop(_DRAIN)
        finally:
            await self._start_crew(config)
        journal.reloaded()

    async def _start_crew(self, config: Config) -> None:
        names = [upstream.name for upstream in config.upstreams]
        moved = await self._store.write(lambda tx: outbox.readdress(tx, names, names[0]))
        if moved:
            journal.readdressed(moved, names[0])
        self._crew.start()

    async def _open_store(self, stack: AsyncExitStack) -> None:
        config = self._config
        store = Store(config.store.url, node_name(config), self._now)
        self._store = stack.enter_context(store)
        await store.write(lease.return_all)
        stack.push_async_callback(store.write, lease.return_all)
        fresh = secrets.token_bytes(32)
        verp = await store.write(lambda tx: shared_secret(tx, "verp", fresh))
        self._keys = Keys(verp=verp, choice=())
        limits = config.ingest.limits
        self._gate = DiskGate(
            free_space=store.free_space,
            least_bytes=limits.free_disk,
            least_percent=limits.free_disk_percent,
        )
        await self._gate.step()

    async def _build_crew(self, config: Config) -> Crew:
        fresh = secrets.token_bytes(SECRET_BYTES)
        choice = await self._store.write(lambda tx: choice_keys(tx, fresh))
        self._keys = replace(self._keys, choice=choice)
        upstreams = open_upstreams(config.upstreams, hostname(config))
        pool = Pool(config.pool, tools(config))
        try:
            await pool.start()
            for upstream in upstreams.values():
                await upstream.open()
        except BaseException:
            await asyncio.to_thread(pool.close)
            raise
        crew = Crew(orders(config, self._keys), self._store, pool, upstreams, self._gate, self._now)
        for chore in chores(config, self._store, self._gate.reason, self._now):
            crew.add(*chore)
        return crew

    def _build_server(self) -> Server:
        return Server(
            self._config.ingest,
            self._config.hosts,
            hostname=hostname(self._config),
            new_id=self._new_id,
            now=self._now,
            accept=self._accept,
            ready=self._gate.reason,
            local_domains=self._config.identity.local_domains,
            returns=self._is_return_address,
        )

    def _is_return_address(self, address: str) -> bool:
        return is_return_address(address, self._crew.addressing)

    def _start_web(self, stack: AsyncExitStack) -> None:
        house = House(
            store=self._store,
            gate=self._gate,
            config=lambda: self._config,
            crew=lambda: self._crew,
            act=self._perform,
            now=self._now,
        )
        self.web, self.pages = health_site(house), choice_site(house)
        self.console = console_site(house)
        control, path = control_site(house) or (None, None)
        if path is not None:
            stack.callback(path.unlink, missing_ok=True)
        for each in filter(None, (self.web, self.pages, self.console, control)):
            each.start()
            stack.push_async_callback(each.close)

    async def _stop_crew(self) -> None:
        await self._crew.stop(_DRAIN)

    def _new_id(self) -> str:
        return queue_id(self._now(), secrets.token_bytes(4))

    async def _accept(self, received: Received) -> None:
        began = time.perf_counter()
        await self._store.write(lambda tx: queue.accept(tx, received))
        journal.accepted(
            received.id,
            received.origin.host,
            len(received.raw),
            len(received.envelope.recipients),
            time.perf_counter() - began,
        )
        self._crew.accepted.ring()

    async def _perform(
        self, act: str, arguments: Arguments, author: str | None = None
    ) -> list[str]:
        done = await self._store.write(lambda tx: perform(tx, act, arguments, author))
        self._crew.accepted.ring()
        self._crew.wake_deliveries()
        return done


async def serve(path: Path, environ: Mapping[str, str]) -> None:
    """Run until SIGTERM or SIGINT; SIGHUP reads the configuration again."""
    relay = Relay(load(path, environ))
    # Before the start, so that none that comes meanwhile kills us in the middle of it.
    loop = asyncio.get_running_loop()
    signals: asyncio.Queue[signal.Signals] = asyncio.Queue()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        loop.add_signal_handler(number, signals.put_nowait, number)
    await relay.start()
    settled_in()
    while (received := await signals.get()) is signal.SIGHUP:
        try:
            await relay.reload(load(path, environ))
        except ConfigError as error:
            journal.reload_refused(error.problems)
        except (RelayError, OSError) as error:
            journal.reload_refused([str(error)])
    await relay.stop(received.name)
