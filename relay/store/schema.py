"""The tables, with their rules: what must always hold is a constraint here, not a habit elsewhere.

    messages --- recipients (what we answer for: one row per accepted recipient)
       |             | carried_by        | waits_in
    originals     outgoing --- attempts  batches --- items (which messages wait together)
                     |
                  contents     jobs      ledger (append-only, a hash chain for each node)

A message, a batch and an outgoing mail are all work: `due_at`, `fence` and `lease_until` say when
it may be claimed and by whom it is owned. Every state write is `WHERE id = ? AND fence = ?`.
What happens next: queue.py and outbox.py hold the statements, migrations/ the history.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    TypeDecorator,
    text,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 UTC: exact, and sorted by value."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> int | None:
        """Return the microseconds of an aware `value`."""
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: Any, _dialect: object) -> datetime | None:
        """Return the aware datetime of `value` microseconds."""
        return None if value is None else _EPOCH + value * _TICK


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def _work() -> tuple[Column[Any], ...]:
    """Return the columns of something that a worker claims."""
    return (
        Column("due_at", Instant, nullable=False),
        Column("fence", Integer, nullable=False, server_default=text("0")),
        Column("owner", Text),
        Column("lease_until", Instant, nullable=False, server_default=text("0")),
    )


messages = Table(
    "messages",
    metadata,
    Column("id", Text, primary_key=True),
    Column("accepted_at", Instant, nullable=False),
    Column("size", Integer, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("reverse_path", Text, nullable=False),
    Column("recipient_count", Integer, nullable=False),
    Column("envelope", Text, nullable=False),  # JSON: the ESMTP parameters
    Column("origin", Text, nullable=False),  # JSON: host, address, helo, user, tls
    Column("host", Text, nullable=False),
    Column("state", Text, nullable=False),
    *_work(),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("released", Boolean, nullable=False, server_default=text("false")),  # by the operator
    Column("verdict", Text),
    Column("kind", Text),
    Column("report_host", Text),
    Column("job", Text),
    Column("fingerprint", Text),
    Column("subject", Text),  # as it leaves, for lists
    Column("incident", Text),  # of its job, if the report belongs to one
    Column("summary", Text),  # JSON: what a digest shows of it
    Column("reason", Text),  # why it is held or dropped
    Column("closed_at", Instant),  # when the last recipient reached its end
    CheckConstraint("state IN ('queued', 'concluded', 'held', 'dropped')", name="state"),
    CheckConstraint("recipient_count > 0", name="recipient_count"),
    Index(
        "ix_messages_due",
        "due_at",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_messages_closed_at", "closed_at"),
    Index("ix_messages_host_accepted_at", "host", "accepted_at"),
    Index("ix_messages_accepted_at_id", "accepted_at", "id"),
    Index(
        "ix_messages_unread",
        "accepted_at",
        "id",
        sqlite_where=text("state IN ('queued', 'held')"),
        postgresql_where=text("state IN ('queued', 'held')"),
    ),
)

originals = Table(
    "originals",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id"), primary_key=True),
    Column("raw", LargeBinary, nullable=False),
)

recipients = Table(
    "recipients",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("parameters", Text, nullable=False, server_default=text("'{}'")),  # JSON: NOTIFY, ORCPT
    Column("carried_by", Text, ForeignKey("outgoing.id")),
    Column("waits_in", Text, ForeignKey("batches.id")),
    Column("ended", Text),  # by nothing that leaves: declined, or read by the relay itself
    CheckConstraint("carried_by IS NULL OR waits_in IS NULL", name="one_fate"),
    CheckConstraint(
        "ended IS NULL OR (carried_by IS NULL AND waits_in IS NULL)", name="ended_by_nothing_else"
    ),
    CheckConstraint("ended IN ('declined', 'read')", name="ended"),
    Index("ix_recipients_carried_by", "carried_by"),
    Index("ix_recipients_waits_in", "waits_in"),
)

batches = Table(
    "batches",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("recipient", Text, nullable=False),
    Column("name", Text, nullable=False),  # of the digest; of a repeat, the incident
    Column("upstream", Text, nullable=False),
    Column("schedule", Text, nullable=False),  # when it leaves, in words
    Column("state", Text, nullable=False),
    Column("opened_at", Instant, nullable=False),
    *_work(),
    Column("hastened", Text),  # why it leaves before its time
    Column("heartbeat", Boolean, nullable=False, server_default=text("false")),
    Column("anchor", Text, ForeignKey("messages.id")),  # the last report before an empty one
    Column("outgoing_id", Text, ForeignKey("outgoing.id")),
    CheckConstraint("kind IN ('digest', 'repeat', 'storm', 'silence', 'backlog')", name="kind"),
    CheckConstraint("state IN ('open', 'closing', 'closed')", name="state"),
    # While one is being closed, its membership frozen, the next may already be open.
    Index(
        "uq_batches_open",
        "kind",
        "recipient",
        "name",
        unique=True,
        sqlite_where=text("state = 'open'"),
        postgresql_where=text("state = 'open'"),
    ),
    Index(
        "ix_batches_due",
        "due_at",
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
)

items = Table(
    "items",
    metadata,
    Column("batch_id", Text, ForeignKey("batches.id"), primary_key=True),
    Column("message_id", Text, ForeignKey("messages.id"), primary_key=True),
    Column("listed", Boolean, nullable=False),
)

silences = Table(
    "silences",
    metadata,
    Column("id", Text, primary_key=True),
    Column("host", Text, nullable=False),  # globs
    Column("job", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
)

choices = Table(
    "choices",
    metadata,
    Column("recipient", Text, primary_key=True),  # an addressee
    Column("host", Text, primary_key=True),  # empty for any
    Column("job", Text, primary_key=True),  # what all its names have in common; empty for any
    Column("suppression", Boolean, primary_key=True),  # ours, because the address refuses mail
    Column("level", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("until", Instant),
    Column("note", Text, nullable=False),
    Column("before", Text),  # the level that it took the place of, for an undo
    CheckConstraint("level IN ('policy', 'daily', 'weekly', 'failures', 'nothing')", name="level"),
    CheckConstraint("host <> '' OR job = ''", name="scope"),
)

returned = Table(
    "returned",
    metadata,
    Column("outgoing_id", Text, ForeignKey("outgoing.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # of what came back of this mail
    Column("recipient", Text, nullable=False),  # an addressee
    Column("kind", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("permanent", Boolean, nullable=False),  # the mailbox is not there
    Column("status", Text),  # RFC 3463
    Column("note", Text, nullable=False),
    Index("ix_returned_recipient_at", "recipient", "at"),
)

# What receivers report (DMARC aggregates and TLS reports), each once.
feedback = Table(
    "feedback",
    metadata,
    Column("id", Text, primary_key=True),
    Column("at", Instant, nullable=False),  # when it came
    Column("kind", Text, nullable=False),
    Column("reporter", Text, nullable=False),
    Column("number", Text, nullable=False),  # the reporter's own
    Column("domain", Text, nullable=False),
    Column("begin", Instant, nullable=False),
    Column("end", Instant, nullable=False),
    CheckConstraint(
        "kind IN ('dmarc', 'tls sts', 'tls tlsa', 'tls no-policy-found', 'tls other')", name="kind"
    ),
    Index("ix_feedback_end", "end"),
    Index("ix_feedback_at", "at"),
    Index("ix_feedback_domain_begin", "domain", "begin"),
)

sources = Table(
    "sources",
    metadata,
    Column("feedback_id", Text, ForeignKey("feedback.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("address", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Column("dkim", Boolean, nullable=False),  # it passed, and aligned
    Column("spf", Boolean, nullable=False),
    Column("disposition", Text, nullable=False),
    Column("header_from", Text, nullable=False),
)

tls_sessions = Table(
    "tls_sessions",
    metadata,
    Column("feedback_id", Text, ForeignKey("feedback.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("result", Text, nullable=False),  # RFC 8460 s4.3, or succeeded
    Column("server", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("host", Text, primary_key=True),
    Column("job", Text, primary_key=True),  # what all its names have in common
    Column("last_seen", Instant, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("incident", Text),
    Column("foreseen", Boolean, nullable=False),  # whether the next report was foreseen
    Column("late_after", Instant),  # when to say that it did not come
    Column("missing_at", Instant),  # since when it is known not to have come
    Column("state", Text, nullable=False),  # JSON: a JobState
    Column("version", Integer, nullable=False),
    Index("ix_jobs_late_after", "late_after"),
    Index("ix_jobs_foreseen", "foreseen"),
    Index(
        "ix_jobs_incident",
        "incident",
        sqlite_where=text("incident IS NOT NULL"),
        postgresql_where=text("incident IS NOT NULL"),
    ),
    Index(
        "ix_jobs_missing_at",
        "missing_at",
        sqlite_where=text("missing_at IS NOT NULL"),
        postgresql_where=text("missing_at IS NOT NULL"),
    ),
)

# The history of jobs: one row for each report that was concluded.
runs = Table(
    "runs",
    metadata,
    Column("message_id", Text, ForeignKey("messages.id"), primary_key=True),
    Column("host", Text, nullable=False),
    Column("job", Text, nullable=False),  # as in `jobs`
    Column("at", Instant, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("claim", Text, nullable=False),
    Column("lied", Boolean, nullable=False),  # the claim is refuted by the text
    Column("figures", Text, nullable=False),  # JSON: names and numbers
    Index("ix_runs_host_job_at", "host", "job", "at"),
)

contents = Table(
    "contents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("content", LargeBinary, nullable=False),
)

outgoing = Table(
    "outgoing",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("message_id", Text, ForeignKey("messages.id"), nullable=False),
    Column("recipient", Text, nullable=False),
    Column("reverse_path", Text, nullable=False),
    Column("upstream", Text, nullable=False),
    Column("priority", Integer, nullable=False),
    Column("host", Text, nullable=False),  # whose mails take turns with others'
    Column("turn", BigInteger, nullable=False),
    Column("content_id", Text, nullable=False),  # contents go with retention, this row does not
    Column("notice_to", Text),
    Column("state", Text, nullable=False),
    Column("since", Instant, nullable=False),  # acceptance of the message it carries
    *_work(),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("aging_since", Instant),  # first deferral that was about this mail, not the session
    Column("reason", Text),  # last reply, or why it is held or dropped
    Column("finished_at", Instant),
    CheckConstraint(
        "state IN ('queued', 'delivered', 'bounced', 'held', 'dropped', 'merged')", name="state"
    ),
    CheckConstraint("(state IN ('queued', 'held')) = (finished_at IS NULL)", name="finished"),
    # The lanes of those that were tried and of those that were not, see lanes.py.
    Index(
        "ix_outgoing_old",
        "upstream",
        "priority",
        "due_at",
        sqlite_where=text("state = 'queued' AND tries > 0"),
        postgresql_where=text("state = 'queued' AND tries > 0"),
    ),
    Index(
        "ix_outgoing_new",
        "upstream",
        "priority",
        "turn",
        sqlite_where=text("state = 'queued' AND tries = 0"),
        postgresql_where=text("state = 'queued' AND tries = 0"),
    ),
    Index(
        "ix_outgoing_queued",
        "upstream",
        "priority",
        "host",
        "tries",
        "turn",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_outgoing_message_id", "message_id"),
    Index(
        "ix_outgoing_held",
        "upstream",
        sqlite_where=text("state = 'held'"),
        postgresql_where=text("state = 'held'"),
    ),
    Index(
        "ix_outgoing_unfinished",
        "upstream",
        "state",
        "since",
        "id",
        sqlite_where=text("finished_at IS NULL"),
        postgresql_where=text("finished_at IS NULL"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("outgoing_id", Text, ForeignKey("outgoing.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("upstream", Text, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("outcome", Text),
    Column("phase", Text),
    Column("code", Integer),
    Column("reply", Text),
    Column("remote", Text),
    Column("uncertain", Boolean, nullable=False, server_default=text("false")),
    Column("signature", LargeBinary),  # the fields put before the content: the exact final bytes
    CheckConstraint("outcome IN ('delivered', 'deferred', 'refused', 'lost')", name="outcome"),
    CheckConstraint("(outcome IS NULL) = (finished_at IS NULL)", name="finished"),
    Index("ix_attempts_upstream_started_at", "upstream", "started_at"),  # for quotas
)

upstreams = Table(
    "upstreams",
    metadata,
    Column("name", Text, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("held_since", Instant, nullable=False),
    Column("held_until", Instant, nullable=False),
    Column("reason", Text, nullable=False),
)

ledger = Table(
    "ledger",
    metadata,
    Column("chain", Text, primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("data", Text, nullable=False),  # JSON, canonical: it is hashed
    Column("hash", Text, nullable=False),
    Index("ix_ledger_message_id", "message_id"),
)

secrets = Table(
    "secrets",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)

operators = Table(
    "operators",
    metadata,
    Column("name", Text, primary_key=True),
    Column("password", Text, nullable=False),  # argon2id
    Column("role", Text, nullable=False),
    Column("totp", LargeBinary),  # the shared secret (RFC 6238)
    Column("totp_step", BigInteger, nullable=False, server_default=text("0")),  # the last one used
    Column("since", Instant, nullable=False),
    CheckConstraint("role IN ('viewer', 'operator')", name="role"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),  # the hash of the token, never the token
    Column("operator", Text, ForeignKey("operators.name"), nullable=False),
    Column("since", Instant, nullable=False),
    Column("until", Instant, nullable=False),
    Index("ix_sessions_operator", "operator"),
)

# What the doctor found at its last visit.
findings = Table(
    "findings",
    metadata,
    Column("node", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("finding", Text, nullable=False),  # JSON
)
