"""Where each key is in its life, from made to retired. Pure: time is an argument.

A key signs only once every authoritative server has been seen to show it. The key before it stays
in the DNS while mail signed by it may be on its way, then its record is emptied, which says
"revoked" (RFC 6376 s3.6.1). Keys of the configuration are in the ring only once they have been
replaced, so a relay that never rotates has no ring.
What happens next: keyfile.py keeps it, keys.py loads what signs, workers/rotate.py moves it on.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path


class Stage(StrEnum):
    """Where a key is. Only SIGNING signs; MADE and PUBLISHED do not yet, the others no more."""

    MADE = "made"
    PUBLISHED = "published"
    SIGNING = "signing"
    RETIRING = "retiring"
    REVOKED = "revoked"
    RETIRED = "retired"


OVER = (Stage.RETIRING, Stage.REVOKED, Stage.RETIRED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RingKey:
    """A key and since when it is where it is."""

    domain: str
    selector: str
    file: Path
    stage: Stage
    since: datetime

    @property
    def name(self) -> str:
        """Return where its record stands."""
        return f"{self.selector}._domainkey.{self.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """All keys that a rotation has touched. `denied` are names that the DNS does not show."""

    keys: tuple[RingKey, ...] = ()
    denied: tuple[str, ...] = ()

    def at(self, domain: str, *stages: Stage) -> tuple[RingKey, ...]:
        """Return the keys of `domain` in one of these stages."""
        return tuple(each for each in self.keys if each.domain == domain and each.stage in stages)


def begun(ring: Ring, made: Iterable[RingKey]) -> Ring:
    """Return the ring with new keys in it."""
    return replace(ring, keys=(*ring.keys, *made))


def moved(ring: Ring, domain: str, start: Stage, end: Stage, now: datetime) -> Ring:
    """Return the ring with the keys of `domain` moved from one stage to another."""
    keys = tuple(
        replace(each, stage=end, since=now)
        if each.domain == domain and each.stage is start
        else each
        for each in ring.keys
    )
    return replace(ring, keys=keys)


def switched(ring: Ring, domain: str, replaced: Iterable[RingKey], now: datetime) -> Ring:
    """Return the ring in which the published keys sign, and `replaced` and those before do not."""
    ring = moved(ring, domain, Stage.SIGNING, Stage.RETIRING, now)
    known = {each.name for each in ring.keys}
    fresh = (each for each in replaced if each.name not in known)
    ring = begun(ring, (replace(each, stage=Stage.RETIRING, since=now) for each in fresh))
    return moved(ring, domain, Stage.PUBLISHED, Stage.SIGNING, now)


def last_change(ring: Ring, domain: str) -> datetime | None:
    """Return since when the present keys of `domain` sign, None if they are the configuration's."""
    return max((each.since for each in ring.at(domain, Stage.SIGNING)), default=None)
