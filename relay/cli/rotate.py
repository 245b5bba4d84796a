"""`relay keys rotate`: new keys for old, without a mail that nobody can verify."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import typer
from rich.markup import escape

from relay.cli.console import err, local, out, print_json, print_table
from relay.cli.options import DEFAULT_CONFIG, AsJson, ConfigPath, read_config
from relay.config import Config
from relay.config.practice import rotation
from relay.domains.publish import can_publish
from relay.domains.records import quoted
from relay.errors import StoreError
from relay.signing.ring import Stage
from relay.store.signed import under_way_since_before
from relay.store.store import ask
from relay.workers.rotate import Progress, Rotation

_POLL_SECONDS = 5.0


def rotate(
    config: ConfigPath = DEFAULT_CONFIG,
    domain: Annotated[str | None, typer.Option(help="Only keys of this domain.")] = None,
    status: Annotated[bool, typer.Option("--status", help="Only say where each key is.")] = False,
    finish: Annotated[
        bool, typer.Option("--finish", help="Make no new keys; end what has begun.")
    ] = False,
    timeout: Annotated[float, typer.Option(help="Wait for the DNS at most so many minutes.")] = 60,
    json: AsJson = False,
) -> None:
    """Make new keys, wait until every name server shows them, then sign with them.

    It may be interrupted: the next call, or the running relay, goes on where it was.
    """
    settings = read_config(config)
    turning = rotation(settings, lambda: datetime.now(UTC), partial(_under_way, settings))
    domains = [domain.lower()] if domain else list(turning.domains())
    if not domains:
        domains = [settings.signing.domain or settings.identity.domain]
    if status:
        _print_ring(turning, json)
        return
    if not asyncio.run(_run(turning, domains, finish, timeout * 60)):
        raise typer.Exit(1)


async def _run(turning: Rotation, domains: Sequence[str], finish: bool, seconds: float) -> bool:
    """Turn each domain; return whether all new keys sign."""
    until = time.monotonic() + seconds
    done = True
    for domain in domains:
        if not finish and not turning.is_turning(domain):
            turning.begin(domain)
            err.print(f"{escape(domain)}: new keys are made")
        done &= await _turn(turning, domain, until)
    return done


async def _turn(turning: Rotation, domain: str, until: float) -> bool:
    told = ""
    while True:
        progress = await turning.advance(domain)
        if progress.moved_to is not None:
            err.print(f"{escape(domain)}: {_WORDS[progress.moved_to]}")
            continue
        if progress.waits_for and progress.waits_for != told:
            _tell(progress, can_publish(turning.wishes))
            told = progress.waits_for
        if not turning.is_turning(domain):
            return True
        if time.monotonic() >= until:
            err.print(f"{escape(domain)}: not yet; run this again, or leave it to `relay serve`")
            return False
        await asyncio.sleep(_POLL_SECONDS)


_WORDS = {
    Stage.PUBLISHED: "waiting until every authoritative server shows the new keys",
    Stage.SIGNING: "every server shows them: the new keys sign",
    Stage.REVOKED: "the old keys are revoked (empty p=)",
    Stage.RETIRED: "every server shows that the old keys are revoked; they are done with",
}


def _tell(progress: Progress, by_itself: bool) -> None:
    err.print(f"{escape(progress.domain)}: waits: {escape(progress.waits_for)}")
    if progress.to_publish and not by_itself:
        err.print("publish:")
    for name, text in progress.to_publish:
        print(f"{name}. IN TXT ( {quoted(text)} )")  # noqa: T201 - not to be wrapped


def _print_ring(turning: Rotation, json: bool) -> None:
    keys = turning.ring().keys
    if json:
        for key in keys:
            print_json(key)
        return
    if not keys:
        out.print("no key was ever rotated; those of the configuration sign")
    rows = [(each.domain, each.selector, each.stage, local(each.since)) for each in keys]
    print_table(("domain", "selector", "stage", "since"), rows)


async def _under_way(settings: Config, moment: datetime) -> int:
    try:
        return ask(settings.store.url, partial(under_way_since_before, moment=moment))
    except StoreError:
        return 0  # no store yet, so nothing was ever sent
