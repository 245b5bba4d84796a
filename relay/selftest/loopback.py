"""The configuration as it is, with a store of its own and a receiver of ours in place of upstreams.

Each identity that a host has sends one report, by a relay that runs on loopback in a folder made
for it, under the real policies and keys; what leaves is judged as a receiver would. Nothing of the
running relay is touched, and nothing leaves the machine but questions to the DNS.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_network
from pathlib import Path

from relay import journal
from relay.app import Relay
from relay.assembly import hostname
from relay.config import Config
from relay.config.estate import estate
from relay.delivery.settings import UpstreamKind, UpstreamTls
from relay.domains.settings import endpoint
from relay.errors import RelayError
from relay.ingest.settings import ListenSettings
from relay.policy.settings import HostSettings
from relay.selftest.probe import Probe, submit
from relay.selftest.receiver import Judgement, Mail, Receiver, judge

_MOST = 20
_SECONDS = 30.0
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One host's mail, and what a receiver thinks of it if it comes from `address`."""

    host: str
    address: str
    mail: Mail
    judgement: Judgement


def try_out(config: Config, folder: Path, say: Callable[[str], None]) -> list[Trial]:
    """Send one report for each identity, judge what leaves; `say` is told of the progress.

    Raises RelayError where the relay cannot start or a report does not come out.
    """
    hosts = list(_hosts(config))
    mails = asyncio.run(_send(config, folder, hosts, say))
    ours = estate(config)
    servers = [endpoint(each) for each in ours.wishes.resolver]
    addresses = [str(each) for each in ours.egress] or [_LOOPBACK]
    say("asking the DNS, as a receiver would")
    return [
        Trial(
            host=host.name,
            address=address,
            mail=mail,
            judgement=judge(mail, address, servers, hostname(config)),
        )
        for host, mail in zip(hosts, mails, strict=True)
        for address in addresses
    ]


def _hosts(config: Config) -> Iterator[HostSettings]:
    """Yield one host for each identity, each with an address of its own on loopback."""
    known: set[str | None] = set()
    for host in config.hosts:
        if host.identity not in known and len(known) < _MOST:
            known.add(host.identity)
            network = ip_network(f"127.0.1.{len(known)}/32")
            yield host.model_copy(update={"networks": (network,), "users": ()})


def _elsewhere(config: Config, folder: Path, hosts: Sequence[HostSettings], port: int) -> Config:
    """Return `config` with everything led into the folder and to the receiver's port."""
    to_receiver = {
        "kind": UpstreamKind.SMTP,
        "host": _LOOPBACK,
        "port": port,
        "tls": UpstreamTls.NONE,
        **dict.fromkeys(("user", "password", "password_file", "oauth", "source_address")),
        **dict.fromkeys(("client_certificate", "client_key", "warm_up")),
    }
    listener = ListenSettings(address=_LOOPBACK, port=0)
    limits = config.ingest.limits.model_copy(update={"free_disk": 0, "free_disk_percent": 0})
    changes = {
        "upstreams": tuple(each.model_copy(update=to_receiver) for each in config.upstreams),
        "hosts": tuple(hosts),
        "ingest": config.ingest.model_copy(update={"listeners": (listener,), "limits": limits}),
        "store": config.store.model_copy(update={"url": f"sqlite:///{folder}/relay.db"}),
        "web": config.web.model_copy(update={"enabled": False}),
        "choice": config.choice.model_copy(update={"address": _LOOPBACK, "port": 0}),
        "signing": config.signing.model_copy(update={"rotate_every": None}),
    }
    return config.model_copy(update=changes)


async def _send(
    config: Config, folder: Path, hosts: Sequence[HostSettings], say: Callable[[str], None]
) -> list[Mail]:
    """Return the mail that came out for each host, in their order."""
    journal.configure("json", (folder / "relay.log").open("w"))
    async with Receiver() as receiver:
        relay = Relay(_elsewhere(config, folder, hosts, receiver.port))
        await relay.start()
        try:
            port = int(relay.server.addresses[0].rpartition(":")[2])
            say(f"a relay listens on {_LOOPBACK}:{port}; {len(hosts)} hosts report")
            return [await _sent(receiver, host, port, config) for host in hosts]
        finally:
            await relay.stop("the self-test is over")


async def _sent(receiver: Receiver, host: HostSettings, port: int, config: Config) -> Mail:
    # A failure, for it leaves at once whatever the policies say (P3).
    recipient = f"selftest@{config.identity.domain}"
    probe = Probe(name=host.name, recipient=recipient, failure=True)
    await asyncio.to_thread(submit, probe, port, source=str(host.networks[0].network_address))
    try:
        async with asyncio.timeout(_SECONDS):
            return await receiver.mails.get()
    except TimeoutError:
        raise RelayError(f"the report of {host.name} did not come out; see relay.log") from None
