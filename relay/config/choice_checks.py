"""What is wrong with where recipients choose: addresses that no mail program follows, half a key.

What happens next: checks.py puts the file and the line in front.
"""

import os
import ssl
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from relay.choice.settings import ChoiceSettings
from relay.config.model import Config
from relay.yamlfile import Where

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def choice(config: Config) -> Iterator[tuple[Where, str]]:
    """Yield each problem of the section."""
    settings, web = config.choice, config.web
    for key, text in _problems(settings):
        yield ("choice", key), f"choice.{key}: {text}"
    taken = [("web", web.address, web.port)] if web.enabled else []
    taken += [("a listener of ingest", each.address, each.port) for each in config.ingest.listeners]
    for name, address, port in taken:
        if settings.url and meet((settings.address, settings.port), (address, port)):
            text = f"port {port} is that of {name}, too; give the pages one of their own"
            yield ("choice", "port"), f"choice.port: {text}"


def meet(one: tuple[str, int], other: tuple[str, int]) -> bool:
    """Say whether two sockets want the same port of the same address; 0 is any free port."""
    everywhere = {one[0], other[0]} & {"0.0.0.0", "::"}  # noqa: S104 - compared, not opened
    return one[1] == other[1] != 0 and (one[0] == other[0] or bool(everywhere))


def _problems(settings: ChoiceSettings) -> Iterator[tuple[str, str]]:
    if settings.url is not None:
        yield from _url(settings.url)
    elif settings.certificate or settings.key:
        yield "certificate", "there are no pages to show it for; set choice.url"
    yield from halves("choice", settings.certificate, settings.key)


def halves(section: str, certificate: Path | None, key: Path | None) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with a certificate and its key: one without the other, unreadable."""
    if (certificate is None) != (key is None):
        missing = "certificate" if certificate is None else "key"
        yield missing, f"the other half of the pair is missing; set {section}.{missing}"
    unread = list(_unreadable(certificate, key))
    yield from unread
    if certificate and key and not unread:
        yield from _pair(certificate, key)


def _unreadable(certificate: Path | None, private: Path | None) -> Iterator[tuple[str, str]]:
    for key, path in (("certificate", certificate), ("key", private)):
        if path is not None and not (path.is_file() and os.access(path, os.R_OK)):
            yield key, f"{path} cannot be read; is the path right, and may this user read it?"


def _pair(certificate: Path, key: Path) -> Iterator[tuple[str, str]]:
    if key.stat().st_mode & 0o007:
        yield "key", f"others may read {key}; run: chmod o= {key}"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password="")
    except (OSError, ValueError):
        yield "certificate", "certificate and key are no PEM files that belong together"


def _url(url: str) -> Iterator[tuple[str, str]]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        yield "url", f'"{url}" is no URL; write https://reports.example.org'
        return
    if not host or parts.query or parts.fragment:
        yield "url", f'"{url}" is no URL of pages; write https://reports.example.org'
    elif parts.path.strip("/"):
        yield "url", f"the pages need a host of their own; leave {parts.path} out"
    elif parts.scheme != "https" and host not in _LOOPBACK:
        # RFC 8058 s3.1: one click asks for HTTPS.
        yield "url", "mail programs follow https only; write https://..."
