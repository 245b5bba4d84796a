"""What is known beyond a single message: jobs and their runs, silences, choices, what came back.

What happens next: jobs.py, runs.py, silences.py, choices.py, suppression.py and feedback.py hold
the statements.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    text,
)

from relay.store.schema.base import Instant, metadata

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
