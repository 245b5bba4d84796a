"""The cause of each reply of a corpus; nothing raises, and a code alone never blames all mail."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from relay.delivery.reply import judge
from relay.pipeline.stages import Deferred, Phase, Refused
from relay.reputation.cause import ADVICE, Cause
from relay.reputation.diagnose import CODES, WORDS, diagnose

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "replies.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['code']} {case['text'][:40]}")
def test_a_reply_has_its_cause(case: dict[str, Any]) -> None:
    assert diagnose(case["code"], case["text"]).cause == case["cause"]


def provided() -> list[tuple[str, int | None, Cause, str]]:
    """Return phase, code, cause and text of each reply that a provider documents."""
    lines = (Path(__file__).parent / "providers.txt").read_text().splitlines()
    each = (line.split("|", 3) for line in lines if line and line[0] not in "#@")
    return [
        (phase, None if code == "-" else int(code), Cause(cause), text.replace("\\n", "\n"))
        for phase, code, cause, text in each
    ]


@pytest.mark.parametrize(("phase", "code", "cause", "text"), provided())
def test_a_provider_s_reply_has_its_cause(
    phase: str, code: int | None, cause: Cause, text: str
) -> None:
    assert diagnose(code, text).cause is cause


ABOUT_A_MAIL = [case for case in provided() if case[0] in ("rcpt", "data", "final")]


@pytest.mark.parametrize(("phase", "code", "cause", "text"), ABOUT_A_MAIL)
def test_what_is_our_fault_or_a_matter_of_time_bounces_nothing_at_once(
    phase: str, code: int | None, cause: Cause, text: str
) -> None:
    if ADVICE[cause].shared or cause is Cause.GREYLIST:
        assert isinstance(judge(Phase(phase), code, text, "mx"), Deferred)


FULL = [case for case in provided() if case[2] is not Cause.MAILBOX]


@pytest.mark.parametrize(("phase", "code", "cause", "text"), FULL)
def test_only_a_mailbox_that_is_not_there_counts_against_an_address(
    phase: str, code: int | None, cause: Cause, text: str
) -> None:
    assert not diagnose(code, text).is_gone


@pytest.mark.parametrize(
    ("code", "text", "gone"),
    [
        (550, "5.1.1 nothing more", True),
        (550, "no such user", True),
        (550, "mailbox unavailable", False),
        (553, "nothing more", False),
        (550, "5.1.1 over quota", False),
        (550, "5.2.1 receiving mail at a rate that\n5.2.1 prevents more", False),
        (550, "sender domain does not exist", False),
    ],
)
def test_a_code_that_many_use_as_they_like_counts_against_nobody(
    code: int, text: str, gone: bool
) -> None:
    assert diagnose(code, text).is_gone is gone
    assert isinstance(judge(Phase.RCPT, 550, "5.1.1 no such user", "mx"), Refused)


def test_every_cause_has_a_case_and_advice() -> None:
    assert {case["cause"] for case in CASES} == {str(cause) for cause in Cause}
    assert set(ADVICE) == set(Cause)


def test_every_row_names_who_says_so_and_where_that_is_written() -> None:
    assert all(row.who and row.source and (row.words or row.status or row.codes) for row in WORDS)
    assert all(row.source for row in CODES)
    assert all(word == word.lower() for row in WORDS for word in row.words)


@given(st.none() | st.integers(0, 999), st.text(max_size=300))
def test_whatever_is_said_it_is_some_cause_and_a_code_blames_one_mail(
    code: int | None, text: str
) -> None:
    found = diagnose(code, text)
    assert found.cause in Cause
    assert not diagnose(550, "").is_ours


def test_a_long_reply_costs_no_more_than_its_beginning() -> None:
    assert diagnose(550, "x" * 10_000_000 + " user unknown").cause is Cause.UNKNOWN


def test_every_row_stands_in_the_documentation() -> None:
    text = (Path(__file__).parents[2] / "docs/replies.md").read_text()
    said = {row: f"`{' + '.join(row.words)}`" for row in WORDS if row.words}
    codes = [row for row in (*WORDS, *CODES) if not row.words]
    said |= {row: ", ".join(row.status + row.codes) for row in codes}
    missing = [row for row, words in said.items() if words not in text]
    assert missing == []
    assert all(f"| `{cause}` | {advice.means}" in text for cause, advice in ADVICE.items())
