"""A relay without sockets on a clock moved by hand: real rules, real understanding, a real store.

Hosts send, time passes, and what would leave is delivered at once to mailboxes that are kept, so
that a test reads like a story: `world.fails(); world.advance(hours=4); world.mailbox("ops")`.
"""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import func, select

from relay.choice.links import Links
from relay.choice.token import Key
from relay.mail.headers import decoded
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.addressing import Addressing
from relay.pipeline.bulletin import bulletin
from relay.pipeline.conclude import conclude
from relay.pipeline.heartbeat import next_beat
from relay.pipeline.history import Pace
from relay.pipeline.prepare import prepare
from relay.pipeline.quota import UNLIMITED, Quota
from relay.pipeline.settle import Patience, settle
from relay.pipeline.stages import Attempt, Batch, Delivered, Outcome, Outgoing, Refused, Result
from relay.policy.load import load_rules
from relay.policy.rules import Rules
from relay.policy.settings import HostSettings, IdentitySettings
from relay.rewrite.personal import MARK
from relay.store import outbox, queue
from relay.store.balance import balance
from relay.store.keys import choice_keys
from relay.store.queue import ClaimedMessage
from relay.store.schema import batches, jobs
from relay.store.store import Store
from relay.store.writer import Work
from relay.workers import digest
from relay.workers.digest import Digest
from relay.workers.press import Presser
from relay.workers.watch import Watch
from tests.conftest import Clock
from tests.store.builders import ask

LEASE = timedelta(minutes=2)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
OPS = "ops@example.org"
SHIPPED = Path(__file__).parents[2] / "policies"
PATIENCE = Patience(
    first=timedelta(minutes=1), longest=timedelta(hours=1), give_up=timedelta(days=5)
)
PACE = Pace()
SECRET = b"c" * 32
NOW_FOR_ALL = "rules:\n  - name: all\n    then: {route: now}\n"
"""Rules by which each report leaves at once."""
ADDRESSING = Addressing(
    relay="relay.example.org",
    domain="example.org",
    upstream="smarthost",
    bounce_domain="bounces.example.org",
    verp_key=b"k" * 32,
    postmaster="postmaster@example.org",
    owners={},
    postal_address="Example Ltd, 1 Example Road, Exampleton",
    links=Links(
        url="https://reports.example.org",
        mail_domain="bounces.example.org",
        keys=(Key(name="a", secret=SECRET),),
        help="postmaster@example.org",
        sender="example.org",
    ),
)
SUCCESS = (
    "sending incremental file list\n\nsent 1,234 bytes  received 56 bytes  2,580.00 bytes/sec\n"
    "total size is 123,456  speedup is 95.70\n"
)


def failure(code: int = 10, text: str = "error in socket IO") -> str:
    """What a failed run of rsync prints."""
    return f"rsync error: {text} (code {code}) at clientserver.c(138) [sender=3.2.7]\n"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A mail in a mailbox."""

    at: datetime
    mail: Outgoing

    @property
    def subject(self) -> str:
        """Its subject, decoded."""
        return self.field("Subject")

    def field(self, name: str) -> str:
        """Return a header field, decoded."""
        return decoded(parse(_received(self.mail.id, self.mail.content, self.at)), name)


def _received(message_id: str, raw: bytes, at: datetime, *to: str, host: str = "web01") -> Received:
    return Received(
        id=message_id,
        raw=raw,
        envelope=Envelope(
            reverse_path=f"root@{host}.acme.example",
            recipients=tuple(Recipient(address=address) for address in to or (OPS,)),
        ),
        origin=Origin(host=host, address="127.0.0.1", helo=f"{host}.acme.example"),
        at=at,
    )


@dataclass
class World:
    """A store, a clock, rules and mailboxes; `refuse` says whose mail bounces.

    While `away`, the upstream cannot be reached; `quota` is how much it takes.
    """

    store: Store
    clock: Clock
    folder: Path = SHIPPED
    refuse: Callable[[str], bool] = lambda _recipient: False
    away: bool = False
    quota: Quota = UNLIMITED
    arrived: list[Arrived] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids, self.count = itertools.count(1), 0
        self.store.write_now(lambda tx: choice_keys(tx, SECRET))
        self.start()

    def start(self) -> None:
        """Make everything that lives no longer than a process."""
        identity = IdentitySettings.model_validate(
            {"domain": "example.org", "postmaster": "postmaster@example.org"}
        )
        hosts = [HostSettings(name="web01", owner="owner@example.org")]
        link = f"https://reports.example.org/u/{MARK}"
        self.rules: Rules = load_rules(self.folder, hosts, identity, "relay.example.org", link)
        self._watch = Watch(
            store=self.store,
            addressing=ADDRESSING,
            now=self.clock,
            started_at=LONG_AGO,
            told=lambda: None,
        )
        self._digest = Digest(
            store=self.store,
            addressing=ADDRESSING,
            lease=LEASE,
            now=self.clock,
            closed=lambda: None,
        )

        self._presser = Presser(
            store=self.store, pace=PACE, quotas={"smarthost": self.quota}, now=self.clock
        )

    def send(
        self,
        body: str,
        *to: str,
        subject: str = "nightly copy",
        host: str = "web01",
        author: str = "root",
    ) -> str:
        """A host sends a mail, and what follows is done; return its ID."""
        message_id = self.accept(body, *to, subject=subject, host=host, author=author)
        self.work()
        return message_id

    def accept(
        self,
        body: str,
        *to: str,
        subject: str = "nightly copy",
        host: str = "web01",
        author: str = "root",
    ) -> str:
        """A host sends a mail, and has heard 250; return its ID."""
        self.count = next(self._ids)
        message_id = f"{self.count:016d}"
        raw = (
            f"From: {author}@{host}.acme.example{'>' * author.count('<')}\r\n"
            f"To: root\r\nSubject: {subject}\r\n"
            f"Message-ID: <{message_id}@{host}.acme.example>\r\n\r\n{body}"
        )
        raw = raw.replace("\r\n", "\n").replace("\n", "\r\n")
        received = _received(message_id, raw.encode(), self.clock(), *to, host=host)
        self.store.write_now(lambda tx: queue.accept(tx, received))
        return message_id

    def work(self) -> None:
        """Do all that is due now: prepare, conclude, close batches, deliver."""
        while self._round():  # a bounce may make something else due
            pass

    def _round(self) -> bool:
        while claimed := self.claim_messages():
            for each in claimed:
                self.store.write_now(self.concluding(each))
        asyncio.run(self._close())
        if not self.away and self._deliver():
            return True
        return self.press()

    def press(self) -> bool:
        """Take back what waits to be sent and may wait longer; say whether there was any."""
        return asyncio.run(self._presser.step())

    def claim_messages(self) -> list[ClaimedMessage]:
        """Claim what waits to be understood."""
        return self.store.write_now(lambda tx: queue.claim_messages(tx, 100, LEASE))

    def concluding(self, claimed: ClaimedMessage) -> Work[Outcome | None]:
        """Understand a message; return what will conclude it in a transaction."""
        prepared = prepare(claimed.received, self.rules)
        decide = partial(conclude, prepared, claimed.received, ADDRESSING, PACE)
        stewards = ADDRESSING.stewards(claimed.received.origin.host)
        return lambda tx: queue.conclude(tx, claimed, prepared, PACE, stewards, decide)

    async def _close(self) -> None:
        while await self._digest.step() or await self._watch.step():
            pass

    def _deliver(self) -> bool:
        busy = False
        while attempts := self.claim_attempts():
            busy = True
            for attempt in attempts:
                self.store.write_now(self.settling(attempt))
        return busy

    def closing(self, batch: Batch) -> Work[bool]:
        """Compose the mail of a batch; return what will close it in a transaction."""
        content = asyncio.run(self._digest._content(batch))
        mail = bulletin(batch, content, ADDRESSING, self.clock())
        beat = next_beat(batch, ADDRESSING.zone, self.clock())
        return lambda tx: digest._commit(tx, batch, mail, beat)

    def claim_attempts(self) -> list[Attempt]:
        """Claim what is due to be sent."""
        return self.store.write_now(
            lambda tx: outbox.claim_attempts(
                tx,
                "smarthost",
                200,
                LEASE,
                timedelta(minutes=1),
                terms=outbox.Terms(quota=self.quota),
            )
        )

    def settling(self, attempt: Attempt) -> Work[bool]:
        """Send a mail; return what will record the result in a transaction."""
        result = self._taken(attempt.outgoing)
        done = settle(attempt, result, self.clock(), 0.5, PATIENCE, ADDRESSING)
        return lambda tx: outbox.settle(tx, done, b"")

    def _taken(self, mail: Outgoing) -> Result:
        if self.refuse(mail.recipient):
            return Refused(phase="rcpt", code=550, reply="550 no such user", remote="mx")  # type: ignore[arg-type]
        self.arrived.append(Arrived(self.clock(), mail))
        return Delivered(reply="250 ok", remote="mx")

    def advance(self, **parts: float) -> None:
        """Let time pass; whatever falls due on the way is done when it is due."""
        end = self.clock() + timedelta(**parts)
        while (due := self._next_due()) is not None and due <= end:
            self.clock.time = max(due, self.clock())
            self.work()
        self.clock.time = end
        self.work()

    def _next_due(self) -> datetime | None:
        queries = (
            select(func.min(batches.c.due_at)).where(batches.c.state != "closed"),
            select(func.min(jobs.c.late_after)),
        )
        found = [ask(self.store, lambda c, q=query: c.execute(q).scalar()) for query in queries]
        return min((each for each in found if each is not None), default=None)

    def mailbox(self, recipient: str = OPS) -> list[str]:
        """Return the subjects of what a recipient has got, oldest first."""
        return [each.subject for each in self.arrived if each.mail.recipient == recipient]

    def fates(self) -> dict[str, int]:
        """Return where every accepted recipient is, and check that the sum is right (P1)."""
        found = ask(self.store, balance)
        assert found.holds, found
        return {name: count for name, count in found.fates.items() if count}
