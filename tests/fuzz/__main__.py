"""Fuzz each target guided by coverage (atheris), seeded with the corpus: `python -m tests.fuzz`.

    python -m tests.fuzz [SECONDS] [TARGET]

Each target runs in a process of its own for so many seconds. What breaks it is written to found/.
"""

import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
MESSAGES = HERE.parent / "messages"
POLICIES = HERE.parents[1] / "policies"


def one(target: str, seconds: int) -> None:
    """Fuzz in this process, which ends with it."""
    import atheris  # noqa: PLC0415 - it is not for every Python

    with atheris.instrument_imports(include=["relay"]):
        from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - instrumented as it is imported

    seeds = POLICIES if target == "policy_loader" else MESSAGES
    prefix = f"-artifact_prefix={HERE / 'found' / target}-"
    limits = [f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=2048", "-max_len=4096"]
    atheris.Setup([sys.argv[0], *limits, prefix, str(seeds)], TARGETS[target])
    atheris.Fuzz()


def main() -> int:
    """Fuzz all, one after the other; the exit status is 1 if any broke."""
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    if len(sys.argv) > 2:
        one(sys.argv[2], seconds)
        return 0
    from tests.fuzz.targets import TARGETS  # noqa: PLC0415 - not before it is instrumented

    broken = False
    for target in TARGETS:
        command = [sys.executable, "-m", "tests.fuzz", str(seconds), target]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        lines = [line for line in done.stderr.splitlines() if "DONE" in line or "ERROR" in line]
        print(f"{target:<16} {'broken' if done.returncode else 'held'}  {' '.join(lines)[:120]}")
        if done.returncode:
            print(done.stdout[-1500:] + done.stderr[-1500:])
        broken = broken or bool(done.returncode)
    return int(broken)


if __name__ == "__main__":
    sys.exit(main())
