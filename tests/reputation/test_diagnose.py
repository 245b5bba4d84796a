"""The cause of each reply of a corpus; nothing raises, and a code alone never blames all mail."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from relay.reputation.cause import ADVICE, Cause
from relay.reputation.diagnose import CODES, WORDS, diagnose

CASES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "replies.yaml").read_text())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['code']} {case['text'][:40]}")
def test_a_reply_has_its_cause(case: dict[str, Any]) -> None:
    assert diagnose(case["code"], case["text"]).cause == case["cause"]


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
    missing = [row for row in WORDS if f"`{' + '.join(row.words)}`" not in text]
    missing += [row for row in CODES if ", ".join(row.status + row.codes) not in text]
    assert missing == []
    assert all(f"| `{cause}` | {advice.means}" in text for cause, advice in ADVICE.items())
