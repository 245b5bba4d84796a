"""The listeners: sockets open, connections counted at the door, sessions sent home in the end.

    server = Server(settings, hosts, new_id=..., now=..., accept=..., ready=...)
    await server.start()
    server.reconfigure(settings, hosts)  # new limits, hosts, users and certificates
    await server.close(10)               # stops listening, lets messages under way finish

A connection too many hears 421 before anything is built for it. Everything that can be wrong in
the configuration is found when the server is made or reconfigured, as a ConfigError.
What happens next: session.py speaks with one client.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable
from datetime import datetime
from functools import partial
from typing import cast

from relay import journal
from relay.errors import ConfigError
from relay.ingest.admission import admission, canonical
from relay.ingest.check import problems
from relay.ingest.guests import Guests
from relay.ingest.session import Session
from relay.ingest.settings import IngestSettings, ListenSettings, ListenTls
from relay.ingest.terms import Terms
from relay.ingest.tls import server_context
from relay.ingest.users import Users, read_users
from relay.mail.received import Received
from relay.policy.settings import HostSettings

_BACKLOG = 512


class Listener:
    """A listening socket, and the terms for whoever connects next."""

    def __init__(self, settings: ListenSettings, terms: Terms) -> None:
        self.settings = settings
        self.terms = terms
        self.server: asyncio.Server | None = None

    def addresses(self) -> list[str]:
        """Return `address:port` of each socket that is open."""
        sockets = self.server.sockets if self.server else ()
        names = (each.getsockname() for each in sockets)
        return [
            f"[{name[0]}]:{name[1]}" if ":" in name[0] else f"{name[0]}:{name[1]}" for name in names
        ]


class _Door(asyncio.Protocol):
    """The first protocol of a connection: it makes room for a session or shows the way out."""

    __slots__ = ("_guests", "_listener")

    def __init__(self, listener: Listener, guests: Guests) -> None:
        self._listener = listener
        self._guests = guests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        if not peer:
            transport.abort()  # gone already
            return
        terms, address = self._listener.terms, canonical(peer[0])
        objection = self._guests.objection(address, terms.limits)
        if objection is None:
            session = Session(terms, self._guests, address)
            transport.set_protocol(session)
            session.connection_made(transport)
            return
        journal.rejected("", address, objection.decode().rstrip())
        if not terms.implicit:
            transport.write(objection)
        transport.close()


class Server:
    """SMTP in: `start` it, `reconfigure` it as often as needed, `close` it."""

    def __init__(  # noqa: PLR0913 - the seam to the rest of the relay, each by its name
        self,
        settings: IngestSettings,
        hosts: Iterable[HostSettings],
        *,
        new_id: Callable[[], str],
        now: Callable[[], datetime],
        accept: Callable[[Received], Awaitable[None]],
        ready: Callable[[], str | None],
        hostname: str | None = None,
        local_domains: Iterable[str] = (),
        returns: Callable[[str], bool] | None = None,
    ) -> None:
        self._terms: Callable[..., Terms] = partial(
            Terms,
            hostname=hostname or settings.hostname or socket.getfqdn(),
            new_id=new_id,
            now=now,
            accept=accept,
            ready=ready,
            returns=returns,
        )
        self._local_domains = tuple(local_domains)
        self._guests = Guests()
        terms = self._each_terms(settings, hosts, settings.listeners)
        self._listeners = list(map(Listener, settings.listeners, terms))

    @property
    def addresses(self) -> list[str]:
        """`address:port` of every open socket, with the port that was really taken."""
        return [address for each in self._listeners for address in each.addresses()]

    @property
    def ports(self) -> list[int]:
        """The ports really taken, in the order of the listeners."""
        return [int(address.rpartition(":")[2]) for address in self.addresses]

    async def start(self) -> None:
        """Listen on every socket, or on none: ConfigError says which one cannot be had."""
        loop = asyncio.get_running_loop()
        for listener in self._listeners:
            where = listener.settings
            try:
                listener.server = await loop.create_server(
                    partial(_Door, listener, self._guests),
                    where.address,
                    where.port,
                    backlog=_BACKLOG,
                )
            except OSError as error:
                await self.close(0)
                text = f"ingest.listeners: cannot listen on {where.address}:{where.port}: {error}"
                raise ConfigError([text]) from error

    def reconfigure(self, settings: IngestSettings, hosts: Iterable[HostSettings]) -> None:
        """Treat new connections as `settings` say; ConfigError leaves everything as it was.

        Sockets stay as they are: other ones need a restart, which is journaled.
        """
        sockets = list(map(_socket_of, settings.listeners))
        listening = [each.settings for each in self._listeners]
        wanted = list(settings.listeners)
        if sockets != list(map(_socket_of, listening)):
            journal.needs_restart("ingest.listeners")
            found = dict(zip(sockets, wanted, strict=True))
            wanted = [found.get(_socket_of(each), each) for each in listening]
        terms = self._each_terms(settings, hosts, wanted)
        for listener, new_terms in zip(self._listeners, terms, strict=True):
            listener.terms = new_terms

    async def drain(self, seconds: float) -> None:
        """Send the clients home: at once between messages, after `seconds` in any case."""
        await self._guests.drain(seconds)

    def stop_listening(self) -> None:
        """Close the listening sockets."""
        for listener in self._listeners:
            if listener.server is not None:
                listener.server.close()

    async def close(self, seconds: float) -> None:
        """Stop listening, then drain; commits that have begun are waited for."""
        self.stop_listening()
        await self.drain(seconds)

    def _each_terms(
        self,
        settings: IngestSettings,
        hosts: Iterable[HostSettings],
        listeners: Iterable[ListenSettings],
    ) -> list[Terms]:
        hosts = tuple(hosts)
        wrong = problems(settings, hosts)
        if wrong:
            raise ConfigError(wrong)
        users = Users(read_users(settings.users_file)) if settings.users_file else None
        known = admission(hosts, settings.recipients.allowed, self._local_domains)
        return [
            self._terms(
                limits=settings.limits,
                admission=known,
                users=users,
                tls=server_context(each),
                implicit=each.tls is ListenTls.IMPLICIT,
                require_auth=each.require_auth,
            )
            for each in listeners
        ]


def _socket_of(settings: ListenSettings) -> tuple[str, int]:
    return settings.address, settings.port
