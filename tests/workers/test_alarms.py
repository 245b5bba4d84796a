"""The alarms of a real store, told to a real webhook: raised, repeated, over, tried again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update

from relay.alerts.channel import Channel, open_channels
from relay.domains.checks import dkim
from relay.pipeline.alarm import Kind
from relay.pipeline.alarms import Rules
from relay.pipeline.conditions import Thresholds
from relay.pipeline.stages import Deferred, Phase
from relay.pipeline.story import tell
from relay.store import alarms, queue
from relay.store.schema import messages, originals, outgoing
from relay.store.store import Store
from relay.store.views import dossier
from relay.store.writer import Transaction
from relay.workers.alarms import Alarmist, Watched
from relay.workers.ping import Pinger
from tests.conftest import Clock
from tests.store.builders import ask, received
from tests.store.test_weather import NO, WENT, look, looking, tries
from tests.webhook import Webhook

OPS = "ops@example.org"


def alarmist(store: Store, clock: Clock, *hooks: Webhook, **watched: Any) -> Alarmist:
    channels: tuple[Channel, ...] = open_channels([each.url for each in hooks])
    looks = {"upstreams": ["smarthost"], "closed": lambda: None, "findings": lambda: ()}
    return Alarmist(
        store=store,
        channels=channels,
        rules=Rules(
            channels=tuple(each.name for each in channels),
            kinds=frozenset(Kind),
            repeat_every=timedelta(hours=4),
        ),
        thresholds=Thresholds(
            no_flow=timedelta(minutes=10),
            oldest=timedelta(hours=1),
            failure=timedelta(minutes=1),
            no_mail=None,
        ),
        watched=Watched(**(looks | watched)),
        relay="relay.example.org",
        zone="UTC",
        runbooks="docs/runbooks",
        balance_every=timedelta(hours=1),
        now=clock,
    )


def step(each: Alarmist, clock: Clock, **passed: float) -> None:
    clock.advance(**(passed or {"seconds": 10}))
    asyncio.run(each.step())


def kinds(store: Store) -> list[Kind]:
    return [each.condition.kind for each in ask(store, alarms.present)]


def test_a_disk_that_fills_and_has_room_again(store: Store, clock: Clock) -> None:
    closed: list[str] = ["10 bytes free"]
    with Webhook() as hook:
        watch = alarmist(store, clock, hook, closed=lambda: closed[0] if closed else None)
        for _ in range(3):
            step(watch, clock)
        closed.clear()
        step(watch, clock)
        step(watch, clock, minutes=3)
        assert [each["title"] for each in hook.posts] == [
            "relay.example.org: the disk is too full for new mail",
            "relay.example.org: over: the disk is too full for new mail",
        ]
    assert kinds(store) == []


def test_a_block_is_told_with_the_failures_that_cannot_leave(store: Store, clock: Clock) -> None:
    with Webhook() as hook:
        watch, lookout = alarmist(store, clock, hook), looking(store, clock)
        for number in range(3):
            tries(store, clock, f"{number:016}", OPS, NO)
        look(lookout, clock)
        store.write_now(as_failures)
        step(watch, clock, seconds=61)
        step(watch, clock)
        told = hook.told()
        assert "weather smarthost: blocked" in told
        assert "docs/runbooks/listed.md" in told
        for number in range(3):
            assert told.count(f"{number:016}") == 1, "each failure once"
    found = ask(store, lambda connection: dossier(connection, f"{0:016}"))
    lines = [(each.at, each.event) for each in found.lines if each.event.kind == "alarmed"]
    assert "by 1 channel(s) that are not mail" in "".join(tell(lines, ()))


def as_failures(tx: Transaction) -> None:
    tx.execute(update(messages).values(verdict="failure", subject="[FAILED] copy"))
    tx.execute(update(outgoing).values(priority=0))


def test_failures_are_not_told_while_mail_flows(store: Store, clock: Clock) -> None:
    with Webhook() as hook:
        watch = alarmist(store, clock, hook)
        tries(store, clock, f"{0:016}", OPS, NO)
        tries(store, clock, f"{1:016}", OPS, WENT)
        look(looking(store, clock), clock)
        store.write_now(as_failures)
        step(watch, clock, minutes=2)
        assert hook.posts == []


def test_without_a_channel_no_failure_counts_as_told(store: Store, clock: Clock) -> None:
    watch = alarmist(store, clock)
    for number in range(3):
        tries(store, clock, f"{number:016}", OPS, NO)
    look(looking(store, clock), clock)
    store.write_now(as_failures)
    step(watch, clock, minutes=2)
    assert kinds(store) == [Kind.WEATHER]


def test_a_webhook_that_fails_is_tried_again_and_the_other_is_told_once(
    store: Store, clock: Clock
) -> None:
    with Webhook(statuses=[500, 500]) as hook, Webhook() as other:
        watch = alarmist(store, clock, hook, other, closed=lambda: "full")
        for _ in range(30):
            step(watch, clock, seconds=20)
        assert (len(hook.posts), len(other.posts)) == (1, 1)


def test_an_upstream_that_is_held_and_a_queue_that_stands(store: Store, clock: Clock) -> None:
    away = Deferred(phase=Phase.CONNECT, code=None, reply="refused", remote="", session=True)
    with Webhook() as hook:
        watch = alarmist(store, clock, hook)
        tries(store, clock, f"{0:016}", OPS, away)
        step(watch, clock, minutes=2)
        assert kinds(store) == [Kind.UPSTREAM]
        step(watch, clock, minutes=10)
        assert kinds(store) == [Kind.UPSTREAM, Kind.NO_FLOW]
        assert "docs/runbooks/dead-upstream.md" in hook.told()


def test_the_doctor_counts_only_once_it_has_looked(store: Store, clock: Clock) -> None:
    found: list[Any] = [None]
    watch = alarmist(store, clock, findings=lambda: found[0])
    step(watch, clock)
    assert kinds(store) == []
    found[0] = (next(kind for kind in dkim.FINDINGS if kind.alarm).at("key"),)
    step(watch, clock)
    assert kinds(store) == [Kind.DOCTOR]
    found[0] = None
    step(watch, clock)
    assert kinds(store) == [Kind.DOCTOR], "a restart ends no alarm"


def test_the_account_is_checked_and_a_loss_is_told(store: Store, clock: Clock) -> None:
    store.write_now(lambda tx: queue.accept(tx, received("A" * 16, clock())))
    watch = alarmist(store, clock)
    step(watch, clock)
    step(watch, clock, minutes=3)
    assert Kind.CONSERVATION not in kinds(store)
    store.write_now(lambda tx: tx.execute(delete(originals)))
    step(watch, clock, minutes=61)
    assert Kind.CONSERVATION in kinds(store)


def test_two_nodes_tell_an_alarm_once(store: Store, clock: Clock) -> None:
    with Webhook() as hook:
        one = alarmist(store, clock, hook, closed=lambda: "full")
        other = alarmist(store, clock, hook, closed=lambda: "full")

        async def both() -> None:
            await asyncio.gather(one.step(), other.step())

        for _ in range(3):
            clock.advance(seconds=10)
            asyncio.run(both())
        assert len(hook.posts) == 1


@pytest.mark.parametrize("closed", [None, "full"])
def test_a_ping_goes_out_only_while_all_is_well(
    store: Store, clock: Clock, closed: str | None
) -> None:
    with Webhook() as hook:
        pinger = Pinger(
            store=store,
            url=f"http://{hook.place}/uuid",
            every=timedelta(minutes=1),
            closed=lambda: closed,
            now=clock,
        )
        for _ in range(4):
            asyncio.run(pinger.step())
            clock.advance(seconds=40)
        assert len(hook.gets) == (0 if closed else 2)
