"""A log that cannot be written loses lines, never mail."""

import contextlib
import io
from pathlib import Path

import pytest
import structlog

from relay import journal, metrics


@pytest.fixture(autouse=True)
def fresh_log(monkeypatch: pytest.MonkeyPatch) -> None:
    # A process configures its log once, and the logger remembers it.
    monkeypatch.setattr(journal, "_log", structlog.get_logger())


def test_a_full_disk_under_the_log_raises_nothing_and_is_counted() -> None:
    before = metrics.REGISTRY.get_sample_value("relay_events_total", {"event": "log-lost"}) or 0
    full = Path("/dev/full").open("w")  # noqa: SIM115 - closing it fails, too
    journal.configure("json", full)
    for _ in range(5):
        journal.stopped()
    with contextlib.suppress(OSError):
        full.close()
    after = metrics.REGISTRY.get_sample_value("relay_events_total", {"event": "log-lost"})
    assert after is not None
    assert after > before


def test_a_line_is_json_with_the_name_of_its_event() -> None:
    log = io.StringIO()
    journal.configure("json", log)
    journal.rejected("web01", "192.0.2.1", "550 no")
    assert '"event": "rejected"' in log.getvalue()
