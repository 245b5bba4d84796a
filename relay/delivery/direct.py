"""Mail straight to the servers of its recipient's domain, without a smarthost.

Each destination has connections of its own, as many as it takes (width.py). One that is slow or
away delays no other, because mail beyond what it takes is put off, not kept waiting here. TLS is
used wherever it is offered, from 1.2 on, and verified where the domain asks for that (protect.py).
What a destination says to us is about that destination and holds no other; only where several
domains in a row cannot even be reached, it is our own network, and holds all (Reach).
What happens next: workers/deliver.py records the result.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace

from relay.delivery.dial import Line
from relay.delivery.mx import Dns, Exchange, NoRoute, exchanges
from relay.delivery.protect import Protection, Protector
from relay.delivery.upstream import SmtpUpstream
from relay.delivery.width import Width, widened
from relay.pipeline.stages import Deferred, Phase, Refused, Result

_MOST_TRIED = 4  # exchanges of a domain, and addresses of an exchange, for one mail
_MOST_KEPT = 200  # destinations that are remembered
_BEHIND = 2  # so many may wait for each that is under way
_MOST_UNREACHED = 3  # domains in a row, until it is our own network


@dataclass(slots=True)
class Destination:
    """One server of others, and what is known of it."""

    host: str
    upstream: SmtpUpstream
    width: Width
    waiting: int = 0
    under_way: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait until there is room for another mail, and take it."""
        async with self.changed:
            self.waiting += 1
            try:
                await self.changed.wait_for(lambda: self.under_way < self.width.whole)
            finally:
                self.waiting -= 1
            self.under_way += 1
        try:
            yield
        finally:
            self.under_way -= 1
            async with self.changed:
                self.changed.notify_all()


@dataclass(slots=True)
class Reach:
    """Which domains could not be reached since one was; several of them are our own fault."""

    missed: set[str] = field(default_factory=set)

    def heard(self, domain: str, result: Result) -> Result:
        """Return a result as it counts: for its domain alone, or for the whole upstream."""
        if not (isinstance(result, Deferred) and _is_unreached(result)):
            self.missed.clear()
            return replace(result, session=False) if isinstance(result, Deferred) else result
        self.missed.add(domain)
        return replace(result, session=len(self.missed) >= _MOST_UNREACHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What all destinations share: `line` without a host, and the limits for each."""

    line: Line
    connections: int
    mails_each: int


class DirectUpstream:
    """Delivery by MX. `close` it when no send is under way."""

    def __init__(self, name: str, plan: Plan, dns: Dns, protector: Protector) -> None:
        self.name = name
        self._plan = plan
        self._dns = dns
        self._protector = protector
        self._reach = Reach()
        self._known: OrderedDict[tuple[str, str, str], Destination] = OrderedDict()

    async def open(self) -> None:
        """Do nothing: the first mail connects."""

    def depart_from(self, address: str | None) -> None:
        """Connect from `address` from now on, to whichever server."""
        self._plan = replace(self._plan, line=replace(self._plan.line, source_address=address))
        for each in self._known.values():
            each.upstream.depart_from(address)

    async def close(self) -> None:
        """Close all connections."""
        async with AsyncExitStack() as stack:
            for each in self._known.values():
                stack.push_async_callback(each.upstream.close)

    async def send(self, reverse_path: str, recipient: str, content: bytes) -> Result:
        """Send one mail to one recipient; whatever happens is the result, nothing is raised."""
        domain = _ascii(recipient.rpartition("@")[2])
        mail = (reverse_path, recipient, content)
        return self._reach.heard(domain, await self._sent(domain, mail))

    async def _sent(self, domain: str, mail: tuple[str, str, bytes]) -> Result:
        route = await exchanges(domain, self._dns, (self._plan.line.helo,))
        if isinstance(route, NoRoute):
            return _nowhere(route, domain)
        policy = await self._protector.policy(domain)
        result: Result = _deferred(f"451 4.4.4 no exchange of {domain} has an address", domain)
        for exchange in route[:_MOST_TRIED]:
            protection = await self._protector.of(domain, exchange, policy)
            if isinstance(protection, str):
                result = replace(_deferred(protection, exchange.host), phase=Phase.TLS)
                continue
            tried = await self._try(exchange, protection, mail)
            result = tried or result
            if tried is not None and not _next_may_help(tried):
                break
        return result

    async def _try(
        self, exchange: Exchange, protection: Protection, mail: tuple[str, str, bytes]
    ) -> Result | None:
        """Send by one exchange, address for address; None if it has none."""
        addresses = await self._dns.addresses(exchange.host)
        if isinstance(addresses, NoRoute):
            return replace(_deferred(addresses.why, exchange.host), session=True)
        result = None
        for address in addresses[:_MOST_TRIED]:
            result = await self._send_to(self._destination(exchange, protection, address), mail)
            if not _next_may_help(result):
                break
        return result

    async def _send_to(self, destination: Destination, mail: tuple[str, str, bytes]) -> Result:
        if destination.waiting >= _BEHIND * destination.width.whole:
            why = f"451 4.3.2 {destination.host} is busy with other mail of ours"
            return _deferred(why, destination.host)
        async with destination.turn():
            result = await destination.upstream.send(*mail)
            destination.width = widened(destination.width, result)
        return result

    def _destination(self, exchange: Exchange, protection: Protection, address: str) -> Destination:
        key = (exchange.host, address, protection.by)
        if key not in self._known:
            line = replace(
                self._plan.line,
                host=address,
                tls_name=exchange.host,
                tls=protection.tls,
                context=protection.context,
                check=protection.check,
            )
            upstream = SmtpUpstream(self.name, line, self._plan.connections, self._plan.mails_each)
            width = Width(most=self._plan.connections)
            self._known[key] = Destination(exchange.host, upstream, width)
        self._known.move_to_end(key)
        self._forget()
        return self._known[key]

    def _forget(self) -> None:
        """Let go of what was not used for longest, if nothing is under way there."""
        key, oldest = next(iter(self._known.items()))
        if len(self._known) > _MOST_KEPT and not oldest.under_way and not oldest.waiting:
            del self._known[key]  # its idle connections close by themselves


def _next_may_help(result: Result) -> bool:
    """Say whether another server of the domain may do better: this one was not even reached."""
    return isinstance(result, Deferred) and result.session and not result.uncertain


def _is_unreached(result: Deferred) -> bool:
    """Say whether nobody answered at all: no server by SMTP, nor a name server."""
    if result.phase is not Phase.CONNECT or result.code is not None:
        return False
    if result.reply.startswith("550 5.1.2"):  # a name server did answer: there is no such name
        return False
    return result.session or result.reply.startswith("451 4.4.3")


def _nowhere(route: NoRoute, domain: str) -> Result:
    if route.code is None:
        return _deferred(route.why, domain)
    return Refused(phase=Phase.CONNECT, code=route.code, reply=route.why, remote=domain)


def _deferred(why: str, remote: str) -> Deferred:
    return Deferred(phase=Phase.CONNECT, code=None, reply=why, remote=remote)


def _ascii(domain: str) -> str:
    try:
        return domain.lower().encode("idna").decode()
    except UnicodeError:
        return domain.lower()
