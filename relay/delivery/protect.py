"""How a connection to somebody else's server is protected: as its domain asks, by TLS 1.2 or more.

    DANE        TLSA records under DNSSEC: TLS, and a certificate that matches
    MTA-STS     `enforce`: TLS, a server that the policy names, a certificate for its name
    neither     TLS where it is offered, with whatever certificate (RFC 7435)

DANE comes first (RFC 8461 s2). `testing` changes nothing but what reports say.
What happens next: direct.py dials by it.
"""

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from relay.delivery.dane import Tlsa, mismatch, read, usable
from relay.delivery.mx import Dns, Exchange, NoRoute
from relay.delivery.settings import UpstreamTls
from relay.delivery.sts import Mode, Sts, StsPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What to do with a connection; `check` returns what is wrong with what the peer has shown."""

    by: str
    tls: UpstreamTls
    context: ssl.SSLContext
    check: Callable[[ssl.SSLObject], str | None] | None = None


class Protector:
    """What domains ask for, looked up."""

    def __init__(
        self, dns: Dns, sts: Sts, port: int, context: Callable[[], ssl.SSLContext]
    ) -> None:
        self._dns = dns
        self._sts = sts
        self._port = port
        self._verifying = _floored(context())
        self._taking = _floored(context())
        self._taking.check_hostname = False
        self._taking.verify_mode = ssl.CERT_NONE

    async def policy(self, domain: str) -> StsPolicy | None:
        """Return the MTA-STS policy of a domain, if it is to be enforced."""
        policy = await self._sts.policy(domain)
        return policy if policy is not None and policy.mode is Mode.ENFORCE else None

    async def of(
        self, domain: str, exchange: Exchange, policy: StsPolicy | None
    ) -> Protection | str:
        """Return how to protect a connection, or why this server must not be spoken to."""
        if exchange.secure:
            records = await self._dns.find(f"_{self._port}._tcp.{exchange.host}", "TLSA")
            if isinstance(records, NoRoute) and records.code is None:
                return records.why  # RFC 7672 s2.1: no answer is not "no"
            if not isinstance(records, NoRoute) and records[0] and records[1]:
                return self._by_dane(read(records[0]), (exchange.host, domain))
        if policy is None:
            return Protection(by="none", tls=UpstreamTls.OPPORTUNISTIC, context=self._taking)
        if not policy.allows(exchange.host):
            return f"{exchange.host} is not among the servers of {domain}'s MTA-STS policy"
        return Protection(by="sts", tls=UpstreamTls.REQUIRED, context=self._verifying)

    def _by_dane(self, records: tuple[Tlsa, ...], names: tuple[str, ...]) -> Protection:
        ours = usable(records)
        check = partial(mismatch, ours, names) if ours else None
        return Protection(by="dane", tls=UpstreamTls.REQUIRED, context=self._taking, check=check)


def _floored(context: ssl.SSLContext) -> ssl.SSLContext:
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context
