"""The spine: messages, outgoing mail, attempts and the ledger, which only ever grows."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make every table; an order in which foreign keys find theirs."""
    _contents()
    _ledger()
    _messages()
    _secrets()
    _upstreams()
    _originals()
    _outgoing()
    _attempts()
    _recipients()
    _forbid_changes_to_the_ledger()


def _contents() -> None:
    op.create_table(
        "contents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_contents"),
    )


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("chain", sa.Text(), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("chain", "seq", name="pk_ledger"),
    )
    op.create_index("ix_ledger_message_id", "ledger", ["message_id"])


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reverse_path", sa.Text(), nullable=False),
        sa.Column("recipient_count", sa.Integer(), nullable=False),
        sa.Column("envelope", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("crashes", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("released", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=True),
        sa.Column("report_host", sa.Text(), nullable=True),
        sa.Column("job", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'concluded', 'held', 'dropped')", name="ck_messages_state"
        ),
        sa.CheckConstraint("recipient_count > 0", name="ck_messages_recipient_count"),
        sa.PrimaryKeyConstraint("id", name="pk_messages"),
    )
    op.create_index("ix_messages_closed_at", "messages", ["closed_at"])
    op.create_index(
        "ix_messages_due",
        "messages",
        ["due_at"],
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )


def _secrets() -> None:
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_secrets"),
    )


def _upstreams() -> None:
    op.create_table(
        "upstreams",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("held_since", sa.BigInteger(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_upstreams"),
    )


def _originals() -> None:
    op.create_table(
        "originals",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("raw", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_originals_message_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_originals"),
    )


def _outgoing() -> None:
    op.create_table(
        "outgoing",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("reverse_path", sa.Text(), nullable=False),
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("turn", sa.BigInteger(), nullable=False),
        sa.Column("content_id", sa.Text(), nullable=False),
        sa.Column("notice_to", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.Column("fence", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("aging_since", sa.BigInteger(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(state IN ('queued', 'held')) = (finished_at IS NULL)", name="ck_outgoing_finished"
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'delivered', 'bounced', 'held', 'dropped', 'merged')",
            name="ck_outgoing_state",
        ),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_outgoing_message_id"),
        sa.PrimaryKeyConstraint("id", name="pk_outgoing"),
    )
    lanes = (
        ("ix_outgoing_old", ["upstream", "priority", "due_at"], " AND tries > 0"),
        ("ix_outgoing_new", ["upstream", "priority", "turn"], " AND tries = 0"),
        ("ix_outgoing_queued", ["upstream", "priority", "host", "tries", "turn"], ""),
    )
    for name, columns, more in lanes:
        where = sa.text(f"state = 'queued'{more}")
        op.create_index(name, "outgoing", columns, sqlite_where=where, postgresql_where=where)
    op.create_index("ix_outgoing_message_id", "outgoing", ["message_id"])


def _attempts() -> None:
    op.create_table(
        "attempts",
        sa.Column("outgoing_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("upstream", sa.Text(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("phase", sa.Text(), nullable=True),
        sa.Column("code", sa.Integer(), nullable=True),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.Column("remote", sa.Text(), nullable=True),
        sa.Column("uncertain", sa.Boolean(), server_default=sa.text("(false)"), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('delivered', 'deferred', 'refused', 'lost')", name="ck_attempts_outcome"
        ),
        sa.CheckConstraint(
            "(outcome IS NULL) = (finished_at IS NULL)", name="ck_attempts_finished"
        ),
        sa.ForeignKeyConstraint(["outgoing_id"], ["outgoing.id"], name="fk_attempts_outgoing_id"),
        sa.PrimaryKeyConstraint("outgoing_id", "number", name="pk_attempts"),
    )
    op.create_index(
        "ix_attempts_upstream_started_at", "attempts", ["upstream", "started_at"], unique=False
    )


def _recipients() -> None:
    op.create_table(
        "recipients",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("parameters", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("carried_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["carried_by"], ["outgoing.id"], name="fk_recipients_carried_by"),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_recipients_message_id"),
        sa.PrimaryKeyConstraint("message_id", "position", name="pk_recipients"),
    )
    op.create_index("ix_recipients_carried_by", "recipients", ["carried_by"])


def _forbid_changes_to_the_ledger() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for action in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER ledger_no_{action.lower()} BEFORE {action} ON ledger "
                "BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the ledger is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()"
    )
