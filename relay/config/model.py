"""Everything an operator can set: the packages' settings, composed into one frozen object.

Each package defines the settings that it uses; here they only get their names in the file. The
environment is laid over the file before this model sees it (environment.py), because the sources
of pydantic-settings cannot say which line or variable a wrong value came from.
What happens next: app.py hands each package its own section, nobody gets all.
"""

from pydantic import Field
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from relay.alerts.settings import AlertSettings
from relay.choice.settings import ChoiceSettings
from relay.delivery.settings import RetrySettings, UpstreamSettings
from relay.domains.settings import DomainsSettings
from relay.ingest.settings import IngestSettings
from relay.policy.settings import HostSettings, IdentitySettings, PolicySettings
from relay.signing.settings import SigningSettings
from relay.store.settings import StoreSettings
from relay.web.operator.settings import OperatorSettings
from relay.web.settings import WebSettings
from relay.workers.settings import PoolSettings


class Config(BaseSettings):
    """The whole configuration."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid")

    identity: IdentitySettings = Field(description="Who our mail says it is from.")
    hosts: tuple[HostSettings, ...] = Field(description="Who may relay.")
    upstreams: tuple[UpstreamSettings, ...] = Field(
        description="Where mail goes next: the first, unless a policy names another."
    )
    ingest: IngestSettings = Field(IngestSettings(), description="SMTP in.")
    retry: RetrySettings = Field(RetrySettings(), description="When to try again.")
    signing: SigningSettings = Field(SigningSettings(), description="DKIM.")
    domains: DomainsSettings = Field(DomainsSettings(), description="What the DNS says of us.")
    # Its URL may hold a password.
    store: StoreSettings = Field(StoreSettings(), description="The database.", repr=False)
    policy: PolicySettings = Field(PolicySettings(), description="The rules.")
    pool: PoolSettings = Field(PoolSettings(), description="Worker processes.")
    web: WebSettings = Field(WebSettings(), description="HTTP.")
    operator: OperatorSettings = Field(OperatorSettings(), description="The operator's pages.")
    choice: ChoiceSettings = Field(ChoiceSettings(), description="What recipients want.")
    alerts: AlertSettings = Field(AlertSettings(), description="Alarms by another channel.")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is the library's
        init_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **__: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take the merged data and nothing else."""
        return (init_settings,)
