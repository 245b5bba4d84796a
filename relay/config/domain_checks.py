"""Checks of `domains`: what is looked up, and how the DNS is changed."""

import os
from collections.abc import Iterator
from datetime import timedelta

from relay.config.model import Config
from relay.yamlfile import Where

Problems = Iterator[tuple[Where, str]]


def domains(config: Config) -> Problems:
    """Yield what is wrong with `domains`."""
    settings = config.domains
    if settings.check_every < timedelta(minutes=1):
        yield ("domains", "check_every"), "check_every must be a minute or more"
    if settings.timeout <= timedelta():
        yield ("domains", "timeout"), "timeout must be longer than nothing"
    if settings.update is not None:
        if settings.update_command:
            text = "there are two ways to change the DNS; keep update or update_command"
            yield ("domains", "update_command"), text
        if not os.access(settings.update.key_file, os.R_OK):
            where: Where = ("domains", "update", "key_file")
            yield where, f"{settings.update.key_file} cannot be read"
    if settings.mta_sts != "none" and settings.mx is None:
        yield ("domains", "mta_sts"), "a policy names the server that takes mail; set domains.mx"
