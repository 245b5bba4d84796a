"""The workers' steps on a real store: what is counted, held, shared and sent first."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from relay import metrics
from relay.delivery.send import Upstream, open_upstreams
from relay.delivery.settings import UpstreamSettings
from relay.pipeline.history import Pace
from relay.pipeline.stages import OutgoingKind
from relay.pipeline.verp import reverse_path
from relay.store import outbox, queue, views
from relay.store.backlog import waiting
from relay.store.balance import balance
from relay.store.store import Store
from relay.workers.deliver import Deliver
from relay.workers.loop import Wake, repeat
from relay.workers.pool import Pool
from relay.workers.prepare import Prepare
from tests.conftest import Clock
from tests.pipeline.test_conclude import ADDRESSING, PATIENCE
from tests.smtpd import Sink
from tests.store.builders import ask, concluded, outcome, outgoing, received
from tests.workers.test_pool import LIMITS, die, good_rules, no_keys, opened, trap

LEASE = timedelta(minutes=2)
ID = "A" * 16
MISSING = ("relay_lint_breaches_total", {"rule": "RL101"})


@pytest.fixture
def sqlite(tmp_path: Path, clock: Clock) -> Iterator[Store]:
    with Store(f"sqlite:///{tmp_path / 'relay.db'}", "node-a", clock) as store:
        yield store


@pytest.fixture
async def pool() -> AsyncIterator[Pool]:
    made = await opened(LIMITS, good_rules, no_keys)
    yield made
    await asyncio.to_thread(made.close)


def preparing(store: Store, pool: Pool) -> Prepare:
    return Prepare(
        store=store,
        pool=pool,
        addressing=ADDRESSING,
        pace=Pace(),
        lease=LEASE,
        concluded=lambda: None,
    )


async def whole(prepare: Prepare) -> bool:
    """Prepare one batch to its end; say whether there was any."""
    found = await prepare.step()
    await asyncio.gather(*prepare.running)
    return found


def delivering(store: Store, pool: Pool, upstream: Upstream, clock: Clock) -> Deliver:
    return Deliver(
        store=store,
        pool=pool,
        upstream=upstream,
        connections=1,
        addressing=ADDRESSING,
        patience=PATIENCE,
        lease=LEASE,
        now=clock,
    )


async def drain(deliver: Deliver) -> None:
    """Do what the loop does until nothing is left to do."""
    while await deliver.step() or deliver.running:
        if deliver.running:
            await asyncio.wait(deliver.running, return_when=asyncio.FIRST_COMPLETED)


def smarthost(sink: Sink) -> Upstream:
    settings = UpstreamSettings(name="smarthost", host="127.0.0.1", port=sink.port, tls="none")
    return open_upstreams([settings], "relay.example.org")["smarthost"]


async def test_p6_after_a_death_it_goes_plainly(sqlite: Store, clock: Clock) -> None:
    pool = await opened(LIMITS, partial(trap, die), no_keys)
    step = partial(whole, preparing(sqlite, pool))
    await sqlite.write(lambda tx: queue.accept(tx, received(ID, clock())))
    assert await step()  # it dies
    assert ask(sqlite, balance).fates["in_flight"] == 1
    assert await step()  # plainly, it lives
    await asyncio.to_thread(pool.close)
    lines = ask(sqlite, lambda c: views.dossier(c, ID)).lines
    assert [line.event.kind for line in lines] == ["accepted", "crashed", "concluded"]
    assert lines[-1].event.data["verdict"] == "unknown"


async def test_a_message_is_understood_and_concluded_in_one_step(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    await sqlite.write(lambda tx: queue.accept(tx, received(ID, clock())))
    step = partial(whole, preparing(sqlite, pool))
    assert await step()
    assert not await step()
    (mail,) = ask(sqlite, lambda c: waiting(c, 10))
    assert (mail.stage, mail.recipient) == ("deliver", "ops@example.org")


async def test_p3_a_failure_overtakes_what_can_wait(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    for number in range(30):
        put(sqlite, clock, f"{number:016}", priority=1)
    put(sqlite, clock, "F" * 16, priority=0)
    with Sink() as sink:
        upstream = smarthost(sink)
        await upstream.open()
        deliver = delivering(sqlite, pool, upstream, clock)
        await drain(deliver)
        await upstream.close()
    assert len(sink.mails) == 31
    assert sink.mails[0].recipients == (f"{'F' * 16}@example.org",)


def put(store: Store, clock: Clock, message_id: str, priority: int) -> None:
    to = f"{message_id}@example.org"
    mail = outgoing(message_id, 1, to, clock(), priority=priority)
    store.write_now(lambda tx: queue.accept(tx, received(message_id, clock(), to)))
    (claimed,) = store.write_now(lambda tx: queue.claim_messages(tx, 1, LEASE))
    store.write_now(lambda tx: concluded(tx, outcome(message_id, mail), claimed.fence))


async def test_p6_a_mail_that_breaks_rules_leaves_and_the_ledger_names_them(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    put(sqlite, clock, ID, priority=1)
    before = metrics.REGISTRY.get_sample_value(*MISSING) or 0
    with Sink() as sink:
        upstream = smarthost(sink)
        await upstream.open()
        await drain(delivering(sqlite, pool, upstream, clock))
        await upstream.close()
        assert len(sink.mails) == 1
    story = list(ask(sqlite, lambda c: views.dossier(c, ID)).lines)
    assert "RL101" in story[-1].event.data["lint"]  # type: ignore[operator]
    assert metrics.REGISTRY.get_sample_value(*MISSING) == before + 1


async def test_a_slow_delivery_keeps_its_lease(sqlite: Store, pool: Pool, clock: Clock) -> None:
    put(sqlite, clock, ID, priority=1)
    with Sink(script={"final": ["LATE 1.0"]}) as sink:
        upstream = smarthost(sink)
        await upstream.open()
        deliver = delivering(sqlite, pool, upstream, clock)
        assert await deliver.step()
        clock.advance(seconds=100)
        await deliver.renew()
        clock.advance(seconds=100)
        again = await sqlite.write(
            lambda tx: outbox.claim_attempts(tx, "smarthost", 9, LEASE, timedelta(minutes=1))
        )
        assert again == []
        await drain(deliver)
        await upstream.close()
    assert ask(sqlite, balance).fates["delivered"] == 1


async def test_what_cannot_be_signed_is_held_in_sight(sqlite: Store, clock: Clock) -> None:
    pool = await opened(LIMITS, good_rules, broken_signer)
    put(sqlite, clock, ID, priority=1)
    with Sink() as sink:
        upstream = smarthost(sink)
        await upstream.open()
        deliver = delivering(sqlite, pool, upstream, clock)
        await drain(deliver)
        await upstream.close()
        assert sink.mails == []
    await asyncio.to_thread(pool.close)
    assert ask(sqlite, balance).fates["held"] == 1
    (mail,) = ask(sqlite, lambda c: waiting(c, 10))
    assert "while signing" in (mail.reason or "")


class BrokenSigner:
    def sign(self, _content: bytes, _at: object) -> bytes:
        raise ValueError("the key is gone")


def broken_signer() -> object:
    return BrokenSigner()


async def test_a_step_that_raises_is_tried_again_and_ends_when_told() -> None:
    calls = 0
    wake = Wake()

    async def step() -> bool:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("the disk is away")
        wake.end()
        return True

    await asyncio.wait_for(repeat("test", step, wake, idle=0.01), 5)
    assert calls == 2


async def test_p1_a_notice_leaves_like_any_other_mail(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    put(sqlite, clock, ID, priority=1)
    with Sink(script={"rcpt": ["550 5.1.1 gone"]}) as sink:
        upstream = smarthost(sink)
        await upstream.open()
        deliver = delivering(sqlite, pool, upstream, clock)
        await drain(deliver)
        await upstream.close()
    (notice,) = sink.mails
    assert notice.recipients == ("owner@example.org",)
    mails = ask(sqlite, lambda c: views.dossier(c, ID)).mails
    assert [mail["kind"] for mail in mails] == [OutgoingKind.REPORT, OutgoingKind.NOTICE]
    assert ask(sqlite, balance).holds


async def test_p3_a_slow_delivery_does_not_keep_new_mail_waiting(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    with Sink(script={"final": ["LATE 3.0"]}) as sink:
        upstream = smarthost(sink)
        await upstream.open()
        deliver = delivering(sqlite, pool, upstream, clock)
        deliver.connections = 2
        put(sqlite, clock, ID, priority=1)
        assert await deliver.step()
        put(sqlite, clock, "F" * 16, priority=0)
        assert await deliver.step()
        await asyncio.to_thread(sink.wait_for, 1, 2)
        assert sink.mails[0].recipients == (f"{'F' * 16}@example.org",)
        await drain(deliver)
        await upstream.close()


async def test_what_is_under_way_is_not_sent_again_whatever_the_clock_says(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    put(sqlite, clock, ID, priority=1)
    with Sink(script={"final": ["LATE 0.5"]}) as sink:
        upstream = smarthost(sink)
        await upstream.open()
        deliver = delivering(sqlite, pool, upstream, clock)
        assert await deliver.step()
        clock.advance(hours=1)
        assert not await deliver.step()
        await drain(deliver)
        await upstream.close()
    assert len(sink.mails) == 1


async def test_p4_a_notice_that_bounces_stays_in_sight(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    put(sqlite, clock, ID, priority=1)
    with Sink(script={"rcpt": ["550 5.1.1 gone", "550 5.1.1 gone too"]}) as sink:
        upstream = smarthost(sink)
        await upstream.open()
        deliver = delivering(sqlite, pool, upstream, clock)
        await drain(deliver)
        await upstream.close()
    (notice,) = ask(sqlite, lambda c: waiting(c, 10))
    assert (notice.state, notice.recipient) == ("held", "owner@example.org")
    assert "nobody was told" in (notice.reason or "")


def test_mail_of_an_upstream_that_is_gone_goes_to_the_default(sqlite: Store, clock: Clock) -> None:
    put(sqlite, clock, ID, priority=1)
    moved = sqlite.write_now(lambda tx: outbox.readdress(tx, ["newhost"], "newhost"))
    assert moved == 1
    claimed = sqlite.write_now(
        lambda tx: outbox.claim_attempts(tx, "newhost", 9, LEASE, timedelta(minutes=1))
    )
    assert len(claimed) == 1
    assert ask(sqlite, lambda c: views.dossier(c, ID)).lines[-1].event.kind == "readdressed"


async def returned(store: Store, clock: Clock, raw: bytes) -> str:
    """Something comes to the envelope sender of a mail that was delivered; return its ID."""
    put(store, clock, ID, priority=1)
    came_back = received(
        "B" * 16, clock(), reverse_path(f"{ID}-1", "b.example", ADDRESSING.verp_key)
    )
    origin = replace(came_back.origin, host="outside", returned=True)
    came_back = replace(came_back, raw=raw, origin=origin)
    await store.write(lambda tx: queue.accept(tx, came_back))
    return came_back.id


async def test_what_comes_back_is_read_in_the_pool_and_taken_in(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    raw = b"From: a@b.example\r\nAuto-Submitted: auto-replied\r\n\r\nAway.\r\n"
    returned_id = await returned(sqlite, clock, raw)
    assert await whole(preparing(sqlite, pool))
    assert ask(sqlite, balance).fates["read"] == 1
    lines = ask(sqlite, lambda c: views.dossier(c, returned_id)).lines
    assert lines[-1].event.data["sort"] == "a machine's answer"


async def test_p6_what_no_process_can_read_goes_to_a_person(
    sqlite: Store, pool: Pool, clock: Clock
) -> None:
    raw = b"From: a@b.example\r\nAuto-Submitted: auto-replied\r\n\r\nAway.\r\n"
    returned_id = await returned(sqlite, clock, raw)
    (claimed,) = await sqlite.write(lambda tx: queue.claim_messages(tx, 1, LEASE))
    await sqlite.write(lambda tx: queue.count_crash(tx, claimed, "it died", hold=False))
    assert await whole(preparing(sqlite, pool))
    sent = ask(sqlite, lambda c: views.dossier(c, returned_id)).mails
    assert [mail["recipient"] for mail in sent] == ["owner@example.org"]
    assert ask(sqlite, balance).holds
