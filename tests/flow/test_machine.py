"""P1, P3 and P4 over random traffic, policies, clocks and crashes, through the real pipeline.

Hypothesis plays hosts, people, operators, clocks and accidents in any order; after each step the
store is asked whether the promises hold. What a recipient is owed is worked out in promises.py.
"""

import itertools
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import create_engine, insert, text
from sqlalchemy.engine import make_url as make_url_of

from relay.store import batches, lease
from relay.store.schema import silences
from relay.store.store import Store
from relay.store.writer import Transaction, Work
from tests.conftest import Clock
from tests.flow import promises
from tests.flow.promises import AT_MOST, Memory, Sent
from tests.flow.world import ADDRESSING, LEASE, OPS, SUCCESS, World, failure
from tests.store.builders import ask

VANISHED = (
    "rsync warning: some files vanished before they could be transferred (code 24) at main.c(1338)"
    " [sender=3.2.7]\n"
)
BODIES = {
    # what it proves and which error it is, the end of its subject, the text
    "well": ("success", "", "", SUCCESS),
    "socket": ("failure", "socket", "", failure()),
    "timeout": ("failure", "timeout", "", failure(30, "timeout in data send/receive")),
    "a lie": ("failure", "partial", " OK", failure(23, "some files/attrs were not transferred")),
    "nothing": ("unknown", "nothing", "", "Log attached.\n"),
    "vanished": ("warning", "vanished", "", VANISHED),
}
HOSTS = ("web01", "db02")
JOBS = ("copy of /srv/a", "copy of /srv/b")
PEOPLE = (OPS, "dba@example.org", ADDRESSING.postmaster)
STEPS = {"4h": timedelta(hours=4), "1d": timedelta(days=1), "7d": timedelta(days=7)}
MOST_BACKWARDS = timedelta(days=3)

orders = st.fixed_dictionaries(
    {
        "match": st.fixed_dictionaries(
            {
                "verdict": st.lists(
                    st.sampled_from(("success", "warning", "failure", "unknown")),
                    min_size=1,
                    unique=True,
                )
            },
            optional={"host": st.sampled_from(("web01*", "db*"))},
        ),
        "then": st.fixed_dictionaries(
            {"route": st.sampled_from(("now", "digest", "digest", "count", "hold"))},
            optional={
                "digest": st.fixed_dictionaries(
                    {
                        "name": st.sampled_from(("daily", "web")),
                        "at": st.sampled_from(
                            ("daily at 07:00", "at most 30 minutes", "every 4 hours")
                        ),
                        "most": st.sampled_from((3, 500)),
                    }
                ),
                "repeat": st.lists(st.sampled_from(tuple(STEPS)), min_size=1, max_size=3),
                "recipients": st.just({"add": ["postmaster"]}),
            },
        ),
    }
)


class CrashError(Exception):
    """The process dies here."""


def dying(work: Work[object]) -> Work[None]:
    """Do the work and die before it is committed."""

    def die(tx: Transaction) -> None:
        work(tx)
        raise CrashError

    return die


class Flow(RuleBasedStateMachine):
    """Everything that can happen to a relay, and what must be true after it."""

    def __init__(self, make_url: Callable[[], str]) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="policies-"))
        self.url, self.clock = make_url(), Clock()
        self.store = Store(self.url, "node-a", self.clock).__enter__()
        self.memory = Memory(owner=ADDRESSING.postmaster)
        self.sent: dict[str, Sent] = {}
        self.silences: list[tuple[str, datetime]] = []
        self.seq = 0
        self.backwards = timedelta(0)
        self.names = itertools.count()

    @initialize(rules=st.lists(orders, max_size=4))
    def policies(self, rules: list[dict[str, object]]) -> None:
        """The operator has written some rules."""
        named = [{"name": f"rule {number}", **each} for number, each in enumerate(rules)]
        (self.folder / "random.yaml").write_text(json.dumps({"rules": named}))
        self.world = World(self.store, self.clock, self.folder)

    # Hosts.

    @rule(
        body=st.sampled_from(tuple(BODIES)),
        host=st.sampled_from(HOSTS),
        job=st.sampled_from(JOBS),
        to=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True),
    )
    def send(self, body: str, host: str, job: str, to: list[str]) -> None:
        """A job reports; nobody has looked at it yet."""
        verdict, error, tail, text = BODIES[body]
        message_id = self.world.accept(text, *to, subject=job + tail, host=host)
        self.sent[message_id] = Sent(
            host=host, job=job, verdict=verdict, error=error, to=tuple(to), at=self.clock()
        )

    @rule(
        bodies=st.sampled_from(
            (("socket",), ("well",), ("socket", "timeout"), ("vanished", "well"))
        ),
        minutes=st.sampled_from((0, 1, 40)),
        host=st.sampled_from(HOSTS),
    )
    def again_and_again(self, bodies: tuple[str, ...], minutes: int, host: str) -> None:
        """A job reports the same, or by turns the same."""
        for body, _ in zip(itertools.cycle(bodies), range(6), strict=False):
            self.send(body, host, JOBS[0], [OPS])
            self.wait(minutes)

    @rule(host=st.sampled_from(HOSTS))
    def storm(self, host: str) -> None:
        """A host sends more than its pace."""
        for _ in range(32):
            self.send("well", host, JOBS[1], [OPS])

    # Time.

    @rule(minutes=st.sampled_from((1, 20, 4 * 60 + 1, 24 * 60, 8 * 24 * 60)))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.work()
        self.world.advance(minutes=minutes)
        self.work()

    @rule(hours=st.sampled_from((1, 26, 9 * 24)))
    def clock_jumps_forward(self, hours: int) -> None:
        """All at once it is later."""
        self.work()
        self.clock.advance(hours=hours)
        self.work()

    @precondition(lambda self: self.backwards < MOST_BACKWARDS)
    @rule(hours=st.sampled_from((0.01, 2, 26)))
    def clock_jumps_backward(self, hours: float) -> None:
        """All at once it is earlier, whatever is under way."""
        self.clock.advance(hours=-hours)
        self.backwards += timedelta(hours=hours)
        self.work()

    # People.

    @rule(who=st.sampled_from((None, OPS, ADDRESSING.postmaster, "everybody")))
    def refuse(self, who: str | None) -> None:
        """From now on the mail of somebody bounces."""
        self.world.refuse = lambda recipient: who in (recipient, "everybody")

    @rule(host=st.sampled_from(("web01*", "*")), hours=st.sampled_from((1, 30)))
    def silence(self, host: str, hours: int) -> None:
        """The operator wants to hear nothing of a host."""
        self.work()
        until = self.clock() + timedelta(hours=hours)
        self.silences.append((host, until))
        row = {"id": f"s{next(self.names)}", "host": host, "job": "*", "author": "anna"}
        more = {"reason": "moving house", "since": self.clock(), "until": until}
        self.store.write_now(lambda tx: tx.execute(insert(silences), row | more))

    @rule(away=st.booleans())
    def upstream(self, away: bool) -> None:
        """The upstream goes, or comes back."""
        self.world.away = away
        self.work()

    # Accidents.

    @rule()
    def restart(self) -> None:
        """The process ends and another starts."""
        self.store.__exit__()
        self.store = Store(self.url, "node-a", self.clock).__enter__()
        self.store.write_now(lease.return_all)
        self.world.store = self.store
        self.world.start()

    @rule(committing=st.booleans())
    def crash_while_preparing(self, committing: bool) -> None:
        """It dies after the claim, or just before the commit."""
        for each in self.world.claim_messages():
            self._crash(dying(self.world.concluding(each)), committing)
        self.restart()

    @rule(sent=st.booleans(), committing=st.booleans())
    def crash_while_delivering(self, sent: bool, committing: bool) -> None:
        """It dies after the attempt was registered, or when it is made but not recorded."""
        for attempt in self.world.claim_attempts():
            if sent:
                self._crash(dying(self.world.settling(attempt)), committing)
        self.restart()

    @rule(hours=st.sampled_from((0, 5, 20)), committing=st.booleans())
    def crash_while_closing(self, hours: int, committing: bool) -> None:
        """It dies when a digest's members are frozen, or just before the commit."""
        self.work()
        self.clock.advance(hours=hours)
        for batch in self.store.write_now(lambda tx: batches.claim_due(tx, 10, LEASE)):
            self._crash(dying(self.world.closing(batch)), committing)
        self.restart()

    def _crash(self, work: Work[None], committing: bool) -> None:
        if committing:
            with suppress(CrashError):
                self.store.write_now(work)

    # What must be true.

    def work(self) -> None:
        """Let the relay do what is due, and judge what it made of each message."""
        self.world.work()
        away = self.world.away
        assert ask(self.store, lambda c: promises.stuck(c, self.clock(), away=away)) == []
        for each in ask(self.store, lambda c: promises.concluded(c, self.seq)):
            self.seq = each.seq
            sent = self.sent[each.message_id]
            assert each.at - sent.at <= AT_MOST, f"P3: late by {each.at - sent.at}: {sent}"
            silenced = self._silenced(sent, each)
            broken = self.memory.learn(sent, each.mailed, held=each.held, silenced=silenced)
            assert broken == []

    def _silenced(self, sent: Sent, each: promises.Concluded) -> bool:
        return any(
            each.at < until and (host == "*" or sent.host == host.rstrip("*"))
            for host, until in self.silences
        )

    @invariant()
    def p1_it_balances(self) -> None:
        self.world.fates()

    @invariant()
    def nothing_is_told_twice_or_astray(self) -> None:
        assert ask(self.store, promises.doubled) == []
        assert ask(self.store, promises.astray) == []

    @invariant()
    def repeats_come_back_in_time(self) -> None:
        longest = max(STEPS.values())
        assert ask(self.store, lambda c: promises.waits_too_long(c, longest)) == []

    def teardown(self) -> None:
        """When all is quiet, everything was told."""
        try:
            if hasattr(self, "world"):
                self._quiet()
        finally:
            self.store.__exit__()
            shutil.rmtree(self.folder)

    def _quiet(self) -> None:
        self.world.refuse = lambda _recipient: False
        self.world.away = False
        self.work()
        self.world.advance(days=30)
        self.p1_it_balances()
        self.nothing_is_told_twice_or_astray()
        assert self.world.fates().keys() <= {"delivered", "digested", "counted", "bounced", "held"}
        assert ask(self.store, lambda c: promises.untold(c, self.sent)) == []
        arrived = self.world.arrived
        assert ask(self.store, lambda c: promises.miscounted(c, arrived)) == []


def play(make_url: Callable[[], str], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        partial(Flow, make_url),  # type: ignore[arg-type]  # any factory will do
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.fixture
def fast(tmp_path: Path) -> Path:
    """A folder where fsync costs nothing; the store does as it always does."""
    memory = Path("/dev/shm")
    return Path(tempfile.mkdtemp(dir=memory)) if memory.is_dir() else tmp_path


def test_p1_p3_p4_hold_whatever_happens(fast: Path) -> None:
    numbers = itertools.count()
    try:
        play(lambda: f"sqlite:///{fast / f'{next(numbers)}.db'}", examples=25, steps=20)
    finally:
        shutil.rmtree(fast, ignore_errors=True)


def test_p1_p3_p4_hold_on_postgres_too(postgres: str) -> None:
    made: list[str] = []
    admin = create_engine(postgres, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:

        def make_url() -> str:
            made.append(f"flow_{os.getpid()}_{len(made)}")
            connection.execute(text(f"CREATE DATABASE {made[-1]}"))
            url = make_url_of(postgres).set(database=made[-1])
            return url.render_as_string(hide_password=False)

        try:
            play(make_url, examples=4, steps=12)
        finally:
            for name in made:
                connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    admin.dispose()
