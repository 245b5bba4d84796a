"""Which upstream a mail leaves by, and who stands in for one that refuses everybody.

What a policy orders comes first, by the name of an upstream or of a group; among those that are
left, one for the recipient's domain, else the first that is for every domain. An upstream that has
been held for some time is covered by the first of its fallbacks that is not in the same state; it
gets new mail again as soon as a probe comes through.
What happens next: conclude.py addresses by this, store/failover.py claims by it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from relay.policy.match import like


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """One upstream as routing sees it; without `domains` it is for all."""

    name: str
    group: str | None = None
    domains: tuple[str, ...] = ()


def way_for(ways: Iterable[Way], ordered: str | None, recipient: str) -> str | None:
    """Return the upstream for a mail to `recipient`, None if there is none of that name."""
    open_to = [way for way in ways if ordered is None or ordered in (way.name, way.group)]
    domain = recipient.rpartition("@")[2]
    meant = [way for way in open_to if way.domains and like(way.domains, (domain,))]
    general = [way for way in open_to if not way.domains]
    return next((way.name for way in (*meant, *general, *open_to)), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """A duty: to take the mail of `name` once it has been held for `after`.

    `before` are its fallbacks that come first; while one of them works, it is their duty.
    """

    name: str
    after: timedelta
    before: tuple[str, ...] = ()


def covered(
    duties: Iterable[Cover], held_since: Mapping[str, datetime], now: datetime
) -> tuple[str, ...]:
    """Return the upstreams whose mail is to be taken now."""

    def away(name: str, after: timedelta) -> bool:
        return name in held_since and now - held_since[name] >= after

    return tuple(
        duty.name
        for duty in duties
        if all(away(name, duty.after) for name in (duty.name, *duty.before))
    )
