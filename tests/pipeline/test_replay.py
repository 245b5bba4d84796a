"""Another policy, tried on mail that came: what changes, and which failures fare worse."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.mail.received import Envelope, Origin, Received, Recipient
from relay.pipeline.addressing import Addressing
from relay.pipeline.comparison import Change, Comparison, compare
from relay.pipeline.history import Pace
from relay.pipeline.replay import Copy, Way, replay
from relay.policy.rules import Rule
from relay.reports.report import Verdict
from tests.policy.builders import OWNER, POSTMASTER, rule, rules

BEGIN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SUCCESS = (
    "sending incremental file list\r\n\r\nsent 1,234 bytes  received 56 bytes  2,580.00 bytes/sec"
    "\r\ntotal size is 123,456  speedup is 95.70\r\n"
)
FAILURE = "rsync error: error in socket IO (code 10) at clientserver.c(138) [sender=3.2.7]\r\n"
VANISHED = (
    "rsync warning: some files vanished before they could be transferred (code 24) at "
    "main.c(1338) [sender=3.2.7]\r\n"
)
ADDRESSING = Addressing(
    relay="relay.example.org",
    domain="example.org",
    upstream="smarthost",
    bounce_domain="example.org",
    verp_key=b"k",
    postmaster=POSTMASTER,
    owners={"web01": OWNER},
)
DAILY = rule(
    {"route": "digest", "digest": {"at": "daily at 07:00"}}, verdict=["success", "warning"]
)


def mails(*bodies: tuple[timedelta, str], job: str = "nightly copy") -> Iterator[Received]:
    numbers = count(1)
    for after, body in bodies:
        number = next(numbers)
        yield Received(
            id=f"M{number}",
            raw=f"From: root@web01\r\nTo: root\r\nSubject: {job}\r\n"
            f"Message-ID: <{number}@web01>\r\n\r\n{body}".encode(),
            envelope=Envelope(reverse_path="root@web01", recipients=(Recipient(address="root"),)),
            origin=Origin(host="web01", address="192.0.2.1", helo="web01"),
            at=BEGIN + after,
        )


def compared(
    bodies: Sequence[tuple[timedelta, str]], now: Sequence[Rule], then: Sequence[Rule], **of: Any
) -> Comparison:
    both = (replay(mails(*bodies, **of), rules(*each), ADDRESSING, Pace()) for each in (now, then))
    return compare(*both)


def only(found: Comparison) -> Change:
    (change,) = found.changes
    return change


NIGHTS = [(timedelta(days=night), SUCCESS) for night in range(3)]


def test_a_replay_says_how_and_when_each_message_is_told() -> None:
    run = replay(mails(*NIGHTS, (timedelta(days=3), FAILURE)), rules(DAILY), ADDRESSING, Pace())
    morning = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)
    assert run.told["M1"].copies == {OWNER: Copy(at=morning, way=Way.DIGEST)}
    assert run.told["M4"].copies == {OWNER: Copy(at=BEGIN + timedelta(days=3), way=Way.MAIL)}
    assert run.mails == {OWNER: 4}


def test_the_same_policy_changes_nothing() -> None:
    found = compared([*NIGHTS, (timedelta(days=3), FAILURE)], [DAILY], [DAILY])
    assert (found.changes, found.worse) == ((), ())
    assert found.mails == {OWNER: (4, 4)}


def test_merging_is_told_with_the_delay() -> None:
    found = compared([(timedelta(), SUCCESS), (HOUR, SUCCESS)], [], [DAILY])
    assert found.mails == {OWNER: (2, 1)}
    assert [(each.merged, each.later) for each in found.changes] == [
        (True, 19 * HOUR),
        (True, 18 * HOUR),
    ]
    assert found.changes[0].ways == ("a mail of its own", "a digest")
    assert found.worse == ()  # nobody is worse off for a success


def test_the_other_way_round_it_comes_sooner() -> None:
    change = only(compared([(timedelta(), SUCCESS)], [DAILY], []))
    assert (change.later, change.sooner) == (timedelta(), 19 * HOUR)


def test_another_subject_and_other_readers_are_told() -> None:
    orders = [rule({"subject": "{tag} it", "recipients": {"redirect": "ada@example.com"}})]
    change = only(compared([(timedelta(), SUCCESS)], [], orders))
    assert change.retitled == ("[OK] web01 nightly copy: succeeded", "[OK] it")
    assert (change.loses, change.gains) == ((OWNER,), ("ada@example.com",))


class TestFailures:
    def test_a_failure_that_fewer_people_hear_of_is_worse(self) -> None:
        both = [rule({"recipients": {"add": "ada@example.com"}})]
        found = compared([(timedelta(), FAILURE)], both, [])
        (change,) = found.worse
        assert (change.told_now, change.told_then) == (2, 1)
        assert change.loses == ("ada@example.com",)
        assert found.changes == (change,)

    def test_one_that_as_many_others_hear_of_is_not(self) -> None:
        other = [rule({"recipients": {"redirect": "ada@example.com"}})]
        found = compared([(timedelta(), FAILURE)], [], other)
        assert found.worse == ()
        assert only(found).gains == ("ada@example.com",)

    def test_one_that_is_told_later_because_another_policy_calls_it_mild_is_worse(self) -> None:
        raised = [rule({"codes": {24: "failure"}})]
        found = compared([(timedelta(), VANISHED)], raised, [DAILY])
        (change,) = found.worse
        assert change.verdict is Verdict.FAILURE
        assert change.later == 19 * HOUR
        assert found.worst_now == timedelta()

    def test_repeats_that_are_told_later_come_after_the_first_news(self) -> None:
        bodies = [(timedelta(), FAILURE), (HOUR, FAILURE), (6 * HOUR, VANISHED)]
        found = compared(bodies, [], [rule({"repeat": ["7d"]})])
        assert [each.message_id for each in found.worse] == ["M2"]
        assert found.worse[0].repeat
        assert found.worse[0].later == timedelta(hours=2)  # M3 is news, and takes it along

    def test_an_unknown_that_is_held_is_told_to_nobody(self) -> None:
        held = [rule({"route": "hold"}, verdict="unknown")]
        found = compared([(timedelta(), "Log attached.\r\n")], [], held)
        (change,) = found.worse
        assert (change.told_now, change.told_then) == (1, 0)
        assert change.ways == ("a mail of its own", "held")


def test_a_storm_is_summed_up_in_both() -> None:
    bodies = [(timedelta(seconds=number), SUCCESS) for number in range(40)]
    run = replay(mails(*bodies), rules(), ADDRESSING, Pace())
    assert run.mails == {OWNER: 11}
    assert {each.way for told in run.told.values() for each in told.copies.values()} == {
        Way.MAIL,
        Way.STORM,
    }


traffic = st.lists(
    st.tuples(st.integers(1, 5000), st.sampled_from([SUCCESS, FAILURE, VANISHED, "done\r\n"])),
    max_size=12,
)
orders = st.sampled_from(
    [
        [],
        [DAILY],
        [rule({"repeat": ["1h", "2d"]})],
        [rule({"repeat": []})],
        [rule({"codes": {24: "success", 10: "warning"}}), DAILY],
        [rule({"digest": {"at": "at most 30 minutes", "most": 2}}), DAILY],
        [rule({"recipients": {"add": "ada@example.com"}})],
    ]
)


@settings(deadline=None, max_examples=60)
@given(traffic, orders, orders)
def test_p1_everybody_is_told_of_everything_in_the_end_and_never_before_it_came(
    gaps: list[tuple[int, str]], now: list[Rule], then: list[Rule]
) -> None:
    at, bodies = timedelta(), []
    for minutes, body in gaps:
        at += timedelta(minutes=minutes)
        bodies.append((at, body))
    run = replay(mails(*bodies), rules(*then), ADDRESSING, Pace())
    assert len(run.told) == len(bodies)
    for told in run.told.values():
        assert OWNER in told.copies
        assert all(copy.at >= told.accepted_at for copy in told.copies.values())
    found = compared(bodies, now, then)
    back = compared(bodies, then, now)
    assert {each.message_id for each in found.changes} == {each.message_id for each in back.changes}
    assert all(each.bad for each in found.worse)
