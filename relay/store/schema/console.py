"""The tables of the operator's pages: who may see them, who is logged in, what the doctor found.

What happens next: operators.py, sessions.py and findings.py hold the statements.
"""

from sqlalchemy import (
    BigInteger,
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

from relay.store.schema.base import Instant, metadata

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
