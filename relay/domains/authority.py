"""What every authoritative server of a zone says, asked one by one and past all caches.

A record that one server shows and another does not yet is not published: receivers ask either.
Only answers that carry the authoritative bit count. A name that leads elsewhere (CNAME, as hosters
of DKIM keys have it) is followed to the servers there.
What happens next: workers/rotate.py waits until all of them show a key.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import dns.asyncquery
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype

from relay.domains.lookup import FAILURES, Answer, Dns, text_of

_MOST_SERVERS = 20
_MOST_TURNS = 4
Place = tuple[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """What one server answers."""

    server: str
    answer: Answer


async def sights(
    dns_: Dns, name: str, fixed: Sequence[Place] = (), turns: int = _MOST_TURNS
) -> list[Sight]:
    """Return the TXT records at `name` as each authoritative server has them; never nothing.

    `fixed` are servers to ask instead of those that NS records name.
    """
    places = [(f"{host}:{port}", (host, port)) for host, port in fixed]
    if not places:
        found = await _servers(dns_, name)
        if isinstance(found, str):
            return [Sight(server="?", answer=Answer(failed=found))]
        places = found
    asked = await asyncio.gather(*(_ask(place, name, dns_.timeout) for _, place in places))
    target = next((each for each in asked if isinstance(each, str)), None)
    if target is not None and turns > 0:
        return await sights(dns_, target, fixed, turns - 1)
    return [
        Sight(server=server, answer=each if isinstance(each, Answer) else Answer(failed="a loop"))
        for (server, _), each in zip(places, asked, strict=True)
    ]


async def _servers(dns_: Dns, name: str) -> list[tuple[str, Place]] | str:
    """Return the servers of the zone that `name` is in, or why nobody knows them."""
    labels = name.rstrip(".").split(".")
    for above in (".".join(labels[at:]) for at in range(len(labels))):
        answer = await dns_.ask(above, "NS")
        if answer.failed:
            return f"NS of {above}: {answer.failed}"
        if answer.records:
            return await _places(dns_, answer.records[:_MOST_SERVERS])
    return f"no zone holds {name}"


async def _places(dns_: Dns, hosts: Sequence[str]) -> list[tuple[str, Place]] | str:
    found = []
    for host in hosts:
        answer = await dns_.ask(host, "A")
        if answer.empty:
            answer = await dns_.ask(host, "AAAA")
        if not answer.records:
            return f"{host}, a server of the zone, has no address"
        found.append((host, (answer.records[0], 53)))
    return found


async def _ask(place: Place, name: str, seconds: float) -> Answer | str:
    """Return the answer of one server, or the name that it points to."""
    try:
        question = dns.message.make_query(name, "TXT")
        question.flags &= ~dns.flags.RD
        host, port = place
        response, _ = await dns.asyncquery.udp_with_fallback(question, host, seconds, port)
    except FAILURES as error:
        return Answer(failed=type(error).__name__)
    if not response.flags & dns.flags.AA:
        return Answer(failed="is not authoritative")
    if response.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer(failed=dns.rcode.to_text(response.rcode()))
    return _read(response, dns.name.from_text(name))


def _read(response: dns.message.Message, name: dns.name.Name) -> Answer | str:
    records: tuple[str, ...] = ()
    for _ in range(_MOST_TURNS):
        found = {each.rdtype: each for each in response.answer if each.name == name}
        if dns.rdatatype.CNAME not in found:
            texts = found.get(dns.rdatatype.TXT, ())
            records = tuple(text_of(each) for each in texts)
            break
        name = next(iter(found[dns.rdatatype.CNAME])).target
    followed = any(each.rdtype is dns.rdatatype.CNAME for each in response.answer)
    if followed and not records:
        return name.to_text(omit_final_dot=True)
    return Answer(records=records, exists=response.rcode() is not dns.rcode.NXDOMAIN)
