"""The doctor, the rotation of keys and what watches as this configuration wants them.

What happens next: cli/doctor.py and cli/rotate.py use them once, app.py for as long as it runs.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import partial

from relay.config.estate import estate
from relay.config.model import Config
from relay.config.watching import sends, watchers
from relay.domains.finding import Finding
from relay.domains.visit import Condition
from relay.store import findings
from relay.store.engine import sqlite_file
from relay.store.signed import under_way_since_before
from relay.store.store import Store
from relay.workers.checkup import Practice, condition, word
from relay.workers.doctor import Doctor, Turn
from relay.workers.loop import Step
from relay.workers.rotate import Rotation

Now = Callable[[], datetime]


def practice(config: Config, now: Now) -> Practice:
    """Return what the doctor works with."""
    return Practice(estate=partial(estate, config), upstreams=config.upstreams, now=now)


def rotation(config: Config, now: Now, under_way: Callable[[datetime], Awaitable[int]]) -> Rotation:
    """Return what a rotation of keys works with."""
    return Rotation(
        signing=config.signing,
        default_domain=config.identity.domain,
        wishes=config.domains,
        under_way=under_way,
        now=now,
    )


def chores(
    config: Config, store: Store, closed: Callable[[], str | None], now: Now
) -> list[tuple[str, Step]]:
    """Return the steps that look after domains, keys and the weather, and raise alarms.

    `closed` says why no mail is taken, None when it is.
    """
    doctor = _doctor(config, store, now)
    found = watchers(config, store, doctor, closed, now)
    if sends(config):
        found += [("doctor", doctor.step), ("rotate", _turn(config, store, now).step)]
    return found


def _doctor(config: Config, store: Store, now: Now) -> Doctor:
    async def present() -> Condition:
        least = config.ingest.limits.free_disk
        said = await store.read(lambda connection: word(connection, now()))
        return condition(store.free_space(), least, said, sqlite_file(store.url))

    async def keep(found: Sequence[Finding]) -> None:
        rows = [asdict(each) for each in found]
        await store.write(lambda tx: findings.keep(tx, rows))

    return Doctor(
        practice=practice(config, now),
        condition=present,
        home=config.signing.home,
        every=config.domains.check_every,
        now=now,
        keep=keep,
    )


def _turn(config: Config, store: Store, now: Now) -> Turn:
    async def under_way(moment: datetime) -> int:
        return await store.read(lambda connection: under_way_since_before(connection, moment))

    return Turn(rotation=rotation(config, now, under_way), now=now)
