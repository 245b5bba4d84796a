"""The tables of watching: the weather of each egress, alarms, remedies in force.

None of them is part of a message's way: without them mail flows all the same.
What happens next: weather.py, alarms.py and remedy.py hold the statements.
"""

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, Table, Text, text

from relay.store.schema.base import Instant, metadata

weather = Table(
    "weather",
    metadata,
    Column("upstream", Text, primary_key=True),
    Column("domain", Text, primary_key=True),  # of recipients; empty for all
    Column("state", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("reasons", Text, nullable=False),  # JSON: in words
    Column("cause", Text),  # of the worst of them
    Column("calmer_since", Instant),
    Column("usual", BigInteger),  # microseconds that mail is usually on its way
    Column("seen_at", Instant),
    Column("checked_at", Instant, nullable=False),
    CheckConstraint("state IN ('clear', 'watch', 'strained', 'blocked')", name="state"),
)

alarms = Table(
    "alarms",
    metadata,
    Column("kind", Text, primary_key=True),
    Column("subject", Text, primary_key=True),  # an upstream, a message, a place
    Column("what", Text, nullable=False),
    Column("weight", Text, nullable=False),
    Column("runbook", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("over_at", Instant),
    Column("told_at", Instant),  # when the last notice about it had gone out by every channel
    Column("tells", Integer, nullable=False, server_default=text("0")),
    Column("owed", Text, nullable=False),  # JSON: the channels that are still to be told
    Column("due_at", Instant),  # when to tell them; empty where nothing is owed
    Column("tries", Integer, nullable=False, server_default=text("0")),
    CheckConstraint("weight IN ('grave', 'ordinary')", name="weight"),
    Index("ix_alarms_over_at", "over_at"),
)

remedies = Table(
    "remedies",
    metadata,
    Column("upstream", Text, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("reason", Text, nullable=False),
    Column("per_minute", Integer),  # what it takes instead of its own limit
    Column("ramp_since", Instant),  # from then on more and more
    Column("divert_to", Text),  # the upstream that takes its mail meanwhile
    Column("probes", Integer, nullable=False, server_default=text("0")),  # that may try itself
    Column("source_address", Text),  # what to connect from instead
    Column("rotated_at", Instant),  # the last time; it outlives an undo, because it is capped
    CheckConstraint("per_minute > 0", name="per_minute"),
)
