"""Checks of the upstreams: can each of them be reached, spoken to and trusted with what it gets?

Files are looked at, so that a password, a certificate or a token's key that cannot be read is
found by `relay check` and not by the first mail. What happens next: delivery/send.py opens them.
"""

import ipaddress
import os
import ssl
from collections.abc import Iterable, Iterator
from pathlib import Path

from relay.config.model import Config
from relay.delivery.https import unsafe
from relay.delivery.profiles import Profile
from relay.delivery.settings import OAuthSettings, UpstreamKind, UpstreamSettings, UpstreamTls
from relay.ingest.settings import ListenSettings
from relay.yamlfile import Where, suggestion

Problems = Iterator[tuple[Where, str]]
Found = Iterator[tuple[str, str]]
_LOOPBACK = ("127.0.0.1", "::1", "localhost")
_PROTECTED = (UpstreamTls.REQUIRED, UpstreamTls.IMPLICIT)


def upstreams(config: Config) -> Problems:
    """Yield what is wrong with `upstreams`."""
    if not config.upstreams:
        yield ("upstreams",), "there is no upstream; name the server that mail goes to next"
    names = [each.name for each in config.upstreams]
    for number, upstream in enumerate(config.upstreams):
        at: Where = ("upstreams", number)
        if upstream.name in names[:number]:
            text = f'the upstream "{upstream.name}" is there twice; give each a name of its own'
            yield (*at, "name"), text
        for key, text in _upstream(upstream, config.ingest.listeners):
            yield (*at, *key.split(".")), f'upstream "{upstream.name}": {text}'
        for key, text in _routing(upstream, names):
            yield (*at, key), f'upstream "{upstream.name}": {text}'


def _routing(upstream: UpstreamSettings, names: list[str]) -> Found:
    for name in upstream.fallback:
        if name == upstream.name:
            yield "fallback", "it cannot stand in for itself; name another upstream"
        elif name not in names:
            yield "fallback", f'unknown upstream "{name}"; {suggestion(name, names)}'
    if len(set(upstream.fallback)) < len(upstream.fallback):
        yield "fallback", "a name is there twice; remove one"
    if upstream.group in names:
        yield "group", f'"{upstream.group}" is an upstream, too; give the group a name of its own'
    for domain in upstream.for_domains:
        if "@" in domain or not domain.strip("*."):
            yield "for_domains", f'"{domain}" is no domain; write example.org or *.example.org'


def _upstream(upstream: UpstreamSettings, listeners: Iterable[ListenSettings]) -> Found:
    if upstream.kind is UpstreamKind.MAILDIR:
        if upstream.path is None:
            yield "kind", "a maildir needs a path; set path to a folder"
        return
    if upstream.source_address is not None and not _is_address(upstream.source_address):
        yield "source_address", f"{upstream.source_address} is no IP address"
    for spare in upstream.spare_addresses:
        if not _is_address(spare):
            yield "spare_addresses", f"{spare} is no IP address"
    if upstream.kind is UpstreamKind.DIRECT:
        yield from _direct(upstream)
        return
    if upstream.host is None:
        what = (
            "email-smtp.REGION.amazonaws.com"
            if upstream.profile is Profile.SES
            else "the server's name"
        )
        yield "kind", f"an smtp upstream needs a host; set host to {what}"
    if upstream.host in _LOOPBACK and any(each.port == upstream.port for each in listeners):
        yield "port", f"port {upstream.port} is this relay itself; name another server"
    yield from _unreadable(("ca_file", upstream.ca_file))
    yield from _certificate(upstream)
    yield from _login(upstream)


def _direct(upstream: UpstreamSettings) -> Found:
    if upstream.host is not None:
        yield "host", "direct delivery asks DNS for the servers; remove host, or set kind: smtp"
    if upstream.user is not None:
        yield "user", "other domains' servers know no user of ours; remove user"
    yield from _unreadable(("ca_file", upstream.ca_file))
    yield from _certificate(upstream)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _login(upstream: UpstreamSettings) -> Found:
    password = upstream.password is not None or upstream.password_file is not None
    if upstream.user is None:
        if password:
            yield "password", "there is a password but no user; set user"
        if upstream.oauth is not None:
            yield "oauth", "there is oauth but no user; set user to the mailbox of its tokens"
        return
    if not password and upstream.oauth is None:
        yield "user", "there is a user but no password; set password_file"
    if password and upstream.oauth is not None:
        yield "oauth", "there is a password, too; remove one of the two"
    if upstream.tls not in _PROTECTED:
        what = "a password" if upstream.oauth is None else "a token"
        text = f"{what} would be readable on the way with tls {upstream.tls}; set tls: required"
        yield "tls", text
    if upstream.oauth is not None:
        yield from _oauth(upstream.oauth)


def _oauth(oauth: OAuthSettings) -> Found:
    if oauth.token_url is None:
        if oauth.service_account_file is None:
            yield "oauth", "oauth needs a token_url; set it to where the service gives tokens"
    elif (problem := unsafe(oauth.token_url)) is not None:
        yield "oauth.token_url", f"token_url {problem}, because a secret is sent there"
    if oauth.refresh_token_file is not None and oauth.service_account_file is not None:
        yield "oauth", "there are a refresh_token_file and a service_account_file; remove one"
    if oauth.service_account_file is None:
        if oauth.client_id is None:
            yield "oauth", "oauth needs a client_id"
        if oauth.client_secret_file is None and oauth.refresh_token_file is None:
            yield "oauth", "oauth needs a client_secret_file"
    yield from _unreadable(
        ("oauth.client_secret_file", oauth.client_secret_file),
        ("oauth.refresh_token_file", oauth.refresh_token_file),
        ("oauth.service_account_file", oauth.service_account_file),
    )


def _certificate(upstream: UpstreamSettings) -> Found:
    certificate, key = upstream.client_certificate, upstream.client_key
    if certificate is None:
        if key is not None:
            yield "client_key", "there is a client_key but no client_certificate; set both"
        return
    if upstream.tls is UpstreamTls.NONE:
        yield "tls", "a client_certificate needs TLS; set tls: required"
    unreadable = list(
        _unreadable(("client_certificate", certificate), ("client_key", upstream.client_key))
    )
    yield from unreadable
    if unreadable:
        return
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key)
    except ssl.SSLError:
        text = "certificate and key are no PEM files that belong together"
        yield "client_certificate", text


def _unreadable(*files: tuple[str, Path | None]) -> Found:
    for key, file in files:
        if file is not None and not (file.is_file() and os.access(file, os.R_OK)):
            yield key, f"{file} cannot be read"
