"""What must hold for every reader, tried on every mail in tests/messages that reports something."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from relay.pipeline.fingerprint import fingerprint
from relay.reports.body import Body
from relay.reports.letter import Letter
from relay.reports.letter import letter as letter_of
from relay.reports.report import Report, Verdict
from relay.reports.understand import understand_letter
from tests.reports.given import message
from tests.reports.test_corpus import MESSAGES
from tests.reports.texts import END_23, UNREADABLE, endings


def _letters(*verdicts: str) -> dict[str, Letter]:
    found = {}
    for path in sorted(MESSAGES.glob("*.eml")):
        told = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8")).get("report")
        if told and told["verdict"] in verdicts:
            found[path.stem] = _letter(path)
    return found


def _letter(path: Path) -> Letter:
    raw = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return letter_of(message(raw))


def _lines(letter: Letter) -> list[str]:
    return letter.body.whole.data.decode().split("\n")


def _reading(letter: Letter, lines: list[str]) -> Report:
    return understand_letter(replace(letter, body=Body.of("\n".join(lines))))


SUCCESSES = _letters("success")
REPORTS = _letters("success", "warning", "failure", "unknown")

# In HTML a line may be one that nobody sees; and a try that is made good may have failed anyhow.
NOT_QUOTED = [
    name
    for name, letter in SUCCESSES.items()
    if "html" not in name and not understand_letter(letter).facts.get("retries")
]


@pytest.mark.parametrize("name", NOT_QUOTED)
def test_p2_a_real_error_of_rsync_in_any_success_makes_it_a_failure(name: str) -> None:
    letter = SUCCESSES[name]
    lines = _lines(letter)
    for at in (0, len(lines) // 2, len(lines)):
        found = _reading(letter, [*lines[:at], UNREADABLE, END_23, *lines[at:]])
        assert found.verdict is Verdict.FAILURE, (name, at)


@given(data=st.data(), end=endings())
@settings(max_examples=150)
def test_p2_any_final_error_line_anywhere_in_any_success_makes_it_a_failure(
    data: st.DataObject, end: str
) -> None:
    letter = SUCCESSES[data.draw(st.sampled_from(NOT_QUOTED))]
    lines = _lines(letter)
    at = data.draw(st.integers(0, len(lines)))
    assert _reading(letter, [*lines[:at], end, *lines[at:]]).verdict is Verdict.FAILURE


@pytest.mark.parametrize("name", REPORTS)
def test_p2_without_its_evidence_no_report_is_a_success(name: str) -> None:
    letter = REPORTS[name]
    lines = _lines(letter)
    for _ in range(len(lines)):
        found = _reading(letter, lines)
        if found.verdict is not Verdict.SUCCESS:
            break
        gone = {proof.line for proof in found.evidence if proof.proves is Verdict.SUCCESS}
        assert gone - {0}, (name, found)
        lines = [line for number, line in enumerate(lines, 1) if number not in gone]
    assert _reading(letter, lines).verdict is not Verdict.SUCCESS, name


@pytest.mark.parametrize("name", REPORTS)
def test_p2_losing_any_one_line_never_turns_a_bad_report_into_a_success(name: str) -> None:
    letter = REPORTS[name]
    lines = _lines(letter)
    if _reading(letter, lines).verdict is not Verdict.FAILURE or len(lines) > 60:
        return
    proofs = {proof.line for proof in _reading(letter, lines).evidence}
    for number in range(1, len(lines) + 1):
        if number not in proofs:
            kept = [line for at, line in enumerate(lines, 1) if at != number]
            assert _reading(letter, kept).verdict is not Verdict.SUCCESS, (name, number)


_CLOCK = re.compile(r"\b([01]\d|2[0-3]):[0-5]\d:[0-5]\d\b")


@pytest.mark.parametrize("name", REPORTS)
def test_another_time_of_day_is_the_same_news(name: str) -> None:
    letter = REPORTS[name]
    lines = _lines(letter)
    later = [_CLOCK.sub("23:41:07", line) for line in lines]
    prints = {fingerprint(_reading(letter, each)) for each in (lines, later)}
    assert len(prints) == 1, name
