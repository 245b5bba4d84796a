"""What no single section can see: names that clash, halves that are missing, doors left open.

Each check yields the path of what is wrong and a text that says what to do; `check` puts the file
and the line in front. Files are looked at, too, so that `relay check` finds today what would stop
the relay tomorrow. Nothing here opens a socket or writes.
What happens next: reading.py raises all of it at once.
"""

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from relay.config.alert_checks import alerts
from relay.config.choice_checks import choice
from relay.config.domain_checks import domains
from relay.config.identity_checks import hosts, identity
from relay.config.model import Config
from relay.config.operator_checks import operator
from relay.config.upstream_checks import upstreams
from relay.errors import ConfigError, KeyUnusableError
from relay.ingest.settings import ListenSettings, ListenTls
from relay.ingest.tls import server_context
from relay.ingest.users import read_users
from relay.policy.load import load_rules
from relay.signing.keyfile import read_ring
from relay.signing.keys import load_key
from relay.yamlfile import Document, Where, suggestion

Problems = Iterator[tuple[Where, str]]


def check(config: Config, document: Document) -> list[str]:
    """Return every problem of a configuration whose sections are valid each for itself."""
    checks = (
        identity,
        hosts,
        upstreams,
        _listeners,
        _users,
        _recipients,
        _times,
        _signing,
        domains,
        _store,
        choice,
        alerts,
        operator,
    )
    found = [f"{document.place(where)} {text}" for each in checks for where, text in each(config)]
    return sorted(found, key=_line) + _policies(config, document)


def _line(problem: str) -> int:
    """Return the line that a problem begins with; what comes from elsewhere goes first."""
    number = problem.partition(" ")[0].rpartition(":")[2]
    return int(number) if number.isdigit() else 0


def _listeners(config: Config) -> Problems:
    at: Where = ("ingest", "listeners")
    if not config.ingest.listeners:
        yield at, "there is no listener; remove the key to listen on 127.0.0.1:2525"
    sockets = [(each.address, each.port) for each in config.ingest.listeners]
    for number, listener in enumerate(config.ingest.listeners):
        if listener.port and sockets.index((listener.address, listener.port)) < number:
            text = f"{listener.address}:{listener.port} is there twice; remove one of the two"
            yield (*at, number, "port"), text
        for key, text in _listener(listener, config.ingest.users_file):
            yield (*at, number, key), f"listener {listener.address}:{listener.port}: {text}"


def _listener(listener: ListenSettings, users_file: Path | None) -> Iterator[tuple[str, str]]:
    if listener.tls is ListenTls.NONE:
        if listener.require_auth:
            yield "require_auth", "passwords need TLS; set tls: starttls, certificate and key"
    elif listener.certificate is None or listener.key is None:
        missing = "certificate" if listener.certificate is None else "key"
        yield "tls", f"tls {listener.tls} needs a {missing}; set {missing} to a PEM file"
    else:
        yield from _certificate(listener)
    if listener.require_auth and users_file is None:
        yield "require_auth", "nobody could log in; set ingest.users_file"


def _certificate(listener: ListenSettings) -> Iterator[tuple[str, str]]:
    unreadable = False
    for key, path in (("certificate", listener.certificate), ("key", listener.key)):
        if path is not None and not (path.is_file() and os.access(path, os.R_OK)):
            unreadable = True
            yield key, f"{path} cannot be read; is the path right, and may this user read it?"
    if unreadable:
        return
    if listener.key is not None and listener.key.stat().st_mode & 0o007:
        yield "key", f"others may read {listener.key}; run: chmod o= {listener.key}"
    try:
        server_context(listener)
    except ConfigError:
        yield "certificate", "certificate and key are no PEM files that belong together"


def _users(config: Config) -> Problems:
    known: Iterable[str] | None = None
    at: Where = ("ingest", "users_file")
    if config.ingest.users_file is not None:
        try:
            known = read_users(config.ingest.users_file)
        except ConfigError as error:
            for text in error.problems:
                yield at, text
            return
    for number, host in enumerate(config.hosts):
        for index, user in enumerate(host.users):
            where: Where = ("hosts", number, "users", index)
            if known is None:
                yield where, f'the user "{user}" could not log in; set ingest.users_file'
            elif user not in known:
                what = suggestion(user, known) if known else f"run: relay users add {user}"
                yield where, f'unknown user "{user}" in ingest.users_file; {what}'


def _recipients(config: Config) -> Problems:
    for number, pattern in enumerate(config.ingest.recipients.allowed):
        if pattern != "*" and "@" not in pattern:
            where = ("ingest", "recipients", "allowed", number)
            yield where, f'"{pattern}" can match no address; write *@{pattern.lstrip("*.@")}'


def _times(config: Config) -> Problems:
    zero = timedelta()
    positive: tuple[tuple[Where, timedelta], ...] = (
        (("retry", "first"), config.retry.first),
        (("retry", "give_up"), config.retry.give_up),
        (("ingest", "limits", "command_time"), config.ingest.limits.command_time),
        (("ingest", "limits", "session_time"), config.ingest.limits.session_time),
        (("pool", "cpu"), config.pool.cpu),
        (("pool", "time"), config.pool.time),
    )
    for where, time in positive:
        if time <= zero:
            yield where, f"{where[-1]} must be longer than nothing"
    if config.retry.longest < config.retry.first:
        yield ("retry", "longest"), "longest must not be shorter than retry.first"
    if config.store.retention < zero:
        yield ("store", "retention"), "retention must not be less than nothing"
    if config.store.lease <= config.pool.time:
        text = "lease must be longer than pool.time, or others take over what is still under way"
        yield ("store", "lease"), text


def _signing(config: Config) -> Problems:
    domain = config.signing.domain or config.identity.domain
    counts = Counter((key.selector, key.domain or domain) for key in config.signing.keys)
    for number, key in enumerate(config.signing.keys):
        at: Where = ("signing", "keys", number)
        if counts[key.selector, key.domain or domain] > 1:
            text = f'the selector "{key.selector}" is there twice; a selector publishes one key'
            yield (*at, "selector"), text
        try:
            load_key(key, domain)
        except KeyUnusableError as error:
            yield (*at, "file"), str(error)
    home = config.signing.home
    if config.signing.rotate_every is not None and home is None:
        yield ("signing", "rotate_every"), "there is no place for new keys; set signing.folder"
    try:
        read_ring(home)
    except KeyUnusableError as error:
        yield ("signing", "folder"), str(error)


def _store(config: Config) -> Problems:
    where: Where = ("store", "url")
    try:
        url = make_url(config.store.url)
    except ArgumentError:
        yield (
            where,
            "url is no URL; write sqlite:///var/relay.db or postgresql+psycopg://USER@HOST/NAME",
        )
        return
    text = _unusable(url)
    if text:
        yield where, f"url {text}"


def _unusable(url: URL) -> str | None:
    if url.get_backend_name() == "sqlite":
        in_memory = not url.database or url.database == ":memory:"
        return (
            "names no file, so nothing would last; write sqlite:///var/relay.db"
            if in_memory
            else None
        )
    if url.drivername == "postgresql+psycopg":
        missing = find_spec("psycopg") is None
        return "needs psycopg; run: pip install 'honest-relay[postgres]'" if missing else None
    if url.get_backend_name() in ("postgresql", "postgres"):
        return "must name the driver; write postgresql+psycopg://USER@HOST/NAME"
    return "is neither SQLite nor PostgreSQL; write sqlite:///FILE or postgresql+psycopg://..."


def _policies(config: Config, document: Document) -> list[str]:
    """Return the problems of the policy files, which have places of their own."""
    policy = config.policy
    if not policy.folder.is_dir():
        place = document.place(("policy", "folder"))
        return [f"{place} policy.folder: {policy.folder} is no folder; policies/ has examples"]
    try:
        loaded = load_rules(policy.folder, config.hosts, config.identity, relay="localhost")
    except ConfigError as error:
        return error.problems
    names = [each.name for each in config.upstreams]
    names += [each.group for each in config.upstreams if each.group is not None]
    ordered = [(rule.place, rule.then.upstream) for rule in loaded.rules if rule.then.upstream]
    return [
        f'{place} unknown upstream "{name}"; {suggestion(name, names)}'
        for place, name in ordered
        if name not in names
    ]
