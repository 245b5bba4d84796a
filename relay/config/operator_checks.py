"""What is wrong with where operators look: a door that passwords would pass in the clear.

What happens next: checks.py puts the file and the line in front.
"""

from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from relay.config.choice_checks import halves, meet
from relay.config.model import Config
from relay.web.operator.settings import OperatorSettings
from relay.yamlfile import Where


def operator(config: Config) -> Iterator[tuple[Where, str]]:
    """Yield each problem of the section."""
    if not config.operator.enabled:
        return
    for key, text in (*_problems(config.operator), *_taken(config)):
        yield ("operator", key), f"operator.{key}: {text}"


def _problems(settings: OperatorSettings) -> Iterator[tuple[str, str]]:
    yield from halves("operator", settings.certificate, settings.key)
    if settings.certificate is None and not _is_loopback(settings.address):
        remedy = "set operator.certificate and key, or listen on 127.0.0.1 behind a proxy"
        yield "address", f"passwords would go to {settings.address} in the clear; {remedy}"
    if settings.url is not None:
        yield from _url(settings.url)


def _url(url: str) -> Iterator[tuple[str, str]]:
    try:
        parts = urlsplit(url)
        good = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        good = False
    if not good or parts.path.strip("/") or parts.query or parts.fragment:
        yield "url", f'"{url}" is no URL of a host of its own; write https://relay.example.org'


def _is_loopback(address: str) -> bool:
    if address == "localhost":
        return True
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _taken(config: Config) -> Iterator[tuple[str, str]]:
    others = [("web", config.web.address, config.web.port)] if config.web.enabled else []
    if config.choice.url is not None:
        others.append(("choice", config.choice.address, config.choice.port))
    others += [
        ("a listener of ingest", each.address, each.port) for each in config.ingest.listeners
    ]
    for name, address, port in others:
        if meet((config.operator.address, config.operator.port), (address, port)):
            yield "port", f"port {port} is that of {name}, too; give the pages one of their own"
