"""P4 over random choices, bounces and owners: of no failure is nobody told.

Whoever follows a link, takes it back, bounces or owns what, each failure has a mail that somebody
got, or whose bounce somebody was told of, and the sum of all fates is what was accepted.
"""

import itertools
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from relay.choice.choice import EVERYTHING, Choice, Level, Scope, Source, addressee
from relay.choice.token import Purpose
from relay.store import choices, consent
from relay.store.consent import Word
from relay.store.links import Holder, scope_of
from relay.store.schema import messages, outgoing
from relay.store.store import Store
from tests.conftest import Clock
from tests.flow import promises
from tests.flow.promises import Sent
from tests.flow.world import ADDRESSING, NOW_FOR_ALL, OPS, SUCCESS, World, failure
from tests.store.builders import ask

PEOPLE = (OPS, "dba@example.org", ADDRESSING.postmaster)
HOSTS, JOBS = ("web01", "db02"), ("copy of a", "copy of b")
CODES = (10, 11, 12, 13, 14, 20, 21, 22, 30, 35, 1, 2, 3, 4, 5, 6)


class Floor(RuleBasedStateMachine):
    """Recipients who decline whatever they can."""

    def __init__(self) -> None:
        super().__init__()
        memory = Path("/dev/shm")
        self.folder = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None))
        (self.folder / "policies").mkdir()
        (self.folder / "policies/now.yaml").write_text(NOW_FOR_ALL)
        self.codes = itertools.cycle(CODES)
        self.clock = Clock()
        url = f"sqlite:///{self.folder / 'relay.db'}"
        self.store = Store(url, "node-a", self.clock).__enter__()
        self.world = World(self.store, self.clock, self.folder / "policies")
        self.sent: dict[str, Sent] = {}

    @rule(
        well=st.booleans(),
        host=st.sampled_from(HOSTS),
        job=st.sampled_from(JOBS),
        to=st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3, unique=True),
    )
    def send(self, well: bool, host: str, job: str, to: list[str]) -> None:
        """A job reports."""
        text = SUCCESS if well else failure(next(self.codes))
        message_id = self.world.send(text, *to, subject=job, host=host)
        verdict = "success" if well else "failure"
        self.sent[message_id] = Sent(
            host=host, job=job, verdict=verdict, error=text, to=tuple(to), at=self.clock()
        )

    @precondition(lambda self: self.world.arrived)
    @rule(
        data=st.data(),
        level=st.sampled_from(Level),
        how=st.sampled_from((Source.PAGE, Source.ONE_CLICK, Source.COMPLAINT)),
        wide=st.sampled_from(("job", "host", "everything")),
    )
    def choose(self, data: st.DataObject, level: Level, how: Source, wide: str) -> None:
        """Somebody follows the link of some mail and chooses."""
        holder = self._holder(data)
        scope = {"job": holder.scope, "host": Scope(host=holder.scope.host)}.get(wide, EVERYTHING)
        word = Word(holder=holder, wishes={scope: level}, source=how)
        self.store.write_now(lambda tx: consent.choose(tx, word, ADDRESSING))
        self.world.work()

    @precondition(lambda self: self.world.arrived)
    @rule(data=st.data())
    def take_back(self, data: st.DataObject) -> None:
        """Somebody changes their mind."""
        holder = self._holder(data)
        self.store.write_now(lambda tx: consent.take_back(tx, holder))

    @rule(who=st.sampled_from(PEOPLE), days=st.sampled_from((1, 90)))
    def suppress(self, who: str, days: int) -> None:
        """An address refuses mail too often."""
        choice = Choice(
            recipient=addressee(who),
            scope=EVERYTHING,
            level=Level.NOTHING,
            source=Source.BOUNCES,
            at=self.clock(),
            until=self.clock().replace(year=2026 + days // 45),
            note="550 5.1.1",
        )
        self.store.write_now(lambda tx: choices.put(tx, choice, choice.recipient))

    @rule(who=st.sampled_from((None, *PEOPLE)))
    def refuse(self, who: str | None) -> None:
        """From now on the mail of somebody bounces."""
        self.world.refuse = lambda recipient: recipient == who

    @rule(minutes=st.sampled_from((1, 60, 25 * 60)))
    def wait(self, minutes: int) -> None:
        """Time passes."""
        self.world.advance(minutes=minutes)

    def _holder(self, data: st.DataObject) -> Holder:
        mail = data.draw(st.sampled_from(self.world.arrived)).mail
        about = select(messages.c.host, messages.c.report_host, messages.c.job)
        row = ask(
            self.store, lambda c: c.execute(about.where(messages.c.id == mail.message_id)).one()
        )
        return Holder(
            purpose=Purpose.UNSUBSCRIBE,
            mail_id=mail.id,
            message_id=mail.message_id,
            recipient=mail.recipient,
            scope=scope_of(mail.kind, row.report_host or row.host, row.job),
        )

    @invariant()
    def p1_it_balances(self) -> None:
        self.world.fates()

    @invariant()
    def p4_each_failure_has_a_mail(self) -> None:
        """A failure that differs from all before it is mailed at once, to somebody."""
        mailed = {row.message_id for row in ask(self.store, _mailed)}
        waits = {key for key, each in self.sent.items() if each.verdict == "failure"} - mailed
        assert not [key for key in waits if not self._is_repeat(key)]

    def _is_repeat(self, key: str) -> bool:
        """Whether the same failure of the same job was sent before."""
        sent = self.sent[key]
        return any(
            (each.host, each.job, each.error) == (sent.host, sent.job, sent.error)
            for before, each in self.sent.items()
            if before < key
        )

    def teardown(self) -> None:
        """When all is quiet, of every failure somebody was told."""
        try:
            self.world.refuse = lambda _recipient: False
            self.world.work()
            self.world.advance(days=30)
            self.p1_it_balances()
            assert ask(self.store, lambda c: promises.untold(c, self.sent)) == []
        finally:
            self.store.__exit__()
            shutil.rmtree(self.folder)


def _mailed(connection: object) -> list[object]:
    return list(connection.execute(select(outgoing.c.message_id)))  # type: ignore[attr-defined]


def play(examples: int, *phases: Phase) -> None:
    run_state_machine_as_test(
        Floor,  # type: ignore[arg-type]
        settings=settings(
            max_examples=examples,
            stateful_step_count=20,
            deadline=None,
            phases=phases or tuple(Phase),
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_p4_no_mix_of_choices_bounces_and_owners_leaves_a_failure_to_nobody() -> None:
    play(20)


def test_a_floor_that_is_left_out_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sabotaged twin: where nobody takes over, the machine must find a failure untold."""
    from relay.choice import floor  # noqa: PLC0415
    from relay.pipeline import conclude  # noqa: PLC0415

    def unguarded(wanted: object, made: object, matter: object, stewards: object) -> object:
        found = floor.audience(wanted, made, matter, stewards)  # type: ignore[arg-type]
        return floor.Audience(kept=found.kept, declined=found.declined)

    monkeypatch.setattr(conclude, "audience", unguarded)
    with pytest.raises(AssertionError):
        play(100, Phase.generate)
