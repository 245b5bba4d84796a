"""P1 under SIGKILL and restarts, on both engines; and its twins, whose promise is broken."""

import threading
from pathlib import Path

import pytest

from tests.e2e.running import RunningRelay
from tests.smtpd import Sink
from tests.torture import kill_loop
from tests.torture.conftest import Figure, scaled
from tests.torture.lives import Life

SEED = 20261124


@pytest.mark.timeout(2400)
def test_p1_random_kills_lose_nothing(tmp_path: Path, store_url: str, figure: Figure) -> None:
    kills, acknowledged = scaled(10, 260), scaled(500, 5200)
    with Sink() as sink, RunningRelay(tmp_path, sink.port, store_url=store_url) as relay:
        account = kill_loop.run(relay, sink, kills=kills, acknowledged=acknowledged, seed=SEED)
    figure("crash: random kills", f"{store_url.partition(':')[0]}: {account}")
    assert account.sound, str(account)
    assert account.kills >= kills
    assert account.acknowledged >= acknowledged


@pytest.mark.timeout(1200)
def test_p1_restarts_under_load_lose_and_double_nothing(tmp_path: Path, figure: Figure) -> None:
    restarts = scaled(3, 100)
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        account = kill_loop.run(
            relay, sink, kills=restarts, acknowledged=20 * restarts, seed=SEED, end=relay.stop
        )
    figure("crash: clean restarts", str(account))
    assert account.sound, str(account)
    assert (account.duplicates, account.in_flight) == (0, 0), str(account)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("guarantee", ["early-250", "no-intent"])
def test_sabotage_the_kill_loop_notices_a_broken_promise(tmp_path: Path, guarantee: str) -> None:
    program = ("-m", "tests.torture.sabotage", guarantee)
    with Sink() as sink, RunningRelay(tmp_path, sink.port, program=program) as relay:
        account = kill_loop.run(relay, sink, kills=8, acknowledged=100, seed=SEED)
    assert not account.sound, str(account)


def test_p1_processes_of_the_pool_may_die_under_load(tmp_path: Path, figure: Figure) -> None:
    deaths = scaled(5, 50)
    with Sink() as sink, RunningRelay(tmp_path, sink.port) as relay:
        life = Life(relay, sink)
        life.message()
        sending = threading.Thread(target=lambda: [life.send() for _ in range(20 * deaths)])
        sending.start()
        killed = 0
        for _ in range(deaths):
            sink.wait_for(len(sink.mails) + 1)  # or one mail would meet three deaths, and be held
            killed += kill_loop.kill_a_child(relay)
        sending.join()
        life.drain()
        assert life.verdict() == []
        assert life.balance().fates["delivered"] == life.last
        figure("crash: a pool process", f"{killed} killed under {life.last} mails, 0 lost")
    assert killed == deaths
