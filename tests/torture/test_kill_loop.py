"""P1 under SIGKILL, on both engines; and its twins, in which the promise is broken on purpose."""

from pathlib import Path

import pytest

from tests.e2e.running import RunningRelay
from tests.smtpd import Sink
from tests.torture import kill_loop

SEED = 20261124


@pytest.mark.timeout(900)
def test_p1_random_kills_lose_nothing(tmp_path: Path, store_url: str) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port, store_url=store_url) as relay:
        account = kill_loop.run(relay, sink, kills=50, acknowledged=2000, seed=SEED)
    print(account)
    assert account.sound, str(account)
    assert account.kills >= 50
    assert account.acknowledged >= 2000


@pytest.mark.timeout(300)
@pytest.mark.parametrize("guarantee", ["early-250", "no-intent"])
def test_sabotage_the_kill_loop_notices_a_broken_promise(tmp_path: Path, guarantee: str) -> None:
    program = ("-m", "tests.torture.sabotage", guarantee)
    with Sink() as sink, RunningRelay(tmp_path, sink.port, program=program) as relay:
        account = kill_loop.run(relay, sink, kills=8, acknowledged=100, seed=SEED)
    assert not account.sound, str(account)
