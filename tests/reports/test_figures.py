"""Figures as tools print them."""

import pytest

from relay.reports.lines.figures import count, fact, seconds, size


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("305.51 kB", 305_510),
        ("297.836 KiB", 304_984),
        ("1,2 GB", 1_200_000_000),
        ("1.234,5 MB", 1_234_500_000),
        ("12,345", 12_345),
        ("12345 bytes", 12_345),
        ("1.5 TiB", 1_649_267_441_664),
        ("0B", 0),
        ("7 apples", None),
        ("", None),
    ],
)
def test_sizes(text: str, expected: int | None) -> None:
    assert size(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0:22", 22),
        ("01:22:40", 4960),
        ("1 day, 2:03:04", 93_784),
        ("2 days 00:00:01", 172_801),
        ("1h2m3s", 3723),
        ("0.02 seconds", 0.02),
        ("2 minutes 3.5 seconds", 123.5),
        ("250ms", 0.25),
        ("soon", None),
    ],
)
def test_durations(text: str, expected: float | None) -> None:
    assert seconds(text) == expected


def test_a_fact_is_what_its_name_promises() -> None:
    assert fact("files_total", "1 234") == count("1,234") == 1234
    assert fact("bytes_total", "many") is None
    assert fact("snapshot_ids", " ab12 ") == "ab12"
