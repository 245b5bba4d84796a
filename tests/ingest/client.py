"""A client that says exactly the bytes it is given, and a server set up for a test."""

import asyncio
import itertools
import ssl
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from relay.ingest.server import Server
from relay.ingest.settings import (
    IngestSettings,
    LimitSettings,
    ListenSettings,
    ListenTls,
    RecipientSettings,
)
from relay.mail.received import Received
from relay.policy.settings import HostSettings

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MESSAGE = b"From: root@web01\r\nSubject: hello\r\n\r\nbody\r\n"
LOOPBACK = HostSettings(name="web01", networks=("127.0.0.0/8",), users=("web",))
STRANGERS = HostSettings(name="other", networks=("192.0.2.0/24",), users=("web",))


@dataclass
class Store:
    """What `accept` gets; `before` runs first and may wait or raise."""

    received: list[Received] = field(default_factory=list)
    before: Callable[[Received], object] | None = None
    closed: str | None = None

    async def accept(self, received: Received) -> None:
        outcome = self.before(received) if self.before else None
        if asyncio.iscoroutine(outcome):
            await outcome
        self.received.append(received)

    def ready(self) -> str | None:
        return self.closed


def settings(
    *,
    allowed: Iterable[str] = ("*",),
    users_file: Path | None = None,
    listeners: object = None,
    **limits: object,
) -> IngestSettings:
    return IngestSettings(
        hostname="relay.example",
        listeners=listeners or (ListenSettings(port=0),),
        users_file=users_file,
        recipients=RecipientSettings(allowed=tuple(allowed)),
        limits=LimitSettings(**limits),
    )


def build(
    store: Store,
    given: IngestSettings,
    hosts: Iterable[HostSettings] = (LOOPBACK,),
    returns: Callable[[str], bool] | None = None,
) -> Server:
    numbers = itertools.count(1)
    return Server(
        given,
        hosts,
        new_id=lambda: f"ID{next(numbers)}",
        now=lambda: NOW,
        accept=store.accept,
        ready=store.ready,
        returns=returns,
    )


@asynccontextmanager
async def serving(
    store: Store,
    given: IngestSettings | None = None,
    hosts: Iterable[HostSettings] = (LOOPBACK,),
    returns: Callable[[str], bool] | None = None,
) -> AsyncIterator[Server]:
    server = build(store, given or settings(), hosts, returns)
    await server.start()
    try:
        yield server
    finally:
        await server.close(1)


def tls_listener(certificate: tuple[Path, Path], kind: ListenTls, **more: object) -> ListenSettings:
    return ListenSettings(port=0, tls=kind, certificate=certificate[0], key=certificate[1], **more)


class Client:
    """One connection. `ask` says a line and returns the whole reply, lines joined by LF."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def reply(self) -> str:
        lines = []
        while True:
            line = await asyncio.wait_for(self.reader.readline(), 10)
            if not line:
                return "closed" if not lines else "\n".join(lines)
            assert line.endswith(b"\r\n"), line
            lines.append(line.decode().rstrip())
            if line[3:4] != b"-":
                return "\n".join(lines)

    async def ask(self, line: str | bytes) -> str:
        self.send((line.encode() if isinstance(line, str) else line) + b"\r\n")
        return await self.reply()

    async def hello(self) -> "Client":
        assert (await self.reply()).startswith("220 ")
        assert (await self.ask("EHLO web01")).startswith("250-")
        return self

    async def envelope(self, *recipients: str) -> "Client":
        assert (await self.ask("MAIL FROM:<root@web01>")).startswith("250")
        for recipient in recipients or ("ops@example.org",):
            assert (await self.ask(f"RCPT TO:<{recipient}>")).startswith("250")
        return self

    async def data(self, wire: bytes) -> str:
        """Send DATA and these bytes, end included; return the reply to the end."""
        assert (await self.ask("DATA")).startswith("354")
        self.send(wire)
        return await self.reply()

    async def message(self, wire: bytes = MESSAGE + b".\r\n", *recipients: str) -> str:
        await self.envelope(*recipients)
        return await self.data(wire)

    async def start_tls(self) -> None:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        await self.writer.start_tls(context)

    async def is_closed(self) -> bool:
        try:
            return await asyncio.wait_for(self.reader.read(), 10) == b""
        except ConnectionError:
            return True


@asynccontextmanager
async def connected(server: Server, which: int = 0, **options: object) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.ports[which], **options)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


@asynccontextmanager
async def visiting(
    store: Store,
    given: IngestSettings | None = None,
    hosts: Iterable[HostSettings] = (LOOPBACK,),
    returns: Callable[[str], bool] | None = None,
) -> AsyncIterator[Client]:
    """A client past EHLO, at a server of its own."""
    async with serving(store, given, hosts, returns) as server, connected(server) as client:
        yield await client.hello()


def insecure() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context
