"""What is wrong with where recipients choose: addresses that no mail program follows, half a key.

What happens next: checks.py puts the file and the line in front.
"""

import os
from collections.abc import Iterator
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
    same = (settings.address, settings.port) == (web.address, web.port)
    if settings.url and web.enabled and settings.port and same:
        text = f"port {settings.port} is that of web, too; give the pages one of their own"
        yield ("choice", "port"), f"choice.port: {text}"


def _problems(settings: ChoiceSettings) -> Iterator[tuple[str, str]]:
    if settings.url is not None:
        yield from _url(settings.url)
    elif settings.certificate or settings.key:
        yield "certificate", "there are no pages to show it for; set choice.url"
    if (settings.certificate is None) != (settings.key is None):
        missing = "certificate" if settings.certificate is None else "key"
        yield missing, f"the other half of the pair is missing; set choice.{missing}"
    for key, path in (("certificate", settings.certificate), ("key", settings.key)):
        if path is not None and not os.access(path, os.R_OK):
            yield key, f"{path} cannot be read; is the path right, and may this user read it?"


def _url(url: str) -> Iterator[tuple[str, str]]:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        yield "url", f'"{url}" is no URL; write https://reports.example.org'
        return
    if not host or parts.query or parts.fragment:
        yield "url", f'"{url}" is no URL of pages; write https://reports.example.org'
    elif parts.scheme != "https" and host not in _LOOPBACK:
        # RFC 8058 s3.1: one click asks for HTTPS.
        yield "url", "mail programs follow https only; write https://..."
