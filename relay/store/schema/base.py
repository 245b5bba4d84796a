"""What all tables have in common: exact times, names of constraints, the columns of work.

A message, a batch and an outgoing mail are all work: `due_at`, `fence` and `lease_until` say when
it may be claimed and by whom it is owned. Every state write is `WHERE id = ? AND fence = ?`.
What happens next: the other modules of this package make the tables, lease.py claims.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData, Text, TypeDecorator, text

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept as whole microseconds since 1970 UTC: exact, and sorted by value."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: object) -> int | None:
        """Return the microseconds of an aware `value`."""
        return None if value is None else (value - _EPOCH) // _TICK

    def process_result_value(self, value: Any, _dialect: object) -> datetime | None:
        """Return the aware datetime of `value` microseconds."""
        return None if value is None else _EPOCH + value * _TICK


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)


def work() -> tuple[Column[Any], ...]:
    """Return the columns of something that a worker claims."""
    return (
        Column("due_at", Instant, nullable=False),
        Column("fence", Integer, nullable=False, server_default=text("0")),
        Column("owner", Text),
        Column("lease_until", Instant, nullable=False, server_default=text("0")),
    )
