"""The whole configuration: the packages' settings, composed into one frozen object.

`config.yaml` is read first, the environment overrides it (`RELAY_STORE__URL`), and secrets may
come from files. What happens next: app.py hands each package its own section, nobody gets all.
"""

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from relay.delivery.settings import RetrySettings, UpstreamSettings
from relay.ingest.settings import IngestSettings
from relay.policy.settings import HostSettings, IdentitySettings, PolicySettings
from relay.signing.settings import SigningSettings
from relay.store.settings import StoreSettings
from relay.web.settings import WebSettings
from relay.workers.settings import PoolSettings


class Config(BaseSettings):
    """Everything an operator can set."""

    model_config = SettingsConfigDict(
        frozen=True, extra="forbid", env_prefix="RELAY_", env_nested_delimiter="__"
    )

    identity: IdentitySettings = Field(description="Who our mail says it is from.")
    hosts: tuple[HostSettings, ...] = Field(description="Who may relay.")
    upstreams: tuple[UpstreamSettings, ...] = Field(description="Where mail goes next.")
    ingest: IngestSettings = Field(IngestSettings(), description="SMTP in.")
    retry: RetrySettings = Field(RetrySettings(), description="When to try again.")
    signing: SigningSettings = Field(SigningSettings(), description="DKIM.")
    store: StoreSettings = Field(StoreSettings(), description="The database.")
    policy: PolicySettings = Field(PolicySettings(), description="The rules.")
    pool: PoolSettings = Field(PoolSettings(), description="Worker processes.")
    web: WebSettings = Field(WebSettings(), description="HTTP.")
