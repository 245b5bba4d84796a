"""The weather read out of attempts: by domain, quickly, kept by compare-and-set, told by `why`."""

import asyncio
import time
from datetime import timedelta

from sqlalchemy import insert

from relay.domains.checks import blocklists
from relay.pipeline.stages import Deferred, Delivered, Phase, Refused, Result
from relay.pipeline.story import tell
from relay.reputation.cause import Cause
from relay.reputation.state import State
from relay.reputation.weather import fair, forecast
from relay.store import outbox, queue, schema, weather
from relay.store.store import Store
from relay.store.views import dossier
from relay.store.weather import Egress
from relay.workers.weather import Lookout
from tests.conftest import Clock
from tests.store.builders import ask, concluded, outcome, outgoing, received, settled

LEASE = timedelta(minutes=2)
LISTED = "550 5.7.1 Service unavailable; client blocked using zen.spamhaus.org"
NO = Deferred(phase=Phase.FINAL, code=550, reply=LISTED, remote="mx", cause=Cause.LISTED)
WENT = Delivered(reply="250 ok", remote="mx")
SMARTHOST = Egress(upstream="smarthost")


def tries(store: Store, clock: Clock, message_id: str, to: str, result: Result) -> None:
    """One mail, tried once."""
    store.write_now(lambda tx: queue.accept(tx, received(message_id, clock(), to)))
    claimed = store.write_now(lambda tx: queue.claim_messages(tx, 1, LEASE))[0]
    mail = outgoing(message_id, 1, to, clock())
    store.write_now(lambda tx: concluded(tx, outcome(message_id, mail), claimed.fence))
    attempt = store.write_now(
        lambda tx: outbox.claim_attempts(tx, "smarthost", 1, LEASE, timedelta(minutes=1))
    )[0]
    clock.advance(seconds=2)
    due = clock() + timedelta(hours=1)
    store.write_now(lambda tx: outbox.settle(tx, settled(attempt, result, due), b""))


def looking(store: Store, clock: Clock, **more: object) -> Lookout:
    fields = {"store": store, "upstreams": ["smarthost"], "findings": lambda: (), "now": clock}
    return Lookout(**(fields | more))  # type: ignore[arg-type]


def look(lookout: Lookout, clock: Clock) -> dict[str, State]:
    clock.advance(seconds=10)
    asyncio.run(lookout.step())
    found = ask(lookout.store, weather.kept)
    return {str(egress): each.state for egress, each in found.items()}


def test_each_domain_has_a_weather_of_its_own(store: Store, clock: Clock) -> None:
    for number in range(9):
        good = number % 3
        to = f"p{number}@{'example.org' if good else 'Blocking.example'}"
        tries(store, clock, f"{number:016}", to, WENT if good else NO)
    assert look(looking(store, clock), clock) == {
        "smarthost": State.STRAINED,
        "smarthost to blocking.example": State.BLOCKED,
        "smarthost to example.org": State.CLEAR,
    }


def test_a_block_is_written_once_and_why_tells_it(store: Store, clock: Clock) -> None:
    lookout, other = looking(store, clock), looking(store, clock)
    for number in range(3):
        tries(store, clock, f"{number:016}", "ops@example.org", NO)
    for each in (lookout, other, lookout):
        assert look(each, clock)["smarthost"] is State.BLOCKED
    found = ask(store, lambda connection: dossier(connection, f"{0:016}"))
    lines = [(each.at, each.event) for each in found.lines if each.event.kind == "weather"]
    story = list(tell(lines, found.mails))
    told = [line for line in story if "the weather at smarthost went from clear to blocked" in line]
    assert len(told) == 1
    assert "zen.spamhaus.org" in told[0]


def test_who_comes_second_writes_nothing(store: Store, clock: Clock) -> None:
    seen = ask(store, lambda connection: weather.seen(connection, "smarthost", clock()))[SMARTHOST]
    before = fair(clock())
    store.write_now(lambda tx: weather.keep(tx, SMARTHOST, None, before))
    worse = forecast(before, seen, clock.advance(seconds=1))
    worse = type(worse)(state=State.WATCH, since=clock(), checked_at=clock())
    assert store.write_now(lambda tx: weather.keep(tx, SMARTHOST, before, worse))
    assert not store.write_now(lambda tx: weather.keep(tx, SMARTHOST, before, worse))


def test_an_upstream_held_for_what_we_are_is_blocked(store: Store, clock: Clock) -> None:
    reply = "550 5.7.1 your IP has been blocked"
    refused = Deferred(phase=Phase.MAIL, code=550, reply=reply, remote="mx", session=True)
    tries(store, clock, f"{0:016}", "ops@example.org", refused)
    assert look(looking(store, clock), clock)["smarthost"] is State.BLOCKED


def test_what_the_doctor_found_counts(store: Store, clock: Clock) -> None:
    listing = blocklists.LISTED.at("192.0.2.25 in zen.example")
    lookout = looking(store, clock, findings=lambda: (listing,))
    assert look(lookout, clock) == {"smarthost": State.STRAINED}


def test_causes_are_counted_with_their_last_reply(store: Store, clock: Clock) -> None:
    gone = Refused(phase=Phase.RCPT, code=550, reply="550 5.1.1 no such user", remote="mx")
    for number, result in enumerate((NO, WENT, NO, gone)):
        tries(store, clock, f"{number:016}", "ops@example.org", result)
    found = ask(store, lambda connection: weather.causes(connection, "smarthost", clock()))
    assert found == [(Cause.LISTED, 2, LISTED), (Cause.MAILBOX, 1, gone.reply)]


def test_a_look_costs_the_same_with_many_attempts_on_record(store: Store, clock: Clock) -> None:
    tries(store, clock, f"{0:016}", "ops@example.org", NO)
    old = {"outgoing_id": f"{0:016}-1", "upstream": "smarthost", "outcome": "delivered"}
    start = clock() - timedelta(days=30)
    rows = [
        {**old, "number": n, "started_at": start, "finished_at": start, "uncertain": False}
        for n in range(2, 100_002)
    ]
    store.write_now(lambda tx: tx.execute(insert(schema.attempts), rows))
    began = time.perf_counter()
    seen = ask(store, lambda connection: weather.seen(connection, "smarthost", clock()))
    assert time.perf_counter() - began < 0.1
    assert seen[SMARTHOST].attempts == 1
