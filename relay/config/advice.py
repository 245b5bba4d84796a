"""What is allowed but unwise: said at the start and by `relay check`, never in the way.

Each warning names the setting and what to do. There are no line numbers: most of these are about
something that is not there.
"""

import socket
from collections.abc import Iterator

from relay.config.model import Config
from relay.delivery.profiles import Profile
from relay.delivery.settings import UpstreamKind, UpstreamSettings, UpstreamTls
from relay.domains.publish import can_publish
from relay.errors import PolicyError
from relay.ingest.settings import ListenTls
from relay.mail.address import aligned, is_public
from relay.policy.examples import broken_examples
from relay.policy.identity import pattern_domain

_LOOPBACK = ("127.", "::1", "localhost")


def warnings(config: Config) -> list[str]:
    """Return what an operator should think about."""
    return [
        *_identity(config),
        *_name(config),
        *_signing(config),
        *_upstreams(config),
        *_listeners(config),
        *_policies(config),
        *_choice(config),
        *_alerts(config),
    ]


def _identity(config: Config) -> Iterator[str]:
    identity = config.identity
    if not is_public(f"postmaster@{identity.domain}"):
        yield f"identity.domain: {identity.domain} is in no public DNS; mail will be refused"
    if identity.postal_address is None:
        yield "identity.postal_address is not set; mail to people outside may have to name one"
    if all(host.owner is None for host in config.hosts):
        yield "hosts: none has an owner, so all notices go to identity.postmaster"


def _name(config: Config) -> Iterator[str]:
    name = config.ingest.hostname or socket.getfqdn()
    if "." not in name or name.startswith("localhost"):
        yield f"ingest.hostname: this relay calls itself {name}; give the name its address has"


def _signing(config: Config) -> Iterator[str]:
    if not config.signing.keys:
        yield "signing.keys is empty: mail leaves unsigned; `relay keys new` makes keys"
        return
    default = config.signing.domain or config.identity.domain
    signers = dict.fromkeys(key.domain or default for key in config.signing.keys)
    patterns = [config.identity.from_, *(each.identity for each in config.hosts if each.identity)]
    domains = {pattern_domain(pattern, config.identity.domain) for pattern in patterns}
    for domain in sorted(domains):
        if not any(aligned(domain, signer) for signer in signers):
            named = ", ".join(signers)
            yield f"From would be at {domain}, which a signature of {named} does not stand for"
    if config.signing.rotate_every is not None and not can_publish(config.domains):
        yield "signing.rotate_every: new keys will wait for you to publish them; set domains.update"


def _upstreams(config: Config) -> Iterator[str]:
    for upstream in config.upstreams:
        if upstream.kind is UpstreamKind.MAILDIR:
            yield f"upstream {upstream.name} is a maildir: what goes there reaches nobody"
        elif upstream.kind is UpstreamKind.DIRECT:
            text = "servers look at its address: PTR, HELO and SPF must fit, and port 25 be open"
            yield f"upstream {upstream.name} delivers directly: {text}"
        elif upstream.tls in (UpstreamTls.NONE, UpstreamTls.OPPORTUNISTIC) and not (
            upstream.host or ""
        ).startswith(_LOOPBACK):
            text = f"tls {upstream.tls} lets others read; set tls: required"
            yield f"upstream {upstream.name}: {text}"
        yield from (f"upstream {upstream.name}: {text}" for text in _service(upstream))


def _service(upstream: UpstreamSettings) -> Iterator[str]:
    """Say what is known of the service that an upstream is, and does not fit."""
    name = (upstream.host or "").lower()
    known = next((one for end, one in _SERVICES.items() if name.endswith(end)), None)
    if known is not None and upstream.profile is Profile.GENERIC:
        yield f"{upstream.host} has limits that the relay knows; set profile: {known}"
    secret = upstream.password is not None or upstream.password_file is not None
    if Profile.MICROSOFT365 in (known, upstream.profile) and secret:
        yield "Microsoft switches passwords off at the end of December 2026; set oauth"
    if upstream.profile is Profile.SES and upstream.per_day is None:
        yield "per_day is not set; set it to the quota that the SES console shows"


_SERVICES = {
    "smtp.office365.com": Profile.MICROSOFT365,
    "smtp.gmail.com": Profile.GMAIL,
    "smtp-relay.gmail.com": Profile.GOOGLE_RELAY,
    ".amazonaws.com": Profile.SES,
    "smtp.sendgrid.net": Profile.SENDGRID,
    ".mailgun.org": Profile.MAILGUN,
    "smtp.postmarkapp.com": Profile.POSTMARK,
}


def _listeners(config: Config) -> Iterator[str]:
    for listener in config.ingest.listeners:
        if listener.tls is ListenTls.NONE and not listener.address.startswith(_LOOPBACK):
            place = f"{listener.address}:{listener.port}"
            yield f"ingest.listeners: {place} takes mail in the clear; set tls: starttls"


def _choice(config: Config) -> Iterator[str]:
    if config.choice.url is None:
        yield "choice.url is not set: recipients can opt out by mail alone, without one click"


def _policies(config: Config) -> Iterator[str]:
    """Look at what loading does not: the examples, and the optional files."""
    try:
        yield from broken_examples(config.policy.folder)
    except PolicyError as error:
        yield from error.problems


def _alerts(config: Config) -> Iterator[str]:
    sends = any(each.kind is not UpstreamKind.MAILDIR for each in config.upstreams)
    alerts = config.alerts
    if sends and not alerts.urls and alerts.urls_file is None:
        yield "alerts.urls is empty: when mail cannot leave, nobody is told"
