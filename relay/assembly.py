"""What each part of the relay is given, out of the configuration and the store's secrets.

No part sees the whole configuration: here it is taken apart, each package getting what its types
ask for. Nothing here has an effect but the reading of policies and keys, which says what is wrong.
What happens next: app.py builds the parts with these; commands use some of them without a relay.
"""

import socket
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from relay.choice.links import UNSUBSCRIBE_PREFIX, Links, carries_token
from relay.choice.token import Key, Purpose
from relay.config import Config
from relay.config.estate import report_address
from relay.delivery.routes import at_once, duties, quota, ways
from relay.lint.mail import Site
from relay.pipeline.addressing import Addressing
from relay.pipeline.history import Pace
from relay.pipeline.settle import Patience
from relay.pipeline.suppression import Limit
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import PolicySettings
from relay.rewrite.personal import MARK
from relay.signing.live import LiveSigner
from relay.store.engine import sqlite_file
from relay.workers.crew import Orders
from relay.workers.pool import Tools


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """Secrets of the store: of our envelope senders, and of opt-out links."""

    verp: bytes
    choice: tuple[Key, ...]


def hostname(config: Config) -> str:
    """Return the name that this relay greets and signs its Received fields with."""
    return config.ingest.hostname or socket.getfqdn()


def node_name(config: Config) -> str:
    """Return the name of this node's leases and of its chain in the ledger."""
    return config.store.node or socket.gethostname()


def control_path(url: str) -> Path | None:
    """Return the socket by which commands reach the relay on this store, None if none is needed."""
    path = sqlite_file(url)
    return None if path is None else path.with_suffix(".sock")


def orders(config: Config, keys: Keys) -> Orders:
    """Return what a crew works by under this configuration."""
    return Orders(
        addressing=addressing(config, keys),
        patience=Patience(
            first=config.retry.first,
            longest=config.retry.longest,
            give_up=config.retry.give_up,
        ),
        pace=pace(config.policy),
        limit=Limit(
            bounces=config.choice.bounces,
            window=config.choice.bounce_window,
            lasts=config.choice.suppress_for,
        ),
        lease=config.store.lease,
        retention=config.store.retention,
        connections={each.name: at_once(each) for each in config.upstreams},
        quotas={each.name: quota(each) for each in config.upstreams},
        duties=duties(config.upstreams),
        sources={each.name: each.source_address for each in config.upstreams},
    )


def pace(settings: PolicySettings) -> Pace:
    """Return how many mails may leave at once."""
    return Pace(
        most=settings.storm_mails,
        most_of_job=settings.storm_mails_of_job,
        window=settings.storm_window,
    )


def addressing(config: Config, keys: Keys) -> Addressing:
    """Return what addressing takes from the configuration; without keys there are no links."""
    identity = config.identity
    return Addressing(
        relay=hostname(config),
        upstream=config.upstreams[0].name,
        bounce_domain=identity.bounce_domain or identity.domain,
        domain=identity.domain,
        verp_key=keys.verp,
        postmaster=identity.postmaster,
        owners={host.name: host.owner for host in config.hosts if host.owner},
        zone=config.policy.time_zone,
        postal_address=identity.postal_address,
        links=_links(config, keys) if keys.choice else None,
        shared=config.choice.shared,
        ways=ways(config.upstreams),
        reports=report_address(config),
    )


def _links(config: Config, keys: Keys) -> Links:
    identity, url = config.identity, config.choice.url
    return Links(
        url=url.rstrip("/") if url else None,
        mail_domain=identity.bounce_domain or identity.domain,
        keys=keys.choice,
        help=identity.postmaster,
        sender=identity.domain,
    )


def tools(config: Config) -> Tools:
    """Return how a process of the pool makes its rules and its signer.

    The rules are read here: a process that starts between two reloads has those of the others,
    whatever the folder holds by then.
    """
    identity = config.identity
    domain = config.signing.domain or identity.domain
    identity, relay = config.identity, hostname(config)
    loaded = load_rules(
        config.policy.folder, config.hosts, identity, relay, opt_out=_marked_link(config)
    )
    return Tools(
        load_rules=partial(_same, loaded),
        load_signer=partial(LiveSigner, config.signing, domain),
        load_site=partial(site, config),
    )


def site(config: Config) -> Site:
    """Return what the rules for outgoing mail know of ourselves."""
    identity = config.identity
    return Site(
        domain=identity.domain,
        postal_address=identity.postal_address,
        opt_out_url=config.choice.url,
        opt_out=carries_token,
    )


def _marked_link(config: Config) -> str:
    """Return where to opt out, with a mark for the token: the page, else the address."""
    if config.choice.url:
        return f"{config.choice.url.rstrip('/')}/{Purpose.UNSUBSCRIBE}/{MARK}"
    identity = config.identity
    return f"{UNSUBSCRIBE_PREFIX}{MARK}@{identity.bounce_domain or identity.domain}"


def _same(rules: Rules) -> Rules:
    return rules
