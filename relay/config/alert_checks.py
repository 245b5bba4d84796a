"""Whether alarms could be told: each URL is one that Apprise knows; none is quoted, being secret.

What happens next: checks.py puts file and line in front.
"""

from collections.abc import Iterator

from relay.alerts.channel import open_channels
from relay.config.model import Config
from relay.errors import ConfigError
from relay.yamlfile import Where


def alerts(config: Config) -> Iterator[tuple[Where, str]]:
    """Yield what is wrong with the channels and the ping."""
    settings = config.alerts
    at: Where = ("alerts", "urls" if settings.urls_file is None else "urls_file")
    try:
        open_channels(each.get_secret_value() for each in settings.urls)
    except ConfigError as error:
        for problem in error.problems:
            yield at, f"{problem}; docs/config.md shows some"
    ping = settings.ping_url
    if ping is not None and not ping.get_secret_value().startswith(("https://", "http://")):
        where = "ping_url" if settings.ping_url_file is None else "ping_url_file"
        yield ("alerts", where), f"{where} must begin with https:// or http://"
