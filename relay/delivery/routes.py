"""What routing, failover and quotas take from the upstreams' settings.

What happens next: app.py gives it to the workers, pipeline/routing.py and quota.py decide by it.
"""

from collections.abc import Iterable

from relay.delivery.settings import UpstreamKind, UpstreamSettings
from relay.pipeline.quota import Quota, WarmUp
from relay.pipeline.routing import Cover, Way

_SERVERS = 8  # of direct delivery, that a slow few do not take up all that is under way


def at_once(settings: UpstreamSettings) -> int:
    """Return how many connections there may be, to all servers together."""
    servers = _SERVERS if settings.kind is UpstreamKind.DIRECT else 1
    return servers * settings.connections


def ways(upstreams: Iterable[UpstreamSettings]) -> tuple[Way, ...]:
    """Return the upstreams as routing sees them."""
    return tuple(
        Way(name=each.name, group=each.group, domains=each.for_domains) for each in upstreams
    )


def duties(upstreams: Iterable[UpstreamSettings]) -> dict[str, tuple[Cover, ...]]:
    """Return for each upstream those that it stands in for."""
    found: dict[str, tuple[Cover, ...]] = {}
    for each in upstreams:
        for position, name in enumerate(each.fallback):
            before = each.fallback[:position]
            duty = Cover(name=each.name, after=each.failover_after, before=before)
            found[name] = (*found.get(name, ()), duty)
    return found


def quota(settings: UpstreamSettings) -> Quota:
    """Return how many mails an upstream takes."""
    growth = settings.warm_up
    return Quota(
        per_minute=settings.per_minute,
        per_day=settings.per_day,
        warm_up=WarmUp(start=growth.start, double_every=growth.double_every) if growth else None,
    )
