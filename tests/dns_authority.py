"""A real authoritative name server (Knot DNS) on loopback, which takes signed dynamic updates.

    with NameServer(tmp_path / "a", {"example.org": "www A 192.0.2.1"}) as primary:
        primary.place          # 127.0.0.1:PORT
        primary.key_file       # the TSIG key that may update, named KEY

With `primary` given, a server is a real secondary of it: it is notified and transfers the zone.
Servers must exist before they start, so that a primary knows whom to notify.
"""

import base64
import secrets
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rdatatype

from tests.conftest import find_program

KEY = "relay-key"
_SOA = "$TTL 60\n@ SOA ns1 hostmaster 1 60 60 3600 60\n@ NS ns1\n@ NS ns2\n"
_PATIENCE = 10.0


class NameServer:
    """The running server. Use it in a `with` statement."""

    def __init__(
        self, folder: Path, zones: Mapping[str, str], primary: "NameServer | None" = None
    ) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        self.zones = dict(zones)
        self.port = _free_port()
        self._primary = primary
        self._secondaries: list[NameServer] = []
        self.secret = base64.b64encode(secrets.token_bytes(32)).decode()
        self.key_file = folder / "tsig"
        self.key_file.write_text(self.secret)
        self.key_file.chmod(0o600)
        if primary is not None:
            primary._secondaries.append(self)
            self.zones = primary.zones  # as if it had transferred them: the first time takes long

    @property
    def place(self) -> str:
        """Return its address and port, as the configuration writes them."""
        return f"127.0.0.1:{self.port}"

    def __enter__(self) -> "NameServer":
        (self._folder / "db").mkdir()
        for name, text in self.zones.items():
            (self._folder / name).write_text(f"$ORIGIN {name}.\n{_SOA}{text}\n")
        configuration = self._folder / "knot.conf"
        configuration.write_text(self._configuration())
        program = find_program("knotd")
        assert program is not None
        self._log = (self._folder / "log").open("wb")
        self._process = subprocess.Popen(
            [program, "-c", configuration], stdout=self._log, stderr=self._log
        )
        self._wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE)
        self._log.close()

    def ask(self, name: str, kind: str = "TXT", seconds: float = 5) -> list[str]:
        """Return the records at `name`, as this server has them now."""
        question = dns.message.make_query(name, kind)
        response, _ = dns.query.udp_with_fallback(question, "127.0.0.1", seconds, self.port)
        return [
            b"".join(each.strings).decode() if each.rdtype == dns.rdatatype.TXT else each.to_text()
            for rrset in response.answer
            for each in rrset
        ]

    def _wait(self) -> None:
        until = time.monotonic() + _PATIENCE
        while not all(self._serves(name) for name in self.zones):
            log = (self._folder / "log").read_text()
            assert time.monotonic() < until, log
            assert self._process.poll() is None, log
            time.sleep(0.05)

    def _serves(self, zone: str) -> bool:
        try:
            return bool(self.ask(zone, "SOA", 0.2))
        except (dns.exception.DNSException, OSError):
            return False

    def _configuration(self) -> str:
        folder = self._folder
        peers = [*self._secondaries, *([self._primary] if self._primary else [])]
        zones = "".join(self._zone(name) for name in self.zones)
        remotes = "".join(
            f"  - id: peer{n}\n    address: 127.0.0.1@{each.port}\n" for n, each in enumerate(peers)
        )
        return (
            f"server:\n  listen: 127.0.0.1@{self.port}\n  rundir: {folder}\n  udp-workers: 1\n"
            "  tcp-workers: 1\n  background-workers: 1\n"
            f"log:\n  - target: stderr\n    any: info\ndatabase:\n  storage: {folder}/db\n"
            f"key:\n  - id: {KEY}\n    algorithm: hmac-sha256\n    secret: {self.secret}\n"
            f"{'remote:' if remotes else ''}\n{remotes}"
            f"acl:\n  - id: update\n    key: {KEY}\n    action: update\n"
            "  - id: peers\n    address: 127.0.0.1\n    action: [transfer, notify]\n"
            f"zone:\n{zones}"
        )

    def _zone(self, name: str) -> str:
        file = self._folder / name
        lines: Sequence[str] = [
            f"  - domain: {name}",
            f"    file: {file}",
            "    acl: [update, peers]",
        ]
        if self._primary is not None:
            lines = [*lines, "    master: peer0"]
        elif self._secondaries:
            names = ", ".join(f"peer{n}" for n in range(len(self._secondaries)))
            lines = [*lines, f"    notify: [{names}]"]
        return "\n".join(lines) + "\n"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
