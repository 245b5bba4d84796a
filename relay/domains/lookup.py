"""Questions to the DNS, and answers that no caller has to be afraid of.

Whoever runs a zone decides what is in an answer, so there is a limit to each: time, the number of
records, the length of a text. Nothing raises: a name that does not exist and a server that does
not answer are answers too, and different ones, because only the first says anything of the zone.
What is asked twice in one visit is looked up once.
What happens next: the modules in checks/ judge the answers.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import dns.asyncresolver
import dns.exception
import dns.flags
import dns.nameserver
import dns.rdata
import dns.rdatatype
import dns.resolver
from dns.rdtypes.txtbase import TXTBase

_MOST_RECORDS = 100
_LONGEST = 8192
_AT_ONCE = 16
FAILURES = (dns.exception.DNSException, OSError, EOFError, ValueError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the DNS says: records as texts, or that there are none, or why nobody knows."""

    records: tuple[str, ...] = ()
    exists: bool = True
    failed: str | None = None
    secure: bool = False

    @property
    def empty(self) -> bool:
        """Return whether the DNS itself said that there is no such record."""
        return self.failed is None and not self.records


@dataclass(slots=True)
class Dns:
    """A resolver for one visit. An empty list of servers means those of the system."""

    servers: Sequence[tuple[str, int]] = ()
    timeout: float = 5.0
    _known: dict[tuple[str, str], asyncio.Task[Answer]] = field(default_factory=dict)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_AT_ONCE))

    async def ask(self, name: str, kind: str) -> Answer:
        """Return the records of type `kind` at `name`; TXT records as joined texts."""
        key = (name.lower().rstrip("."), kind)
        if key not in self._known:
            self._known[key] = asyncio.create_task(self._look_up(*key))
        return await asyncio.shield(self._known[key])

    async def addresses(self, name: str) -> Answer:
        """Return the A and AAAA records of `name`."""
        four, six = await asyncio.gather(self.ask(name, "A"), self.ask(name, "AAAA"))
        return Answer(
            records=four.records + six.records,
            exists=four.exists,
            failed=four.failed or six.failed,
            secure=four.secure and six.secure,
        )

    async def _look_up(self, name: str, kind: str) -> Answer:
        async with self._room:
            try:
                found = await self._resolver().resolve(f"{name}.", kind, search=False)
            except dns.resolver.NXDOMAIN:
                return Answer(exists=False)
            except dns.resolver.NoAnswer:
                return Answer()
            except FAILURES as error:
                return Answer(failed=_reason(error))
        records = tuple(text_of(each) for each in list(found)[:_MOST_RECORDS])
        secure = bool(found.response.flags & dns.flags.AD)
        return Answer(records=records, secure=secure)

    def _resolver(self) -> dns.asyncresolver.Resolver:
        resolver = dns.asyncresolver.Resolver(configure=not self.servers)
        if self.servers:
            resolver.nameservers = [dns.nameserver.Do53Nameserver(*each) for each in self.servers]
        resolver.lifetime = self.timeout
        resolver.timeout = min(resolver.timeout, self.timeout)
        resolver.set_flags(dns.flags.RD | dns.flags.AD)  # RFC 6840 s5.7: AD asks for AD
        return resolver


def text_of(rdata: dns.rdata.Rdata) -> str:
    """Return a record as text: the strings of a TXT joined, names without their last dot."""
    if isinstance(rdata, TXTBase):
        joined = b"".join(rdata.strings)[:_LONGEST]
        return joined.decode("ascii", "backslashreplace")
    text = rdata.to_text()[:_LONGEST]
    return text if text == "." or text.endswith(" .") else text.removesuffix(".")


def _reason(error: Exception) -> str:
    if isinstance(error, dns.resolver.NoNameservers):
        return "no server gave a usable answer"
    if isinstance(error, dns.exception.Timeout):
        return "no answer in time"
    return f"{type(error).__name__}"[:80]
