"""A success that is unlike the job's own history is a warning, with the figures."""

import pytest

from relay.pipeline.anomaly import anomalies

USUAL = [
    {"files_transferred": 10.0 + n, "bytes_total": 1e9 + n, "seconds": 100.0} for n in range(6)
]


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"files_transferred": 0}, "files_transferred"),
        ({"bytes_total": 1_000}, "bytes_total"),
        ({"seconds": 1_500.0}, "seconds"),
    ],
)
def test_what_is_unlike_the_last_runs_is_told(facts: dict[str, float], name: str) -> None:
    (found,) = anomalies(USUAL, facts)
    assert found.name == name
    assert any(char.isdigit() for char in found.text)


@pytest.mark.parametrize(
    "facts",
    [
        {"files_transferred": 1},
        {"bytes_total": 2e8},
        {"seconds": 900.0},
        {"files_deleted": 0},
        {"files_transferred": True},
        {},
    ],
)
def test_what_may_well_happen_is_not(facts: dict[str, float]) -> None:
    assert anomalies(USUAL, facts) == ()


def test_below_five_runs_nothing_is_said() -> None:
    assert anomalies(USUAL[:4], {"files_transferred": 0}) == ()


def test_a_job_that_sometimes_moves_nothing_may_do_so() -> None:
    assert anomalies([*USUAL, {"files_transferred": 0.0}], {"files_transferred": 0}) == ()
