"""Watching: the weather of each egress, alarms that stand, remedies in force."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of weather, alarms and remedies, and find quickly what is held."""
    held = sa.text("state = 'held'")
    op.create_index(
        "ix_outgoing_held", "outgoing", ["upstream"], sqlite_where=held, postgresql_where=held
    )
    _weather()
    _alarms()
    _remedies()


def _weather() -> None:
    op.create_table(
        "weather",
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("calmer_since", sa.BigInteger(), nullable=True),
        sa.Column("usual", sa.BigInteger(), nullable=True),
        sa.Column("seen_at", sa.BigInteger(), nullable=True),
        sa.Column("checked_at", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "state IN ('clear', 'watch', 'strained', 'blocked')", name="ck_weather_state"
        ),
        sa.PrimaryKeyConstraint("upstream", "domain", name="pk_weather"),
    )


def _alarms() -> None:
    op.create_table(
        "alarms",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("weight", sa.Text(), nullable=False),
        sa.Column("runbook", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("over_at", sa.BigInteger(), nullable=True),
        sa.Column("told_at", sa.BigInteger(), nullable=True),
        sa.Column("tells", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("owed", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.CheckConstraint("weight IN ('grave', 'ordinary')", name="ck_alarms_weight"),
        sa.PrimaryKeyConstraint("kind", "subject", name="pk_alarms"),
    )
    op.create_index("ix_alarms_over_at", "alarms", ["over_at"])


def _remedies() -> None:
    op.create_table(
        "remedies",
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("per_minute", sa.Integer(), nullable=True),
        sa.Column("ramp_since", sa.BigInteger(), nullable=True),
        sa.Column("divert_to", sa.Text(), nullable=True),
        sa.Column("probes", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("source_address", sa.Text(), nullable=True),
        sa.Column("rotated_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("per_minute > 0", name="ck_remedies_per_minute"),
        sa.PrimaryKeyConstraint("upstream", name="pk_remedies"),
    )
