"""A folder of bad policy files, each beside what must be said about it."""

from pathlib import Path

import pytest

from relay.errors import PolicyError
from relay.policy.load import load_rules, read_file
from tests.policy.builders import rules

BAD = Path(__file__).parent / "bad"
CASES = sorted(path.stem for path in BAD.glob("*.yaml"))


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 12


@pytest.mark.parametrize("name", CASES)
def test_a_bad_policy_is_refused_with_place_and_remedy(name: str) -> None:
    with pytest.raises(PolicyError) as refused:
        read_file(BAD / f"{name}.yaml")
    assert refused.value.problems == (BAD / f"{name}.expected").read_text().splitlines()


def test_all_files_of_a_folder_are_told_at_once() -> None:
    with pytest.raises(PolicyError) as refused:
        load_rules(BAD, (), rules().identity, "relay.example.org")
    expected = [
        line for name in CASES for line in (BAD / f"{name}.expected").read_text().splitlines()
    ]
    assert sorted(refused.value.problems) == sorted(expected)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="nothing: cannot be read: No such file"):
        load_rules(tmp_path / "nothing", (), rules().identity, "relay.example.org")
