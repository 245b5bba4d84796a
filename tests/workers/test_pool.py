"""P6 and P8 in the pool: whatever happens in a process, it is one message's misfortune."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from relay.errors import RelayError
from relay.pipeline.stages import Prepared
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import IdentitySettings
from relay.policy.shipped import shipped_folder
from relay.reports.report import Verdict
from relay.signing.keys import Algorithm, load_keys, make_key
from relay.signing.settings import KeySettings, SigningSettings
from relay.signing.sign import Signer
from relay.workers import pool as pool_module
from relay.workers.pool import Crash, Pool, Signed, Tools
from relay.workers.settings import PoolSettings
from tests.store.builders import received

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
IDENTITY = IdentitySettings(domain="example.org", postmaster="postmaster@example.org")
LIMITS = PoolSettings(processes=1, time=timedelta(seconds=3), memory=1 << 29)


def good_rules() -> Rules:
    return load_rules(shipped_folder(), (), IDENTITY, "relay.example.org")


class Trap:
    """Rules that do something when they are looked at, but have an identity to fall back on."""

    def __init__(self, spring: Callable[[], object]) -> None:
        self._spring = spring
        self._good = good_rules()

    @property
    def rules(self) -> object:
        return self._spring()

    def __getattr__(self, name: str) -> object:
        return getattr(self._good, name)


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def spin() -> None:
    while True:
        pass


def gorge() -> object:
    return bytearray(1 << 30)


def trip() -> None:
    raise RuntimeError("a bug")


def trap(spring: Callable[[], object]) -> Trap:
    return Trap(spring)


async def opened(
    settings: PoolSettings, rules: Callable[[], object], signer: object = Signer
) -> Pool:
    pool = Pool(settings, Tools(load_rules=rules, load_signer=signer))  # type: ignore[arg-type]
    await pool.start()
    return pool


def no_keys() -> Signer:
    return Signer(keys=())


async def prepared(
    spring: Callable[[], object], why: str | None = None, **limits: object
) -> object:
    pool = await opened(LIMITS.model_copy(update=limits), partial(trap, spring), no_keys)
    try:
        return await pool.prepare(received("A" * 16, NOW), why)
    finally:
        pool.close()


async def test_p6_a_bug_in_policy_sends_the_message_on_as_unknown() -> None:
    result = await prepared(trip)
    assert isinstance(result, Prepared)
    assert result.report.verdict is Verdict.UNKNOWN
    assert result.fallback == "RuntimeError while preparing"
    assert b"From: " in result.content
    assert b"all of it" in result.content


async def test_p6_running_out_of_memory_sends_the_message_on_as_unknown() -> None:
    result = await prepared(gorge)
    assert isinstance(result, Prepared)
    assert result.fallback == "MemoryError while preparing"


async def test_a_process_that_dies_is_a_crash_of_its_message() -> None:
    assert await prepared(die) == Crash(why="the process died with exit code -9")


async def test_a_process_that_runs_for_ever_is_ended_by_wall_time() -> None:
    result = await prepared(spin, time=timedelta(seconds=1), cpu=timedelta(seconds=60))
    assert result == Crash(why="the process ran out of time")


async def test_a_process_that_burns_cpu_is_ended_by_cpu_time() -> None:
    result = await prepared(spin, time=timedelta(seconds=60), cpu=timedelta(seconds=1))
    assert result == Crash(why=f"the process died with exit code {-signal.SIGXCPU}")


async def test_p6_the_plain_way_needs_no_understanding() -> None:
    result = await prepared(die, why="it crashed once")
    assert isinstance(result, Prepared)
    assert result.fallback == "it crashed once"


async def test_a_death_is_counted_against_the_right_message() -> None:
    pool = await opened(LIMITS, partial(trap, die), no_keys)
    jobs = [(received(name * 16, NOW), why) for name, why in (("A", "plain"), ("B", None))]
    results = await asyncio.gather(*(pool.prepare(*job) for job in (*jobs, *jobs)))
    pool.close()
    assert [isinstance(result, Crash) for result in results] == [False, True, False, True]


async def test_a_process_killed_while_idle_is_replaced() -> None:
    pool = await opened(LIMITS, good_rules, no_keys)
    for child in _children():
        os.kill(child, signal.SIGKILL)
    await asyncio.sleep(1)  # the pool notices by itself, and is broken from then on
    results = await asyncio.gather(
        *(pool.prepare(received(name * 16, NOW), None) for name in "ABC")
    )
    pool.close()
    assert all(isinstance(result, Prepared) for result in results)


def _children() -> list[int]:
    """Return the processes of the pool: children of the fork server, our grandchildren."""

    def children(pid: int) -> list[int]:
        tasks = Path(f"/proc/{pid}/task").glob("*/children")
        return [int(child) for task in tasks for child in task.read_text().split()]

    return [grandchild for child in children(os.getpid()) for grandchild in children(child)]


async def test_a_pool_that_cannot_have_its_tools_does_not_start() -> None:
    pool = Pool(LIMITS, Tools(load_rules=trip, load_signer=no_keys))  # type: ignore[arg-type]
    with pytest.raises(RelayError, match="no process of the pool can start"):
        await pool.start()
    pool.close()


async def test_p7_what_is_signed_in_the_pool_is_signed(tmp_path: Path) -> None:
    make_key(Algorithm.ED25519, tmp_path / "key.pem")
    settings = SigningSettings(keys=(KeySettings(selector="s", file=tmp_path / "key.pem"),))
    pool = await opened(LIMITS, good_rules, partial(load_signer, settings))
    content = b"From: a@example.org\r\nSubject: x\r\n\r\nbody\r\n"
    signature = await pool.sign(content, "r@example.org", NOW)
    other = await pool.sign(content + b"more\r\n", "r@example.org", NOW)
    pool.close()
    assert isinstance(signature, Signed)
    assert isinstance(other, Signed)
    assert b"DKIM-Signature" in signature.fields
    assert signature.broken == ("RL101", "RL105")
    assert signature != other


def load_signer(settings: SigningSettings) -> Signer:
    return Signer(keys=load_keys(settings, "example.org"))


async def test_p3_a_message_that_hangs_holds_up_nobody_else() -> None:
    pool = await opened(LIMITS.model_copy(update={"processes": 2}), partial(trap, spin), no_keys)
    hanging = asyncio.create_task(pool.prepare(received("A" * 16, NOW), None))
    others = [pool.prepare(received(name * 16, NOW), "plain") for name in "BCDEF"]
    results = await asyncio.gather(*others)
    assert not hanging.done()
    assert all(isinstance(result, Prepared) for result in results)
    assert isinstance(await hanging, Crash)
    pool.close()


def test_p6_a_bug_in_a_check_keeps_no_mail_from_being_signed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(pool_module._made, "signer", no_keys())
    monkeypatch.setitem(pool_module._made, "site", None)
    content = b"From: a@example.org\r\n\r\nbody\r\n"
    assert pool_module._sign(content, "", NOW) == Signed(fields=b"", broken=("RL000",))
