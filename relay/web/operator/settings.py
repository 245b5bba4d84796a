"""Settings of the operator's pages."""

from datetime import timedelta
from pathlib import Path

from pydantic import Field

from relay.settings import Section


class OperatorSettings(Section):
    """Where the operator's pages listen, and how long a login lasts."""

    enabled: bool = Field(False, description="Whether to listen at all.")
    address: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8027, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    certificate: Path | None = Field(
        None, description="PEM file for TLS; nothing but loopback goes without."
    )
    key: Path | None = Field(None, description="Its private key.")
    url: str | None = Field(
        None, description="How people reach it through a proxy; https makes its cookies secure."
    )
    session_hours: int = Field(12, ge=1, le=24 * 30, description="How long a login lasts.")

    @property
    def lasts(self) -> timedelta:
        """How long a login lasts."""
        return timedelta(hours=self.session_hours)

    @property
    def secure(self) -> bool:
        """Whether people reach it by TLS, so that cookies need never travel without."""
        return self.certificate is not None or (self.url or "").startswith("https:")
