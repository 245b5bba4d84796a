"""MTA-STS (RFC 8461): the domain says by HTTPS which servers take its mail, and that TLS is a must.

A TXT record says that there is a policy and by its `id` whether it has changed; the policy comes
from mta-sts.DOMAIN, with limits. It is kept as long as it says, and goes on counting while its
server is away: whoever can block the way to it must not gain by that.
What happens next: protect.py makes it a condition of the connection.
"""

import asyncio
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from relay.delivery.https import FETCH_FAILURES, Answer, Request, fetch
from relay.delivery.mx import Dns, NoRoute

_LONGEST = 31_557_600  # RFC 8461 s3.2: a year
_SECONDS = 15.0
_MOST_KEPT = 1000
_PAUSE = 300.0  # before a policy that could not be had is asked for again
_RECORD = re.compile(r"v=STSv1\s*;\s*id=([A-Za-z0-9]{1,32})\s*(?:;.*)?")


class Mode(StrEnum):
    """What a policy asks for."""

    ENFORCE = "enforce"
    TESTING = "testing"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class StsPolicy:
    """A policy; `mx` are names, where `*.` stands for one label."""

    mode: Mode
    mx: tuple[str, ...]
    max_age: int

    def allows(self, host: str) -> bool:
        """Say whether `host` is one of the servers that the policy names (RFC 8461 s4.1)."""
        above = f"*.{host.partition('.')[2]}"
        return host in self.mx or above in self.mx


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    policy: StsPolicy | None
    record_id: str
    until: float


class Sts:
    """The policies of domains, kept in memory."""

    def __init__(self, dns: Dns, fetch: Callable[[Request], Answer] = fetch) -> None:
        self._dns = dns
        self._fetch = fetch
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def policy(self, domain: str) -> StsPolicy | None:
        """Return the policy of a domain, None where it has none that can be had."""
        kept, now = self._kept.get(domain), time.monotonic()
        if kept is not None and kept.until <= now:
            kept = None
        record_id = await self._record_id(domain)
        if record_id is None or (kept is not None and kept.record_id == record_id):
            return kept.policy if kept else None
        found = await asyncio.to_thread(self._ask, domain)
        if found is None and kept is not None:
            return kept.policy
        until = now + (found.max_age if found else _PAUSE)
        self._kept[domain] = _Kept(policy=found, record_id=record_id, until=until)
        self._kept.move_to_end(domain)
        if len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return found

    async def _record_id(self, domain: str) -> str | None:
        found = await self._dns.find(f"_mta-sts.{domain}", "TXT")
        records = [] if isinstance(found, NoRoute) else [_joined(each) for each in found[0]]
        ours = [match[1] for each in records if (match := _RECORD.fullmatch(each))]
        return ours[0] if len(ours) == 1 else None  # RFC 8461 s3.1: two are none

    def _ask(self, domain: str) -> StsPolicy | None:
        url = f"https://mta-sts.{domain}/.well-known/mta-sts.txt"
        try:
            answer = self._fetch(Request(url=url, seconds=_SECONDS))
        except FETCH_FAILURES:
            return None
        plain = answer.status == 200 and answer.kind == "text/plain"
        return read(answer.body.decode("utf-8", "replace")) if plain else None


def read(text: str) -> StsPolicy | None:
    """Return the policy that a text is, None if it is none (RFC 8461 s3.2)."""
    fields: dict[str, str] = {}
    mx: list[str] = []
    for line in text.splitlines():
        key, colon, value = (part.strip() for part in line.partition(":"))
        if colon and key == "mx":
            mx.append(value.lower().rstrip("."))
        elif colon:
            fields.setdefault(key, value)
    mode, age = fields.get("mode", ""), fields.get("max_age", "")
    if fields.get("version") != "STSv1" or mode not in list(Mode) or not age.isdecimal():
        return None
    if mode != Mode.NONE and not mx:
        return None
    seconds = min(int(age[:10]), _LONGEST)
    return StsPolicy(mode=Mode(mode), mx=tuple(mx), max_age=seconds)


def _joined(record: str) -> str:
    """Return a TXT record as one text, from its quoted parts."""
    return "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', record)) or record
