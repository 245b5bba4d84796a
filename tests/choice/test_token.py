"""Tokens: what we wrote is genuine, and nothing else is, whatever is changed about it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.choice.choice import EVERYTHING, Scope
from relay.choice.token import Key, Purpose, is_genuine, read, write

NEW, OLD, GONE = (Key(name=name, secret=name.encode() * 32) for name in "cba")
LIVE = (NEW, OLD)
MAIL = "06H11PE917TN4BPV-1"
OPS = "ops@example.org"
JOB = Scope(host="web01", job="copy")


def genuine(
    text: str, purpose: Purpose = Purpose.UNSUBSCRIBE, recipient: str = OPS, scope: Scope = JOB
) -> bool:
    token = read(text)
    return token is not None and is_genuine(token, purpose, recipient, scope, LIVE)


def token(key: Key = NEW) -> str:
    return write(Purpose.UNSUBSCRIBE, MAIL, OPS, JOB, key)


@pytest.mark.parametrize("key", LIVE)
def test_what_a_live_key_wrote_is_genuine(key: Key) -> None:
    assert genuine(token(key))


def test_what_a_retired_key_wrote_is_not() -> None:
    assert not genuine(token(GONE))


def test_a_program_that_changes_the_case_does_no_harm() -> None:
    assert genuine(token().upper())


@pytest.mark.parametrize(
    "other",
    [
        {"purpose": Purpose.PREFERENCES},
        {"recipient": "dba@example.org"},
        {"scope": EVERYTHING},
        {"scope": Scope(host="web01copy")},
        {"scope": Scope(host="web0", job="1copy")},
    ],
)
def test_a_token_is_good_for_one_thing(other: dict[str, object]) -> None:
    assert not genuine(token(), **other)  # type: ignore[arg-type]


def test_a_token_tells_nothing_of_its_holder() -> None:
    text = token()
    assert "ops" not in text
    assert "web01" not in text
    assert read(text) is not None


@given(st.integers(0, 45), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567.-"))
def test_a_token_with_one_character_changed_is_not_genuine(at: int, new: str) -> None:
    text = token()
    changed = text[:at] + new + text[at + 1 :]
    assert genuine(changed) == (changed == text)


@given(st.integers(0, 45))
def test_a_cut_off_token_is_not_genuine(length: int) -> None:
    assert not genuine(token()[:length])


@given(st.text(max_size=200))
def test_whatever_comes_in_a_link_is_read_without_trouble(text: str) -> None:
    assert not genuine(text)
