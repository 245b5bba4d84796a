"""Settings of choice: where its pages are, whose addresses are shared, what bounces do."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from relay.settings import Duration, Section


class ChoiceSettings(Section):
    """How recipients say what they want."""

    url: str | None = Field(
        None, description="Public address of the pages, https://...; without it, mailto alone."
    )
    address: str = Field("127.0.0.1", description="Address that the pages listen on.")
    port: int = Field(8026, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    certificate: Path | None = Field(
        None, description="PEM file for TLS of its own; else a proxy in front has one."
    )
    key: Path | None = Field(None, description="Its private key.")
    shared: tuple[str, ...] = Field(
        (), description="Addresses of lists, as patterns: no member may decline for the others."
    )
    bounces: int = Field(
        3, ge=1, description="So many permanent bounces within bounce_window suppress an address."
    )
    bounce_window: Duration = Field(timedelta(days=30), description="The time they count in.")
    suppress_for: Duration = Field(timedelta(days=90), description="How long, at most.")
