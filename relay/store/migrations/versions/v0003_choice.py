"""Choice: what recipients want, what came back of what they got."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of choices and of returned mail, and let a recipient end by a choice."""
    with op.batch_alter_table("recipients") as table:
        table.add_column(sa.Column("ended", sa.Text(), nullable=True))
        table.create_check_constraint(
            "ck_recipients_ended_by_nothing_else",
            "ended IS NULL OR (carried_by IS NULL AND waits_in IS NULL)",
        )
        table.create_check_constraint("ck_recipients_ended", "ended IN ('declined', 'read')")
    _choices()
    _returned()


def _choices() -> None:
    op.create_table(
        "choices",
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("suppression", sa.Boolean(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("before", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "level IN ('policy', 'daily', 'weekly', 'failures', 'nothing')",
            name="ck_choices_level",
        ),
        sa.CheckConstraint("host <> '' OR job = ''", name="ck_choices_scope"),
        sa.PrimaryKeyConstraint("recipient", "host", "job", "suppression", name="pk_choices"),
    )


def _returned() -> None:
    op.create_table(
        "returned",
        sa.Column("outgoing_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("permanent", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name="fk_returned_outgoing_id"),
        sa.PrimaryKeyConstraint("outgoing_id", "number", name="pk_returned"),
    )
    op.create_index("ix_returned_recipient_at", "returned", ["recipient", "at"])
