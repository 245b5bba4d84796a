"""Dates as mail writes them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.mail.date import read_date, write_date

ZONES = st.integers(min_value=-14 * 60, max_value=14 * 60).map(
    lambda minutes: timezone(timedelta(minutes=minutes))
)


EARLIEST = datetime(1900, 1, 1)  # noqa: DTZ001 - hypothesis wants it naive and adds the zone


@given(st.datetimes(min_value=EARLIEST, timezones=ZONES))
def test_a_date_written_reads_back_equal(at: datetime) -> None:
    assert read_date(write_date(at)) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 5 Oct 2026 01:00:12 -0500",
        "Mon,  5 Oct 2026 01:00:12 -0500 (EST)",
        "5 Oct 2026 06:00:12 +0000",
        "Mon, 05 Oct 2026 06:00:12 GMT",
        "mon, 05 oct 2026 06:00:12 UT",
        "Mon, 5 Oct 2026 01:00:12 EST",
    ],
)
def test_a_valid_date_is_read(text: str) -> None:
    assert read_date(text) == datetime(2026, 10, 5, 6, 0, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "2026-10-05 01:00:12",
        "Mon, 5 Okt 2026 01:00:12 +0200",
        "Mon, 32 Oct 2026 01:00:12 +0000",
        "Mon, 5 Oct 2026 25:00:12 +0000",
        "Mon, 5 Oct 2026 01:00:12",
        "Mon, 5 Oct 26 01:00:12 +0000",
        "Mon, 5 Oct 2026 01:00:12 +9900",
        "Mon, 5 Oct 2026 01:00:12 CEST",
        "Mon Oct  5 01:00:12 2026",
    ],
)
def test_anything_else_is_no_date(text: str) -> None:
    assert read_date(text) is None
