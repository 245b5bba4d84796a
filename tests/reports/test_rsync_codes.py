"""Every exit code of rsync, by the final line alone and beside totals that look like success."""

import pytest

from relay.reports.readers.rsync.codes import CODES, code
from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import TEXTS_OF_CODES, VERBOSE, ending

_WARNINGS = {24, 25}


@pytest.mark.parametrize("number", sorted(TEXTS_OF_CODES))
def test_each_exit_code_has_its_verdict_and_its_evidence(number: int) -> None:
    found = report(f"x\n{ending(number)}")
    expected = Verdict.WARNING if number in _WARNINGS else Verdict.FAILURE
    assert (found.verdict, found.exit_code, found.kind) == (expected, number, Kind.RSYNC)
    first = found.evidence[0]
    assert (first.line, first.rule) == (2, f"rsync.code-{number}")
    assert first.text == ending(number)
    assert f"(code {number})" in found.what


@pytest.mark.parametrize("number", sorted(TEXTS_OF_CODES))
@pytest.mark.parametrize("before", [True, False], ids=["before totals", "after totals"])
def test_p2_no_totals_outweigh_a_final_line(number: int, before: bool) -> None:
    parts = (ending(number), VERBOSE) if before else (VERBOSE, ending(number))
    found = report("\n".join(parts))
    assert found.verdict is (Verdict.WARNING if number in _WARNINGS else Verdict.FAILURE)


def test_the_table_knows_every_code_that_rsync_prints() -> None:
    assert set(TEXTS_OF_CODES) | {0} == set(CODES)


def test_an_unknown_code_is_a_failure() -> None:
    assert code(99).verdict is Verdict.FAILURE


@pytest.mark.parametrize(
    ("codes", "exit_code"),
    [((14, 12), 12), ((11, 12, 12), 12), ((20, 19), 20), ((19, 20), 20), ((19,), 19)],
)
def test_of_several_codes_in_one_run_the_last_is_the_exit_status(
    codes: tuple[int, ...], exit_code: int
) -> None:
    found = report("\n".join(ending(each) for each in codes))
    assert found.exit_code == exit_code
    assert found.facts["codes_printed"] == tuple(dict.fromkeys(codes))


def test_a_warning_printed_last_does_not_hide_a_failure() -> None:
    found = report(f"{ending(23)}\n{ending(24)}")
    assert (found.verdict, found.exit_code) == (Verdict.FAILURE, 23)
