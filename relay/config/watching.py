"""The lookout, the alarms and the ping as this configuration wants them.

What happens next: app.py has the steps done for as long as it runs.
"""

import socket
from collections.abc import Callable
from datetime import datetime

from relay.alerts.channel import Channel, open_channels
from relay.alerts.settings import AlertSettings
from relay.config.model import Config
from relay.delivery.settings import UpstreamKind
from relay.domains.finding import Finding
from relay.pipeline.alarms import Quiet, Rules
from relay.pipeline.conditions import Thresholds
from relay.store.store import Store
from relay.workers.alarms import Alarmist, Watched
from relay.workers.doctor import Doctor
from relay.workers.loop import Step
from relay.workers.ping import Pinger
from relay.workers.weather import Lookout

Now = Callable[[], datetime]
Closed = Callable[[], str | None]


def sends(config: Config) -> bool:
    """Whether anything ever leaves this machine."""
    return any(each.kind is not UpstreamKind.MAILDIR for each in config.upstreams)


def channels(config: Config) -> tuple[Channel, ...]:
    """Return the channels of alarms; raise ConfigError for a URL that is none."""
    return open_channels(each.get_secret_value() for each in config.alerts.urls)


def watchers(
    config: Config, store: Store, doctor: Doctor, closed: Closed, now: Now
) -> list[tuple[str, Step]]:
    """Return the steps that watch, and those that tell."""
    names = [each.name for each in config.upstreams]
    lookout = Lookout(store=store, upstreams=names, findings=lambda: doctor.findings or (), now=now)

    def alarming() -> tuple[Finding, ...] | None:
        return doctor.alarms if doctor.findings is not None or not sends(config) else None

    watched = Watched(upstreams=names, closed=closed, findings=alarming)
    alarmist = _alarmist(config, store, watched, now)
    found: list[tuple[str, Step]] = [("weather", lookout.step), ("alarms", alarmist.step)]
    url = config.alerts.ping_url
    if url is not None:
        pinger = Pinger(
            store=store,
            url=url.get_secret_value(),
            every=config.alerts.ping_every,
            closed=closed,
            now=now,
        )
        found.append(("ping", pinger.step))
    return found


def _alarmist(config: Config, store: Store, watched: Watched, now: Now) -> Alarmist:
    settings = config.alerts
    opened = channels(config)
    return Alarmist(
        store=store,
        channels=opened,
        rules=rules(settings, tuple(each.name for each in opened), config.policy.time_zone),
        thresholds=thresholds(settings),
        watched=watched,
        relay=config.ingest.hostname or socket.getfqdn(),
        zone=config.policy.time_zone,
        runbooks=settings.runbooks,
        balance_every=settings.balance_every,
        now=now,
    )


def rules(settings: AlertSettings, names: tuple[str, ...], zone: str) -> Rules:
    """Return what is told to the channels of these names, and when."""
    hours = settings.quiet_hours
    return Rules(
        channels=names,
        kinds=frozenset(settings.kinds),
        repeat_every=settings.repeat_every,
        quiet=None if hours is None else Quiet(begins=hours.begins, ends=hours.ends, zone=zone),
    )


def thresholds(settings: AlertSettings) -> Thresholds:
    """Return how long what may go on before it is an alarm."""
    return Thresholds(
        no_flow=settings.no_flow_after,
        oldest=settings.oldest_after,
        failure=settings.failure_after,
        no_mail=settings.no_mail_after,
    )
