"""A real, tiny, authoritative DNS server on loopback, for keys that verifiers look up.

    with DnsServer({"rsa._domainkey.example.org": '"v=DKIM1; k=rsa; p=..."'}) as dns:
        dns.port

It serves records, given in zone-file form, over UDP: one thread, one packet at a time. A text is a
TXT record, {"MX": ["10 a.example."]} more than that; SILENT names fail (SERVFAIL), everything else
is NXDOMAIN. With `secure` it says that it has verified what it says (AD), as a resolver would.
"""

import contextlib
import socket
import threading
from collections.abc import Mapping, Sequence

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

_LARGEST = 65535


SILENT: Mapping[str, Sequence[str]] = {}
Records = Mapping[str, str | Mapping[str, Sequence[str]]]


class DnsServer:
    """The running server. Use it in a `with` statement."""

    def __init__(self, records: Records, *, secure: bool = False) -> None:
        self.serve(records)
        self._secure = secure
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.host, self.port = self._socket.getsockname()
        self.queries: list[str] = []
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "DnsServer":
        self._socket.settimeout(0.1)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(5)
        self._socket.close()

    def serve(self, records: Records) -> None:
        """Serve these records from now on."""
        self._records = {
            dns.name.from_text(name): _sets(
                name, {"TXT": [value]} if isinstance(value, str) else value
            )
            for name, value in records.items()
        }

    def resolver(self) -> dns.resolver.Resolver:
        """Return a resolver that asks this server and no other."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers, resolver.port = [self.host], self.port
        return resolver

    def _serve(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError, dns.exception.DNSException):
                packet, client = self._socket.recvfrom(_LARGEST)
                self._socket.sendto(self._answer(dns.message.from_wire(packet)), client)

    def _answer(self, query: dns.message.Message) -> bytes:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.AA
        question = query.question[0]
        self.queries.append(question.name.to_text())
        found = self._records.get(question.name)
        if found is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif not found:
            response.set_rcode(dns.rcode.SERVFAIL)
        elif question.rdtype in found:
            response.answer.append(found[question.rdtype])
            response.flags |= dns.flags.AD if self._secure else 0
        return response.to_wire()


def _sets(
    name: str, records: Mapping[str, Sequence[str]]
) -> dict[dns.rdatatype.RdataType, dns.rrset.RRset]:
    return {
        dns.rdatatype.from_text(kind): dns.rrset.from_text(f"{name}.", 60, "IN", kind, *values)
        for kind, values in records.items()
    }
