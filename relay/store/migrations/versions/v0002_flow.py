"""The flow: what a job's history is, and what waits together for one mail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of jobs and batches, and let messages and recipients point to them."""
    _batches()
    _items()
    _jobs()
    _silences()
    with op.batch_alter_table("messages") as table:
        table.add_column(sa.Column("incident", sa.Text(), nullable=True))
        table.add_column(sa.Column("summary", sa.Text(), nullable=True))
        table.create_index("ix_messages_host_accepted_at", ["host", "accepted_at"])
    with op.batch_alter_table("recipients") as table:
        table.add_column(sa.Column("waits_in", sa.Text(), nullable=True))
        table.create_foreign_key("fk_recipients_waits_in", "batches", ["waits_in"], ["id"])
        table.create_check_constraint(
            "ck_recipients_one_fate", "carried_by IS NULL OR waits_in IS NULL"
        )
        table.create_index("ix_recipients_waits_in", ["waits_in"])


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("hastened", sa.Text(), nullable=True),
        sa.Column("heartbeat", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=True),
        sa.Column("outgoing_id", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('digest', 'repeat', 'storm', 'silence', 'backlog')", name="ck_batches_kind"
        ),
        sa.CheckConstraint("state IN ('open', 'closing', 'closed')", name="ck_batches_state"),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name="fk_batches_outgoing_id"),
        sa.ForeignKeyConstraint(["anchor"], ["messages.id"], name="fk_batches_anchor"),
        sa.PrimaryKeyConstraint("id", name="pk_batches"),
    )
    op.create_index(
        "uq_batches_open",
        "batches",
        ["kind", "recipient", "name"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )
    op.create_index(
        "ix_batches_due",
        "batches",
        ["due_at"],
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("batch_id", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("listed", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["batch_id"], ["batches.id"], name="fk_items_batch_id"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_items_message_id"),
        sa.PrimaryKeyConstraint("batch_id", "message_id", name="pk_items"),
    )


def _silences() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_silences"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("incident", sa.Text(), nullable=True),
        sa.Column("foreseen", sa.Boolean(), nullable=False),
        sa.Column("late_after", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("host", "job", name="pk_jobs"),
    )
    op.create_index("ix_jobs_late_after", "jobs", ["late_after"])
    op.create_index("ix_jobs_foreseen", "jobs", ["foreseen"])
