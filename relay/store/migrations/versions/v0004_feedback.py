"""Feedback: what receivers report of our mail."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of receivers' reports."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reporter", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("begin", sa.BigInteger(), nullable=False),
        sa.Column("end", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('dmarc', 'tls sts', 'tls tlsa', 'tls no-policy-found', 'tls other')",
            name="ck_feedback_kind",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
    )
    op.create_index("ix_feedback_end", "feedback", ["end"])
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.create_index("ix_feedback_domain_begin", "feedback", ["domain", "begin"])
    _sources()
    _tls_sessions()


def _sources() -> None:
    op.create_table(
        "sources",
        sa.Column("feedback_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("dkim", sa.Boolean(), nullable=False),
        sa.Column("spf", sa.Boolean(), nullable=False),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.Column("header_from", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["feedback_id"], ["feedback.id"], name="fk_sources_feedback_id"),
        sa.PrimaryKeyConstraint("feedback_id", "number", name="pk_sources"),
    )


def _tls_sessions() -> None:
    op.create_table(
        "tls_sessions",
        sa.Column("feedback_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("result", sa.Text(), nullable=False),
        sa.Column("server", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["feedback_id"], ["feedback.id"], name="fk_tls_sessions_feedback_id"
        ),
        sa.PrimaryKeyConstraint("feedback_id", "number", name="pk_tls_sessions"),
    )
