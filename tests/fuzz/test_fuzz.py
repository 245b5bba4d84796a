"""Every target holds on what has broken it before, on the corpus cut up, and on random bytes."""

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS
from tests.torture.conftest import scaled
from tests.torture.malformed import malformed

FOUND = sorted(path for path in (Path(__file__).parent / "found").iterdir() if path.suffix != ".md")


@pytest.mark.parametrize("path", FOUND, ids=lambda path: path.name)
def test_what_was_found_stays_mended(path: Path) -> None:
    TARGETS[path.name.partition("-")[0]](path.read_bytes())


@pytest.mark.parametrize("target", TARGETS)
def test_malformed_mail_breaks_no_target(target: str) -> None:
    for seed in range(scaled(60, 1_000)):
        data = malformed(seed)
        at = random.Random(seed).randrange(len(data) + 1)
        TARGETS[target](data[at : at + 4_000])


@pytest.mark.parametrize("target", TARGETS)
def test_random_bytes_break_no_target(target: str) -> None:
    @settings(max_examples=scaled(100, 2_000), deadline=None, database=None)
    @given(st.binary(max_size=300) | st.text(max_size=100).map(str.encode))
    def holds(data: bytes) -> None:
        TARGETS[target](data)

    holds()
