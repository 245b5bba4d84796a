"""A folder of bad configurations, each beside what must be said about it."""

from pathlib import Path

import pytest

from relay.config import load
from relay.errors import ConfigError

BAD = Path(__file__).parent / "bad"
CASES = sorted(path.stem for path in BAD.glob("*.yaml"))


def test_there_are_enough_of_them() -> None:
    assert len(CASES) >= 25


@pytest.mark.parametrize("name", CASES)
def test_a_bad_configuration_is_refused_with_place_and_remedy(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(ConfigError) as refused:
        load(Path(f"{name}.yaml"), {})
    said = [problem.replace(f"{BAD}/", "") for problem in refused.value.problems]
    assert said == (BAD / f"{name}.expected").read_text().splitlines()
    assert "swordfish" not in str(refused.value)
