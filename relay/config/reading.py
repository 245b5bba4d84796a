"""The way from files and variables to a `Config`, with every problem told at once.

Relative paths count from the folder of the configuration file, wherever the relay is started, and
whether they stand in the file or in the environment. A password may stand in a file of its own.
What happens next: checks.py looks at the whole.
"""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from relay.alerts.settings import AlertSettings
from relay.config.checks import check
from relay.config.environment import overlay
from relay.config.model import Config
from relay.delivery.settings import UpstreamSettings
from relay.errors import ConfigError
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.yamlfile import Document, Where, problems, read

T = TypeVar("T")
_LARGEST_SECRET = 1 << 16


def load(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration; raise one ConfigError with everything that is wrong with it."""
    config, document, found = _validated(path, environ)
    config, unread = _with_secrets(config, document)
    found += unread + check(config, document)
    if found:
        raise ConfigError(found)
    return config


def outline(path: Path, environ: Mapping[str, str]) -> Config:
    """Return the configuration as it is written, without a look at the files that it names.

    It is for commands that must work while a policy is wrong or a key is not theirs to read.
    """
    return _validated(path, environ)[0]


def _validated(path: Path, environ: Mapping[str, str]) -> tuple[Config, Document, list[str]]:
    folder = path.absolute().parent
    document, found = overlay(read(path), environ, Config, folder)
    try:
        config = Config.model_validate(document.data)
    except ValidationError as error:
        raise ConfigError(found + problems(error, document, Config)) from None
    return _anchored(config, folder), document, found


def rules(config: Config) -> Rules:
    """Load the rules that `config` names; raise PolicyError where they are wrong."""
    relay = config.ingest.hostname or socket.getfqdn()
    return load_rules(config.policy.folder, config.hosts, config.identity, relay)


def _anchored(value: T, folder: Path) -> T:
    """Return `value` with the relative paths in it made absolute."""
    return _anchor(value, folder)  # type: ignore[no-any-return]  # whatever was read


def _anchor(value: Any, folder: Path) -> Any:
    if isinstance(value, Path):
        return folder / value
    if isinstance(value, tuple):
        return tuple(_anchor(each, folder) for each in value)
    if not isinstance(value, BaseModel):
        return value
    changes = {
        name: _anchor_url(inner, folder) if name == "url" else _anchor(inner, folder)
        for name, inner in value
    }
    return value.model_copy(update=changes)


def _anchor_url(url: str, folder: Path) -> str:
    try:
        parsed = make_url(url)
    except ArgumentError:
        return url  # checks.py says what is wrong with it
    if parsed.get_backend_name() != "sqlite" or parsed.database in (None, "", ":memory:"):
        return url
    anchored = parsed.set(database=str(folder / str(parsed.database)))
    return anchored.render_as_string(hide_password=False)


def _with_secrets(config: Config, document: Document) -> tuple[Config, list[str]]:
    """Return `config` with the passwords and URLs that stand in files of their own."""
    upstreams: list[UpstreamSettings] = []
    found: list[str] = []

    def problem(where: Where, error: OSError | ValueError) -> None:
        why = error.strerror if isinstance(error, OSError) else str(error)
        found.append(f"{document.place(where)} {where[-1]}: {why}")

    for number, upstream in enumerate(config.upstreams):
        try:
            upstreams.append(_with_password(upstream))
        except (OSError, ValueError) as error:
            problem(("upstreams", number, "password_file"), error)
            upstreams.append(upstream)
    alerts = config.alerts
    for key, fill in (("urls_file", _with_urls), ("ping_url_file", _with_ping)):
        try:
            alerts = fill(alerts)
        except (OSError, ValueError) as error:
            problem(("alerts", key), error)
    return config.model_copy(update={"upstreams": tuple(upstreams), "alerts": alerts}), found


def _with_urls(alerts: AlertSettings) -> AlertSettings:
    if alerts.urls_file is None:
        return alerts
    lines = [line.strip() for line in _secret(alerts.urls_file).splitlines()]
    urls = tuple(SecretStr(line) for line in lines if line and not line.startswith("#"))
    return alerts.model_copy(update={"urls": (*alerts.urls, *urls)})


def _with_ping(alerts: AlertSettings) -> AlertSettings:
    if alerts.ping_url_file is None:
        return alerts
    if alerts.ping_url is not None:
        raise ValueError("there is a ping_url, too; remove one of the two")
    return alerts.model_copy(update={"ping_url": SecretStr(_secret(alerts.ping_url_file).strip())})


def _with_password(upstream: UpstreamSettings) -> UpstreamSettings:
    if upstream.password_file is None:
        return upstream
    if upstream.password is not None:
        raise ValueError("there is a password, too; remove one of the two")
    text = _secret(upstream.password_file).rstrip("\r\n")
    if not text:
        raise ValueError("the file is empty; write the password into it")
    return upstream.model_copy(update={"password": SecretStr(text)})


def _secret(path: Path) -> str:
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(_LARGEST_SECRET)
    except UnicodeDecodeError:
        raise ValueError("the file is not UTF-8 text") from None
