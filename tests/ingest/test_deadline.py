"""One lazy timer for a connection: it expires in time, and never while on hold."""

import asyncio

from relay.ingest.deadline import Deadline


async def test_a_deadline_expires_and_a_renewed_one_later() -> None:
    expired = asyncio.Event()
    deadline = Deadline(0.2, 9, expired.set)
    for _ in range(3):
        await asyncio.sleep(0.12)
        deadline.renew()
        assert not expired.is_set()
    await asyncio.sleep(0.5)
    assert expired.is_set()


async def test_nothing_is_renewed_beyond_the_session_or_the_given_time() -> None:
    loop, ended, cut = asyncio.get_running_loop(), asyncio.Event(), asyncio.Event()
    session, data = Deadline(9, 0.2, ended.set), Deadline(0.1, 9, cut.set)
    session.renew()
    data.renew(loop.time() + 0.01)
    await asyncio.sleep(0.4)
    assert ended.is_set()
    assert cut.is_set()


async def test_on_hold_nothing_expires_and_afterwards_there_is_time_again() -> None:
    expired = asyncio.Event()
    deadline = Deadline(0.3, 9, expired.set)
    deadline.hold()
    await asyncio.sleep(0.6)
    deadline.release()
    await asyncio.sleep(0.2)
    assert not expired.is_set()
    await asyncio.sleep(0.4)
    assert expired.is_set()


async def test_a_cancelled_deadline_never_expires() -> None:
    expired = asyncio.Event()
    Deadline(0.05, 9, expired.set).cancel()
    await asyncio.sleep(0.2)
    assert not expired.is_set()
