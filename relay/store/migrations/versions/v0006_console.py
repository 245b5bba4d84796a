"""Console: operators and their sessions, the history of jobs, the doctor's findings."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def upgrade() -> None:
    """Make the tables of the operator's pages, and the indexes that keep them quick."""
    _missing()
    _runs()
    _operators()
    op.create_table(
        "findings",
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("finding", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("node", "number", name="pk_findings"),
    )
    op.create_index("ix_messages_accepted_at_id", "messages", ["accepted_at", "id"])
    unread = "state IN ('queued', 'held')"
    _partial("ix_messages_unread", "messages", ["accepted_at", "id"], unread)
    unfinished = ["upstream", "state", "since", "id"]
    _partial("ix_outgoing_unfinished", "outgoing", unfinished, "finished_at IS NULL")


def _partial(name: str, table: str, columns: list[str], where: str) -> None:
    clause = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=clause, postgresql_where=clause)


def _missing() -> None:
    """Give `jobs` a column of what its states know already."""
    op.add_column("jobs", sa.Column("missing_at", sa.BigInteger(), nullable=True))
    _partial("ix_jobs_incident", "jobs", ["incident"], "incident IS NOT NULL")
    _partial("ix_jobs_missing_at", "jobs", ["missing_at"], "missing_at IS NOT NULL")
    jobs = sa.table("jobs", *map(sa.column, ("host", "job", "state", "missing_at")))
    late = sa.select(jobs.c.host, jobs.c.job, jobs.c.state)
    connection = op.get_bind()
    for row in connection.execute(late.where(jobs.c.state.contains('"missing_at":"'))).all():
        at = datetime.fromisoformat(json.loads(row.state)["missing_at"])
        micros = (at - _EPOCH).total_seconds() * 1_000_000
        of_job = (jobs.c.host == row.host, jobs.c.job == row.job)
        connection.execute(sa.update(jobs).where(*of_job).values(missing_at=int(micros)))


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("claim", sa.Text(), nullable=False),
        sa.Column("lied", sa.Boolean(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["message_id"], ["messages.id"], name="fk_runs_message_id"),
        sa.PrimaryKeyConstraint("message_id", name="pk_runs"),
    )
    op.create_index("ix_runs_host_job_at", "runs", ["host", "job", "at"])


def _operators() -> None:
    op.create_table(
        "operators",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("totp", sa.LargeBinary(), nullable=True),
        sa.Column("totp_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("role IN ('viewer', 'operator')", name="ck_operators_role"),
        sa.PrimaryKeyConstraint("name", name="pk_operators"),
    )
    op.create_table(
        "sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("operator", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["operator"], ["operators.name"], name="fk_sessions_operator"),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    op.create_index("ix_sessions_operator", "sessions", ["operator"])
