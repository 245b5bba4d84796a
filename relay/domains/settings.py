"""Settings of the domains: where we send from, whom to ask, how the DNS is changed."""

import ipaddress
from datetime import timedelta
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from relay.settings import Duration, Section

Address = IPv4Address | IPv6Address


def _address(value: object) -> object:
    try:
        return ipaddress.ip_address(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError("is no address; write one such as 192.0.2.25 or 2001:db8::25") from None


def endpoint(text: str) -> tuple[str, int]:
    """Return address and port of `192.0.2.1:53` or `[2001:db8::1]:53`; the port may be missing."""
    try:
        return str(ipaddress.ip_address(text.strip("[]"))), 53
    except ValueError:
        host, _, port = text.rpartition(":")
    try:
        return str(ipaddress.ip_address(host.strip("[]"))), int(port)
    except ValueError:
        raise ValueError(
            "is no server; write ADDRESS or ADDRESS:PORT, such as 192.0.2.53:53"
        ) from None


def _endpoint(text: str) -> str:
    endpoint(text)
    return text


Endpoint = Annotated[str, AfterValidator(_endpoint)]


class Tsig(StrEnum):
    """The algorithms of RFC 8945 s6 that are still to be used."""

    SHA256 = "hmac-sha256"
    SHA384 = "hmac-sha384"
    SHA512 = "hmac-sha512"


class DmarcPolicy(StrEnum):
    """What receivers are to do with mail that fails (RFC 9989 s4.7)."""

    NONE = "none"
    QUARANTINE = "quarantine"
    REJECT = "reject"


class StsMode(StrEnum):
    """The modes of a policy (RFC 8461 s3.2); here `none` is no policy at all."""

    NONE = "none"
    TESTING = "testing"
    ENFORCE = "enforce"


class UpdateSettings(Section):
    """Dynamic update (RFC 2136), signed by a shared key (TSIG, RFC 8945)."""

    server: Endpoint = Field(description="Primary server of the zone: ADDRESS or ADDRESS:PORT.")
    zone: str = Field(description="The zone that is changed.")
    key_name: str = Field(description="Name of the TSIG key.")
    key_file: Path = Field(description="File with the key in base64, mode 0600.")
    algorithm: Tsig = Field(Tsig.SHA256, description="hmac-sha256, hmac-sha384 or hmac-sha512.")
    ttl: int = Field(3600, ge=30, le=604800, description="TTL of new records, in seconds.")


class DomainsSettings(Section):
    """What the DNS is to say of us, and how often to look whether it does."""

    egress_addresses: tuple[Annotated[Address, BeforeValidator(_address)], ...] = Field(
        (), description="Addresses that our mail reaches the receivers from."
    )
    spf: tuple[str, ...] = Field(
        (), description="Further SPF terms, such as include:spf.example.net of a smarthost."
    )
    mx: str | None = Field(
        None, description="Name of the server that takes mail for the bounce domain."
    )
    dmarc_policy: DmarcPolicy = Field(
        DmarcPolicy.NONE, description="p= of the DMARC record to print."
    )
    reports: str | None = Field(
        None, description="Address for DMARC and TLS reports; one that the relay reads itself."
    )
    mta_sts: StsMode = Field(
        StsMode.NONE, description="Mode of the MTA-STS policy to print; none prints none."
    )
    resolver: tuple[Endpoint, ...] = Field(
        (), description="DNS resolvers to ask, ADDRESS:PORT; the system's by default."
    )
    authorities: tuple[Endpoint, ...] = Field(
        (), description="Authoritative servers to ask for new keys; those of the NS records."
    )
    timeout: Duration = Field(timedelta(seconds=5), description="Longest wait for a DNS answer.")
    blocklists: tuple[str, ...] = Field(
        ("zen.spamhaus.org",), description="DNS blocklists that egress addresses are looked up in."
    )
    check_every: Duration = Field(
        timedelta(hours=1), description="How often `serve` runs the doctor's checks."
    )
    update: UpdateSettings | None = Field(None, description="Change the DNS by RFC 2136.")
    update_command: tuple[str, ...] = Field(
        (), description="Or by this command, with add|delete, name, type, ttl, value appended."
    )
