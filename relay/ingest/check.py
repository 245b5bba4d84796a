"""What is wrong with the configuration of SMTP in: found before anything listens.

`relay check` prints it, and a server can neither be built nor reconfigured while there is any.
"""

from collections.abc import Iterable, Iterator

from relay.errors import ConfigError
from relay.ingest.admission import open_networks
from relay.ingest.settings import IngestSettings, ListenTls
from relay.ingest.terms import STRANGER
from relay.ingest.tls import server_context
from relay.ingest.users import read_users
from relay.policy.settings import HostSettings


def problems(settings: IngestSettings, hosts: Iterable[HostSettings]) -> list[str]:
    """Return every problem, each with what to do about it; an empty list if there is none."""
    hosts = tuple(hosts)
    return [
        *open_networks(hosts),
        *_claimed_twice(hosts),
        *_named_outside(hosts),
        *_useless_listeners(settings),
        *_unreadable_files(settings),
    ]


def _claimed_twice(hosts: Iterable[HostSettings]) -> Iterator[str]:
    owners: dict[object, str] = {}
    for host in hosts:
        for claim in (*host.networks, *host.users):
            other = owners.setdefault(claim, host.name)
            if other != host.name:
                yield f"host {host.name}: {claim} belongs to host {other} already; list it once"


def _named_outside(hosts: Iterable[HostSettings]) -> Iterator[str]:
    if any(host.name.lower() == STRANGER.name for host in hosts):
        yield f"host {STRANGER.name}: that is the name of all who are no host; give it another"


def _useless_listeners(settings: IngestSettings) -> Iterator[str]:
    for each in settings.listeners:
        where = f"ingest.listeners: {each.address}:{each.port}"
        if each.require_auth and each.tls is ListenTls.NONE:
            yield f"{where} has require_auth, which needs tls: starttls or implicit"
        if each.require_auth and settings.users_file is None:
            yield f"{where} has require_auth, which needs ingest.users_file"


def _unreadable_files(settings: IngestSettings) -> Iterator[str]:
    for each in settings.listeners:
        try:
            server_context(each)
        except ConfigError as error:
            yield from error.problems
    try:
        if settings.users_file is not None:
            read_users(settings.users_file)
    except ConfigError as error:
        yield from error.problems
