"""How much of each torture is done, and the table of what came of it.

The suite does a short form of most. `RELAY_TORTURE=whole` (`make torture`) does all of it, and
prints one line for each test with the figure that it found; docs/reliability.md has the last ones.
"""

import os
from collections.abc import Callable, Iterator

import pytest

WHOLE = os.environ.get("RELAY_TORTURE") == "whole"
Figure = Callable[[str, str], None]
# Minutes each, even in short: these are for `make torture` alone.
collect_ignore = (
    []
    if WHOLE
    else [
        *("test_crowd.py", "test_kill_loop.py", "test_kill_points.py"),
        *("test_malformed.py", "test_power_loss.py"),
    ]
)


def scaled(short: int, whole: int) -> int:
    """Return how much is done: `short` in the suite, `whole` in `make torture`."""
    return whole if WHOLE else short


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Note a figure for the table: of which row, and what was found."""

    def note(row: str, found: str) -> None:
        record_property("figure", (row, found))
        print(f"{row}: {found}")

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    lines = sorted(_lines(terminalreporter))
    if lines:
        terminalreporter.section("what the torture found")
        for line in lines:
            terminalreporter.write_line(line)


def _lines(terminalreporter: pytest.TerminalReporter) -> Iterator[str]:
    for outcome in ("passed", "failed"):
        for report in terminalreporter.stats.get(outcome, []):
            for name, value in report.user_properties:
                if name == "figure":
                    bad = "" if outcome == "passed" else "FAILED  "
                    yield f"{value[0]:<26} {bad}{value[1]}  [{report.duration:.0f} s]"
