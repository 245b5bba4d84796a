"""The way of a message: what we answer for, what leaves, each try, and the record of all of it.

    messages --- recipients (what we answer for: one row per accepted recipient)
       |             | carried_by        | waits_in
    originals     outgoing --- attempts  batches --- items (which messages wait together)
                     |
                  contents               ledger (append-only, a hash chain for each node)

What happens next: queue.py, batches.py and outbox.py hold the statements.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    text,
)

from relay.store.schema.base import Instant, metadata, work

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
    *work(),
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
    *work(),
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
    *work(),
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
