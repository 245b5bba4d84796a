"""The estate of a configuration: every identity that is in use, from all the places that name one.

What happens next: domains/records.py and domains/doctor.py work on it; they know no configuration.
"""

import socket
from collections.abc import Iterable, Iterator
from ipaddress import ip_address

from relay.config.model import Config
from relay.delivery.profiles import Profile
from relay.delivery.settings import UpstreamKind
from relay.domains.estate import Estate, Listener, PublishedKey
from relay.domains.settings import Address
from relay.ingest.settings import ListenTls
from relay.mail.address import split
from relay.policy.identity import pattern_domain
from relay.signing.keys import SigningKey, present_keys, record_text

# What each service asks its customers to put into their SPF record.
_SPF = {
    Profile.MICROSOFT365: "include:spf.protection.outlook.com",
    Profile.GMAIL: "include:_spf.google.com",
    Profile.GOOGLE_RELAY: "include:_spf.google.com",
    Profile.SES: "include:amazonses.com",
    Profile.SENDGRID: "include:sendgrid.net",
    Profile.MAILGUN: "include:mailgun.org",
    Profile.POSTMARK: "include:spf.mtasv.net",
}


def estate(config: Config) -> Estate:
    """Return what is ours; raise KeyUnusableError for a key that cannot be read."""
    identity = config.identity
    hostname = config.ingest.hostname or socket.getfqdn()
    smtp = [each for each in config.upstreams if each.kind is not UpstreamKind.MAILDIR]
    terms = [_SPF[each.profile] for each in smtp if each.profile in _SPF]
    return Estate(
        from_domains=tuple(dict.fromkeys(_from_domains(config))),
        bounce_domain=identity.bounce_domain or identity.domain,
        hostname=hostname,
        helos=tuple(dict.fromkeys((hostname, *(each.helo for each in smtp if each.helo)))),
        egress=tuple(dict.fromkeys((*config.domains.egress_addresses, *_sources(config)))),
        keys=published(present_keys(config.signing, identity.domain)),
        postmaster=identity.postmaster,
        spf_terms=tuple(dict.fromkeys((*config.domains.spf, *terms))),
        listeners=tuple(_listeners(config)),
        reports=config.domains.reports or report_address(config) or identity.postmaster,
        wishes=config.domains,
    )


def report_address(config: Config) -> str | None:
    """Return the address at which the relay itself reads receivers' reports, None if at none.

    It has to be of the bounce domain, whose mail comes here; one of our own making only where that
    domain is there for nothing else, for it could be a person's otherwise.
    """
    identity, wanted = config.identity, config.domains.reports
    bounces = identity.bounce_domain or identity.domain
    if wanted is not None:
        return wanted if split(wanted)[1] == bounces.lower() else None
    ours_alone = bounces not in (identity.domain, split(identity.postmaster)[1])
    return f"feedback@{bounces}" if ours_alone and config.domains.mx else None


def published(keys: Iterable[SigningKey]) -> tuple[PublishedKey, ...]:
    """Return the public halves of `keys`."""
    return tuple(
        PublishedKey(selector=each.selector, domain=each.domain, text=record_text(each))
        for each in keys
    )


def _sources(config: Config) -> Iterator[Address]:
    """Yield the addresses that upstreams are connected from, if the world sees them so."""
    for each in config.upstreams:
        for source in (each.source_address, *each.spare_addresses):
            if source is not None and ip_address(source).is_global:
                yield ip_address(source)


def _from_domains(config: Config) -> Iterator[str]:
    identity = config.identity
    yield pattern_domain(identity.from_, identity.domain)
    for host in config.hosts:
        if host.identity:
            yield pattern_domain(host.identity, identity.domain)


def _listeners(config: Config) -> Iterator[Listener]:
    for each in config.ingest.listeners:
        if each.tls is not ListenTls.NONE and each.certificate is not None:
            place = f"ingest {each.address}:{each.port}"
            yield Listener(place=place, certificate=each.certificate)
    if config.choice.url and config.choice.certificate is not None:
        place = f"choice {config.choice.address}:{config.choice.port}"
        yield Listener(place=place, certificate=config.choice.certificate)
