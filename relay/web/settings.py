"""Settings of the HTTP listener with health and metrics."""

from pydantic import Field

from relay.settings import Section


class WebSettings(Section):
    """/healthz and /metrics."""

    address: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8025, ge=0, le=65535, description="TCP port; 0 takes a free one.")
    enabled: bool = Field(True, description="Whether to listen at all.")
