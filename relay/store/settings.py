"""Settings of the store: where it is, how long originals stay, how work is leased."""

from datetime import timedelta

from pydantic import Field

from relay.settings import Duration, Section


class StoreSettings(Section):
    """The database of messages, deliveries and the ledger."""

    url: str = Field(
        "sqlite:///var/relay.db",
        repr=False,  # it may hold a password
        description="SQLAlchemy URL: sqlite:///FILE, or postgresql+psycopg://USER@HOST/NAME.",
    )
    node: str | None = Field(None, description="Name of this node; the host name by default.")
    retention: Duration = Field(
        timedelta(days=30), description="How long original bytes stay after the last outcome."
    )
    lease: Duration = Field(
        timedelta(minutes=2),
        description="How long a worker may own a message before others take over.",
    )
