"""Who is measured: our relay as it is shipped, and Postfix with and without OpenDKIM.

Each is started by one function that takes a folder, which holds the signing key, and yields a
`Peer`. All keep what they accept on the same file system and talk to a sink of their own.

Postfix is tuned where its defaults, made for a busy Internet host, would hold it back in a burst
on loopback: it does not slow clients down while deliveries lag (in_flow_delay), starts with as
many parallel deliveries as it may have, does not look up names, and logs to a file as we do.
Durability is left on: both answer 250 after an fsync.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from relay.signing.keys import load_keys, record_text
from relay.signing.settings import KeySettings, SigningSettings
from tests.mta import OpenDkim, Postfix, SmtpSink, free_port, wait_until

_ROOT = Path(__file__).parent.parent
_DOMAIN, _SELECTOR = "example.org", "rsa"
_SHARED_MEMORY = Path("/dev/shm")

POSTFIX_SETTINGS = {
    "in_flow_delay": "0",
    "initial_destination_concurrency": "20",
    "smtp_destination_concurrency_limit": "20",
    "smtp_connection_cache_destinations": "127.0.0.1",
    "smtpd_peername_lookup": "no",
    "smtpd_client_connection_rate_limit": "0",
    "smtp_dns_support_level": "disabled",
    "milter_default_action": "tempfail",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A running peer. `roots` are the processes below which all of its others are."""

    name: str
    port: int
    roots: tuple[int, ...]
    sink: SmtpSink
    folder: Path
    public_key: str
    log: Path
    signs: bool = True

    def clear(self) -> None:
        """Forget the mails that have arrived."""
        for file in self.sink.kept.iterdir():
            file.unlink()

    def last_words(self) -> str:
        """Return the end of its log, for when it fails."""
        return self.log.read_text(errors="replace")[-2000:]


@contextmanager
def honest_relay(folder: Path, base: str) -> Iterator[Peer]:
    """Run `relay serve` with its defaults: SQLite, understanding on."""
    own, port = _own_folder(folder, "relay"), free_port()
    with _sink(base) as sink:
        config, log = own / "config.yaml", own / "relay.log"
        config.write_text(yaml.safe_dump(_configuration(folder, own, port, sink.port)))
        command = [sys.executable, "-m", "relay", "serve", "--config", str(config)]
        with log.open("wb") as lines:
            process = subprocess.Popen(command, stderr=lines, stdout=lines, cwd=_ROOT)
        try:
            wait_until(lambda: _started(process, log), log.read_text)
            yield _peer("honest-relay", port, (process.pid,), sink, own, log)
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def postfix_opendkim(folder: Path, base: str) -> Iterator[Peer]:
    """Run Postfix with OpenDKIM as a milter."""
    own, key = _own_folder(folder, "postfix"), folder / "rsa.pem"
    with ExitStack() as stack:
        sink = stack.enter_context(_sink(base))
        milter = stack.enter_context(OpenDkim(key, _SELECTOR, _DOMAIN, base))
        settings = {**POSTFIX_SETTINGS, "smtpd_milters": f"inet:127.0.0.1:{milter.port}"}
        postfix = stack.enter_context(Postfix(sink.port, settings, base))
        roots = (postfix.pid, milter.pid)
        yield _peer("Postfix + OpenDKIM", postfix.port, roots, sink, own, postfix.log)


@contextmanager
def postfix_alone(folder: Path, base: str) -> Iterator[Peer]:
    """Run Postfix by itself, which signs nothing: what forwarding alone costs."""
    own = _own_folder(folder, "postfix-alone")
    with _sink(base) as sink, Postfix(sink.port, POSTFIX_SETTINGS, base) as postfix:
        peer = _peer("Postfix, unsigned", postfix.port, (postfix.pid,), sink, own, postfix.log)
        yield replace(peer, signs=False)


Start = Callable[[Path, str], AbstractContextManager[Peer]]
PEERS: tuple[Start, ...] = (honest_relay, postfix_opendkim, postfix_alone)


def _peer(
    name: str, port: int, roots: tuple[int, ...], sink: SmtpSink, folder: Path, log: Path
) -> Peer:
    key = KeySettings(selector=_SELECTOR, file=folder.parent / "rsa.pem")
    (loaded,) = load_keys(SigningSettings(keys=(key,)), _DOMAIN)
    return Peer(
        name=name,
        port=port,
        roots=roots,
        sink=sink,
        folder=folder,
        public_key=record_text(loaded),
        log=log,
    )


def _own_folder(folder: Path, name: str) -> Path:
    own = folder / name
    own.mkdir()
    return own


def _sink(base: str) -> SmtpSink:
    """Return a sink that keeps mails in memory, where keeping costs next to nothing."""
    return SmtpSink(keep=True, base=str(_SHARED_MEMORY) if _SHARED_MEMORY.is_dir() else base)


def _configuration(folder: Path, own: Path, port: int, upstream: int) -> dict[str, object]:
    """Return what a configuration must say; everything else is left at its default."""
    return {
        "identity": {"domain": _DOMAIN, "postmaster": f"postmaster@{_DOMAIN}"},
        "hosts": [{"name": "web01", "networks": ["127.0.0.0/8"], "owner": f"ops@{_DOMAIN}"}],
        "upstreams": [{"host": "127.0.0.1", "port": upstream, "tls": "none"}],
        "ingest": {"hostname": f"relay.{_DOMAIN}", "listeners": [{"port": port}]},
        "signing": {"keys": [{"selector": _SELECTOR, "file": str(folder / "rsa.pem")}]},
        "store": {"url": f"sqlite:///{own / 'relay.db'}"},
        "policy": {"folder": str(_ROOT / "tests/policies")},
        "web": {"port": 0},
    }


def _started(process: "subprocess.Popen[bytes]", log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(f"relay serve ended:\n{log.read_text()}")
    return '"event": "started"' in log.read_text()
