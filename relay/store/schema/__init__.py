"""The tables, with their rules: what must always hold is a constraint here, not a habit elsewhere.

Whoever imports one gets to know all of them, so that `metadata` is the whole schema.
What happens next: migrations/ has the history; a test compares the two.
"""

from relay.store.schema.base import Instant, metadata
from relay.store.schema.console import findings, operators, sessions
from relay.store.schema.flow import (
    choices,
    feedback,
    jobs,
    returned,
    runs,
    silences,
    sources,
    tls_sessions,
)
from relay.store.schema.mails import (
    attempts,
    batches,
    contents,
    items,
    ledger,
    messages,
    originals,
    outgoing,
    recipients,
    secrets,
    upstreams,
)
from relay.store.schema.watch import alarms, remedies, weather

__all__ = (
    "Instant",
    "alarms",
    "attempts",
    "batches",
    "choices",
    "contents",
    "feedback",
    "findings",
    "items",
    "jobs",
    "ledger",
    "messages",
    "metadata",
    "operators",
    "originals",
    "outgoing",
    "recipients",
    "remedies",
    "returned",
    "runs",
    "secrets",
    "sessions",
    "silences",
    "sources",
    "tls_sessions",
    "upstreams",
    "weather",
)
