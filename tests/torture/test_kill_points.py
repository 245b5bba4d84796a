"""SIGKILL at each system call that changes something, of one message's life and one digest's.

A first life is only counted. Then, for each thread, each call and each time it is made, a new life
is lived in which the process is killed right before that call. After each, the relay starts again
and everything must be in order: what was acknowledged arrived, and twice only if an attempt was on
record; the account balances; the chain is whole. The twin that says 250 early must be found out.
"""

import random
import subprocess
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from tests.e2e.running import RunningRelay
from tests.smtpd import Sink
from tests.torture.conftest import WHOLE, Figure
from tests.torture.lives import Life, waiting_policy
from tests.torture.tracing import Injection, counted, threads

Point = tuple[int, str, int]
pytestmark = [pytest.mark.needs("strace"), pytest.mark.timeout(2400)]
_SHORT = 6  # points in the suite
SEED = 20261124


def chosen(calls: Counter[tuple[int, str]], *, most: int | None) -> list[Point]:
    """Return every point to die at, or `most` of them, some of each call of each thread."""
    points = [(*which, nth) for which, count in calls.items() for nth in range(1, count + 1)]
    if most is None or len(points) <= most:
        return sorted(points)
    return sorted(random.Random(SEED).sample(sorted(points), most))


def die_at(life: Life, point: Point, live: Callable[[], None]) -> bool:
    """Live once and be killed at `point`; say whether it came to that, and start again."""
    place, call, nth = point
    life.drain()
    thread = threads(life.relay.process.pid)[place]
    with Injection(thread, call, "signal=KILL", nth=nth):
        live()
    with suppress(subprocess.TimeoutExpired):  # it may have come to that call just now
        life.relay.process.wait(0.2)
    dead = life.relay.process.poll() is not None
    if dead:
        life.relay.start()
        live()  # it works, and what still waited leaves
    life.drain()
    return dead


def died_everywhere(
    life: Life, live: Callable[[], None], prepare: Callable[[], None], most: int | None
) -> tuple[int, int]:
    """Die at every point; return how many there were, and at how many we died."""
    prepare()
    live()  # a first one, so that every thread is there
    prepare()
    points = chosen(counted(life.relay.process.pid, live), most=most)
    reached = 0
    for point in points:
        prepare()
        reached += die_at(life, point, live)
        assert life.verdict() == [], f"killed before {point}"
    return len(points), reached


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
def test_p1_killed_at_any_call_of_a_messages_life_nothing_is_lost(
    tmp_path: Path, store_url: str, figure: Figure
) -> None:
    with Sink() as sink, RunningRelay(tmp_path, sink.port, store_url=store_url) as relay:
        life = Life(relay, sink)
        points, reached = died_everywhere(
            life, life.message, lambda: None, None if WHOLE else _SHORT
        )
        engine = store_url.partition(":")[0]
        figure("crash: message's life", f"{engine}: killed at {reached} of {points} calls, 0 lost")
    assert reached >= points * 0.8


@pytest.mark.parametrize("store_url", ["sqlite", "postgres"], indirect=True)
def test_p1_killed_at_any_call_of_a_digests_life_nothing_is_lost(
    tmp_path: Path, store_url: str, figure: Figure
) -> None:
    policy = {"folder": str(waiting_policy(tmp_path))}
    with (
        Sink() as sink,
        RunningRelay(tmp_path, sink.port, store_url=store_url, policy=policy) as relay,
    ):
        life = Life(relay, sink, reports=3)
        points, reached = died_everywhere(life, life.digest, life.fill, None if WHOLE else _SHORT)
        engine = store_url.partition(":")[0]
        figure("crash: digest's life", f"{engine}: killed at {reached} of {points} calls, 0 lost")
    assert reached >= points * 0.6


def test_sabotage_a_250_before_the_commit_is_found_out(tmp_path: Path) -> None:
    program = ("-m", "tests.torture.sabotage", "early-250")
    with Sink() as sink, RunningRelay(tmp_path, sink.port, program=program) as relay:
        life = Life(relay, sink)
        life.message()
        writing = next(
            point
            for point in chosen(counted(relay.process.pid, life.message), most=None)
            if point[1] == "pwrite64"
        )
        die_at(life, writing, life.message)
        assert life.verdict() == [f"{life.last - 1} was acknowledged and never arrived"]
