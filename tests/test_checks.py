"""The checks of `make check`, so that no green suite hides a red one."""

import subprocess
import sys
from pathlib import Path

import pytest

from bench.advisories import holes

ROOT = Path(__file__).parent.parent
TOOLS = Path(sys.executable).parent


@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    "command",
    [("ruff", "format", "--check", "."), ("ruff", "check", "."), ("mypy",), ("lint-imports",)],
    ids=" ".join,
)
def test_the_code_passes(command: tuple[str, ...]) -> None:
    done = subprocess.run(
        [TOOLS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_library_with_a_known_hole_is_installed() -> None:
    assert holes() == []
