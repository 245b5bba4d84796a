"""Settings of policy: the known hosts, the identity that mail leaves with, the rules' folder.

`ingest` reads the hosts too, to decide who may relay; it imports them from here.
"""

from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field

from relay.rhythm.wallclock import zone_named
from relay.settings import Duration, Section


def _zone(name: str) -> str:
    """Refuse what is no time zone; the error says what is like it."""
    zone_named(name)
    return name


class HostSettings(Section):
    """A host that may relay: recognised by network or by authenticated user."""

    name: str = Field(description="Name of the host, shown in subjects.")
    networks: tuple[IPv4Network | IPv6Network, ...] = Field(
        (), description="Networks it submits from."
    )
    users: tuple[str, ...] = Field((), description="Users of the users file that speak for it.")
    owner: str | None = Field(
        None, description="Who gets mail for its local recipients, and notices about its mail."
    )
    identity: str | None = Field(
        None, description="From pattern for this host, instead of identity.from."
    )


class IdentitySettings(Section):
    """Who our mail says it is from."""

    domain: str = Field(description="Public domain of From, Message-ID and List-Id.")
    from_: str = Field(
        "{host} {job} <{host}@{domain}>",
        alias="from",
        description="Pattern of From; {host}, {job} and {domain} are filled in.",
    )
    reply_to: str | None = Field(
        None, description="Where replies go if the sender asked for nothing; the owner by default."
    )
    bounce_domain: str | None = Field(
        None, description="Domain of our envelope senders; identity.domain by default."
    )
    postmaster: str = Field(description="The person in charge: told when nobody else can be.")
    postal_address: str | None = Field(None, description="The organisation's postal address.")
    local_domains: tuple[str, ...] = Field(
        (), description="Domains whose addresses are local to hosts, besides bare host names."
    )


class PolicySettings(Section):
    """Where the rules are."""

    folder: Path = Field(Path("policies"), description="Folder of *.yaml policy files.")
    storm_mails: int = Field(
        30, ge=1, description="How many mails of one host may leave at once within storm_window."
    )
    storm_mails_of_job: int = Field(
        10, ge=1, le=30, description="The same of one job of a host, news or not."
    )
    storm_window: Duration = Field(
        timedelta(minutes=10), description="How often what a host sends beyond that is summed up."
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        "UTC", description="Time zone of schedules that name none, and of the times in our mails."
    )
