"""Attempts registered before they are made, settled with their result, on both engines."""

from datetime import timedelta

import pytest

from relay.pipeline.stages import Attempt, OutgoingKind, Result
from relay.store import lease, outbox, queue, retention, views
from relay.store import schema as tables
from relay.store.balance import balance
from relay.store.store import Store
from tests.conftest import Clock
from tests.store.builders import (
    AWAY,
    BUSY,
    DELIVERED,
    NEVER,
    ask,
    concluded,
    outcome,
    outgoing,
    received,
    settled,
)

LEASE = timedelta(minutes=2)
CRASH_DELAY = timedelta(minutes=1)


def send(store: Store, clock: Clock, message_id: str, *priorities: int) -> None:
    """Bring a message into the outbox, with one mail for each priority."""
    to = [f"r{number}@example.org" for number in range(len(priorities))]
    mails = [
        outgoing(message_id, n, address, clock(), priority=priority)
        for n, (address, priority) in enumerate(zip(to, priorities, strict=True), 1)
    ]
    store.write_now(lambda tx: queue.accept(tx, received(message_id, clock(), *to)))
    (claimed,) = store.write_now(lambda tx: queue.claim_messages(tx, 1, LEASE))
    store.write_now(lambda tx: concluded(tx, outcome(message_id, *mails), claimed.fence))


def claim(store: Store, limit: int = 10) -> list[Attempt]:
    return store.write_now(
        lambda tx: outbox.claim_attempts(tx, "smarthost", limit, LEASE, CRASH_DELAY)
    )


def settle(store: Store, clock: Clock, attempt: Attempt, result: Result, **more: object) -> bool:
    what = settled(attempt, result, more.pop("due_at", clock()), **more)
    return store.write_now(lambda tx: outbox.settle(tx, what, b"DKIM-Signature: x\r\n"))


def test_an_attempt_is_on_record_before_it_is_made(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    claim(store)
    (attempt,) = ask(store, lambda c: views.dossier(c, "A" * 16)).attempts
    assert (attempt["number"], attempt["outcome"]) == (1, None)


def test_failures_leave_before_what_can_wait(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    send(store, clock, "B" * 16, 0)
    assert [attempt.outgoing.message_id[0] for attempt in claim(store, limit=1)] == ["B"]


def test_a_delivery_ends_the_mail_and_its_exact_bytes_can_be_shown(
    store: Store, clock: Clock
) -> None:
    send(store, clock, "A" * 16, 1)
    (attempt,) = claim(store)
    assert settle(store, clock, attempt, DELIVERED)
    assert ask(store, balance).fates["delivered"] == 1
    final = ask(store, lambda c: views.final(c, "A" * 16))
    assert final == b"DKIM-Signature: x\r\n" + attempt.outgoing.content


def test_a_crash_in_mid_delivery_costs_one_delay_and_is_seen(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    claim(store)
    store.write_now(lease.return_all)  # the process died and came back at once
    assert claim(store) == []
    clock.advance(minutes=1)
    (again,) = claim(store)
    assert again.number == 2
    attempts = ask(store, lambda c: views.dossier(c, "A" * 16)).attempts
    assert [(each["outcome"], each["uncertain"]) for each in attempts] == [
        ("lost", True),
        (None, False),
    ]


def test_a_result_of_a_lost_lease_is_discarded(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    (slow,) = claim(store)
    clock.advance(minutes=3)
    (quick,) = claim(store)
    assert settle(store, clock, quick, DELIVERED)
    assert not settle(store, clock, slow, NEVER)
    assert ask(store, balance).fates["delivered"] == 1


def test_a_renewed_lease_keeps_others_away(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    (slow,) = claim(store)
    clock.advance(seconds=100)
    owned = {slow.outgoing.id: slow.fence}
    store.write_now(lambda tx: lease.renew(tx, tables.outgoing, owned, LEASE))
    clock.advance(seconds=100)
    assert claim(store) == []


def test_a_deferred_mail_waits_for_its_time(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    (attempt,) = claim(store)
    settle(store, clock, attempt, BUSY, due_at=clock() + timedelta(minutes=5))
    clock.advance(minutes=4)
    assert claim(store) == []
    clock.advance(minutes=1)
    assert claim(store)[0].number == 2


def test_a_refused_session_holds_the_upstream_and_one_probe_frees_it(
    store: Store, clock: Clock
) -> None:
    for name in "ABC":
        send(store, clock, name * 16, 1)
    (attempt,) = claim(store, limit=1)
    settle(store, clock, attempt, AWAY, due_at=clock() + timedelta(minutes=1))
    assert claim(store) == []
    clock.advance(minutes=1)
    (probe,) = claim(store)
    assert probe.probe
    assert claim(store) == []  # nobody else tries while the probe is under way
    settle(store, clock, probe, DELIVERED)
    assert len(claim(store)) == 2


def test_p1_a_bounce_and_its_notice_are_one_transaction(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    (attempt,) = claim(store)
    notice = outgoing(
        "A" * 16,
        1,
        "owner@example.org",
        clock(),
        id=f"{'A' * 16}-1N",
        kind=OutgoingKind.NOTICE,
        notice_to=None,
    )
    assert settle(store, clock, attempt, NEVER, notice=notice)
    assert ask(store, balance).fates["bounced"] == 1
    (told,) = claim(store)
    assert (told.outgoing.kind, told.outgoing.recipient) == ("notice", "owner@example.org")


def test_p1_a_bounce_without_its_notice_does_not_balance(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    (attempt,) = claim(store)
    settle(store, clock, attempt, NEVER, notice=None)
    found = ask(store, balance)
    assert (found.fates["lost"], found.holds) == (1, False)


@pytest.mark.parametrize("result", [DELIVERED, NEVER])
def test_p5_bytes_stay_until_the_end_of_retention(
    store: Store, clock: Clock, result: Result
) -> None:
    send(store, clock, "A" * 16, 1)

    def purge() -> int:
        return store.write_now(lambda tx: retention.purge(tx, timedelta(days=30)))

    clock.advance(days=400)
    assert purge() == 0  # not ended, so not counted
    (attempt,) = claim(store)
    settle(store, clock, attempt, result)
    clock.advance(days=29)
    assert purge() == 0
    clock.advance(days=1)
    assert purge() == 1
    found = ask(store, lambda c: views.dossier(c, "A" * 16))
    assert [line.event.kind for line in found.lines][-1] == "purged"


def test_a_result_written_twice_counts_once(store: Store, clock: Clock) -> None:
    send(store, clock, "A" * 16, 1)
    (attempt,) = claim(store)
    assert settle(store, clock, attempt, DELIVERED)
    lines = len(ask(store, lambda c: views.dossier(c, "A" * 16)).lines)
    assert not settle(store, clock, attempt, DELIVERED)
    assert len(ask(store, lambda c: views.dossier(c, "A" * 16)).lines) == lines
