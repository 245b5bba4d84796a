"""Choices: the narrowest counts. The floor: of a failure somebody is told, whatever was chosen."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.choice.choice import EVERYTHING, Choice, Level, Scope, Source, choice_of, level_named
from relay.choice.floor import Matter, audience

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
OWNER, POSTMASTER = "owner@example.org", "postmaster@example.org"
PEOPLE = ("anna@example.org", "ben@example.org", OWNER, POSTMASTER)
HOST, JOB = Scope(host="web01"), Scope(host="web01", job="copy")


def choice(level: Level, scope: Scope = EVERYTHING, who: str = PEOPLE[0], **more: object) -> Choice:
    made = {"source": Source.PAGE, "at": NOW, **more}
    return Choice(recipient=who, scope=scope, level=level, **made)  # type: ignore[arg-type]


def matter(*, urgent: bool) -> Matter:
    return Matter(host="web01", job="copy", urgent=urgent, now=NOW)


def heard(*choices: Choice, urgent: bool, wanted: tuple[str, ...] = PEOPLE[:2]) -> object:
    found = audience(wanted, choices, matter(urgent=urgent), (OWNER, POSTMASTER))
    return found.kept, found.handed_to


def counts(*choices: Choice) -> Level | None:
    found = choice_of(choices, "Anna@Example.org", "web01", "copy", NOW)
    return found and found.level


def test_the_narrowest_choice_counts_whatever_is_newer() -> None:
    wide = choice(Level.NOTHING, at=NOW + timedelta(days=1))
    assert counts(wide, choice(Level.FAILURES, HOST), choice(Level.POLICY, JOB)) is Level.POLICY
    assert counts(wide, choice(Level.FAILURES, HOST)) is Level.FAILURES
    assert counts(wide, choice(Level.POLICY, Scope(host="db02"))) is Level.NOTHING


def test_a_suppression_counts_before_any_choice_while_it_lasts() -> None:
    until = NOW + timedelta(hours=1)
    ours = choice(Level.NOTHING, source=Source.BOUNCES, until=until)
    wish = choice(Level.POLICY, JOB)
    assert counts(ours, wish) is Level.NOTHING
    assert choice_of((ours, wish), PEOPLE[0], "web01", "copy", until) == wish


@pytest.mark.parametrize("level", Level)
def test_a_level_goes_by_its_word(level: Level) -> None:
    assert level_named(f" {level.word.upper()} ") is level


def test_a_wrong_level_is_told_the_right_ones() -> None:
    with pytest.raises(ValueError, match="policy, daily, weekly, failures, nothing"):
        level_named("none")


def test_successes_may_be_declined_by_everybody() -> None:
    choices = [choice(Level.FAILURES, who=who) for who in PEOPLE[:2]]
    assert heard(*choices, urgent=False) == ((), None)
    assert heard(*choices, urgent=True) == (PEOPLE[:2], None)


def test_p4_a_failure_may_be_declined_while_somebody_else_gets_it() -> None:
    assert heard(choice(Level.NOTHING), urgent=True) == ((PEOPLE[1],), None)


def test_p4_the_last_one_hands_over_to_the_owner_and_the_owner_to_the_postmaster() -> None:
    both = [choice(Level.NOTHING, who=who) for who in PEOPLE[:2]]
    assert heard(*both, urgent=True) == ((), OWNER)
    assert heard(*both, choice(Level.NOTHING, who=OWNER), urgent=True) == ((), POSTMASTER)


def test_p4_the_postmaster_cannot_decline_failures() -> None:
    all_of_them = [choice(Level.NOTHING, who=who) for who in PEOPLE]
    assert heard(*all_of_them, urgent=True, wanted=(POSTMASTER,)) == ((), POSTMASTER)


scopes = st.sampled_from((EVERYTHING, HOST, JOB, Scope(host="db02")))
made = st.builds(
    choice,
    st.sampled_from(Level),
    scopes,
    st.sampled_from(PEOPLE),
    source=st.sampled_from(Source),
    until=st.sampled_from((None, NOW - timedelta(days=1), NOW + timedelta(days=1))),
)


@given(st.lists(made, max_size=12), st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True))
def test_p4_no_mix_of_choices_leaves_a_failure_to_nobody(
    choices: list[Choice], wanted: list[str]
) -> None:
    found = audience(wanted, choices, matter(urgent=True), (OWNER, POSTMASTER))
    assert found.kept or found.handed_to
    assert {*found.kept, *found.declined} == set(wanted)
    assert not set(found.kept) & set(found.declined)
