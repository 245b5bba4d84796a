"""Settings of the upstreams: the servers that our mail goes to next, and when to try again."""

from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from pydantic import Field, SecretStr, model_validator

from relay.delivery.profiles import PROFILES, Profile
from relay.settings import Duration, Section


class UpstreamKind(StrEnum):
    """What an upstream is. A maildir is for development: it only stores."""

    SMTP = "smtp"
    DIRECT = "direct"
    MAILDIR = "maildir"


class UpstreamTls(StrEnum):
    """How the connection to an upstream is protected."""

    REQUIRED = "required"
    OPPORTUNISTIC = "opportunistic"
    IMPLICIT = "implicit"
    NONE = "none"


class PhaseTimes(Section):
    """Longest waits per phase (RFC 5321 s4.5.3.2)."""

    connect: Duration = Field(timedelta(seconds=30), description="TCP connection and greeting.")
    command: Duration = Field(timedelta(minutes=5), description="EHLO, MAIL, RCPT, DATA.")
    data: Duration = Field(timedelta(minutes=3), description="Each block of the message.")
    final: Duration = Field(timedelta(minutes=10), description="The reply after the final dot.")


class WarmUpSettings(Section):
    """How an upstream's mails per day grow while its address is new to receivers."""

    start: int = Field(50, ge=1, description="Mails on the first day.")
    double_every: Duration = Field(
        timedelta(days=2), gt=timedelta(), description="After so long, twice as many."
    )


class OAuthSettings(Section):
    """How to get access tokens, by what is given: a secret, a refresh token, an account's key."""

    token_url: str | None = Field(None, description="Where to ask: https://...")
    client_id: str | None = Field(None, description="Who asks.")
    client_secret_file: Path | None = Field(None, description="File of the client's secret.")
    scope: str | None = Field(None, description="What for.")
    refresh_token_file: Path | None = Field(
        None, description="File of the token that a person has granted; it is kept up to date."
    )
    service_account_file: Path | None = Field(None, description="Google's JSON key file.")


class UpstreamSettings(Section):
    """One next server."""

    name: str = Field("smarthost", description="Name, as policies and `relay queue` use it.")
    kind: UpstreamKind = Field(UpstreamKind.SMTP, description="smtp, direct or maildir.")
    profile: Profile = Field(
        Profile.GENERIC, description="Whose limits and addresses to take where nothing is set."
    )
    host: str | None = Field(None, description="Host name or address (smtp).")
    port: int = Field(587, ge=1, le=65535, description="TCP port; 25 for direct.")
    path: Path | None = Field(None, description="Folder of the Maildir (maildir).")
    tls: UpstreamTls = Field(
        UpstreamTls.REQUIRED, description="required, opportunistic, implicit or none."
    )
    ca_file: Path | None = Field(
        None, description="PEM file of CAs to trust instead of the system's."
    )
    user: str | None = Field(None, description="User for AUTH; TLS is then required.")
    password: SecretStr | None = Field(None, description="Its password; better from password_file.")
    password_file: Path | None = Field(None, description="File that holds the password.")
    oauth: OAuthSettings | None = Field(
        None, description="Access tokens for the user (XOAUTH2) instead of a password."
    )
    client_certificate: Path | None = Field(
        None, description="PEM file of a certificate to show, and its chain."
    )
    client_key: Path | None = Field(None, description="Its private key, if in a file of its own.")
    helo: str | None = Field(None, description="Name in EHLO; ingest.hostname by default.")
    source_address: str | None = Field(None, description="Address to connect from.")
    spare_addresses: tuple[str, ...] = Field(
        (), description="Further addresses, for the last step of `relay remedy` alone."
    )
    connections: int = Field(
        4, ge=1, le=100, description="Most connections at once (direct: to one server)."
    )
    messages_per_connection: int = Field(100, ge=1, description="Reconnect after so many.")
    per_minute: int | None = Field(
        None, ge=1, description="Most mails a minute; a fifth of it is kept for failures."
    )
    per_day: int | None = Field(None, ge=1, description="Most mails in 24 hours, likewise.")
    warm_up: WarmUpSettings | None = Field(
        None, description="Few mails a day at first; per_day is where it ends."
    )
    group: str | None = Field(None, description="Name that policies may use for several.")
    for_domains: tuple[str, ...] = Field(
        (), description="Only for recipients at these domains; *.x is everything below x."
    )
    fallback: tuple[str, ...] = Field(
        (), description="Upstreams that take its mail while it refuses everybody, in their order."
    )
    failover_after: Duration = Field(
        timedelta(minutes=2), description="So long must it have been held before they do."
    )
    times: PhaseTimes = Field(PhaseTimes(), description="Longest waits.")

    @model_validator(mode="before")
    @classmethod
    def _over_its_kind(cls, given: Any) -> Any:
        """Servers of other domains listen on 25."""
        direct = isinstance(given, dict) and given.get("kind") == UpstreamKind.DIRECT
        return {"port": 25, **given} if direct else given

    @model_validator(mode="before")
    @classmethod
    def _over_its_profile(cls, given: Any) -> Any:
        """Lay what is given over what the profile says."""
        if not isinstance(given, dict) or given.get("profile") not in list(Profile):
            return given
        row = asdict(PROFILES[Profile(given["profile"])])
        if not {"password", "password_file"} & given.keys():
            row.pop("user")  # a user without a password is a mistake, and not the operator's
        return {key: value for key, value in row.items() if value is not None} | given


class RetrySettings(Section):
    """When to try again, and when to give up."""

    first: Duration = Field(timedelta(minutes=1), description="First wait.")
    longest: Duration = Field(timedelta(seconds=4000), description="Longest wait.")
    give_up: Duration = Field(timedelta(days=5), description="Bounce after so long.")
