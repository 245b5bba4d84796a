"""What an operator may make of an exit code, and what nobody may."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relay.policy.judge import judge
from relay.reports.report import Claim, Evidence, Report, Verdict
from tests.policy.builders import failure, person, proof, rule, success, vanished

OK, WARN, FAIL, UNKNOWN = Verdict.SUCCESS, Verdict.WARNING, Verdict.FAILURE, Verdict.UNKNOWN


def judged(report: Report, **codes: Any) -> Verdict:
    meant = {int(code.removeprefix("c")): verdict for code, verdict in codes.items()}
    return judge(report, [rule({"codes": meant})]).report.verdict


@pytest.mark.parametrize(
    ("report", "codes", "verdict"),
    [
        (vanished(), {"c24": OK}, OK),
        (vanished(), {"c24": FAIL}, FAIL),
        (vanished(), {"c23": OK}, WARN),
        (failure(), {"c23": WARN}, WARN),
        (failure(), {"c23": OK}, WARN),
        (failure(verdict=UNKNOWN), {"c23": OK}, UNKNOWN),
        (failure(verdict=UNKNOWN), {"c23": WARN}, UNKNOWN),
        (failure(verdict=UNKNOWN), {"c23": FAIL}, FAIL),
        (success(facts={"codes_printed": (24,)}), {"c24": WARN}, WARN),
        (vanished(facts={"codes_printed": (24, 25)}), {"c24": OK}, WARN),
        (vanished(facts={"codes_printed": (24, 25)}), {"c24": OK, "c25": OK}, OK),
        (vanished(facts={"codes_printed": (24, 25)}), {"c24": OK, "c25": FAIL}, FAIL),
    ],
)
def test_codes(report: Report, codes: dict[str, Any], verdict: Verdict) -> None:
    assert judged(report, **codes) is verdict


@pytest.mark.parametrize(
    "more",
    [
        proof("tar: Cannot open", "tar.error", FAIL),
        proof("borg: warning", "borg.warning", WARN),
    ],
)
def test_another_programs_error_keeps_the_verdict(more: Evidence) -> None:
    report = vanished(evidence=(*vanished().evidence, more))
    assert judged(report, c24=OK) is WARN


def test_an_error_of_rsync_beside_its_code_24_keeps_the_failure() -> None:
    evidence = (proof("rsync: write failed", "rsync.diagnosis", FAIL), *vanished().evidence)
    report = vanished(verdict=FAIL, evidence=evidence)
    assert judged(report, c24=OK) is FAIL


def test_crons_word_is_the_echo_of_the_code() -> None:
    echo = proof("Cron <root@web01> rsync (failed)", "cron.failed", FAIL, line=0)
    assert judged(failure(evidence=(*failure().evidence, echo)), c23=WARN) is WARN


def test_the_claim_is_weighed_again() -> None:
    lie = vanished(claim=Claim.SUCCESS, claim_truthful=False)
    report = judge(lie, [rule({"codes": {24: "success"}})]).report
    assert report.claim_truthful is True
    report = judge(success(), [rule({"codes": {24: "failure"}})]).report
    assert report.claim_truthful is True  # no code, no change


def test_the_first_rule_that_names_a_code_wins_and_is_the_reason() -> None:
    orders = [
        rule({"codes": {23: "warning"}}, name="first"),
        rule({"codes": {24: "failure"}}, name="second"),
        rule({"codes": {24: "success"}}, name="third"),
    ]
    outcome = judge(vanished(), orders)
    assert outcome.report.verdict is FAIL
    assert [reason.rule for reason in outcome.reasons] == ["mine.yaml: second"]
    assert outcome.reasons[0].text == "code 24 counts as failure here, not as warning"


def test_a_job_is_named() -> None:
    outcome = judge(failure(), [rule({"job": "nightly {job} of {host}"}), rule({"job": "later"})])
    assert outcome.report.job == "nightly rsync /srv/www of web01"
    assert judge(failure(job=None), [rule({"job": "{job}"})]).report.job == "rsync"


def test_a_persons_mail_is_not_judged() -> None:
    assert judge(person(), [rule({"job": "x", "codes": {1: "failure"}})]).report == person()


codes = st.dictionaries(st.integers(1, 255), st.sampled_from([OK, WARN, FAIL]), max_size=4)


@given(
    st.sampled_from([FAIL, UNKNOWN]),
    st.sampled_from([1, 23, 24, 255, None]),
    st.lists(st.sampled_from([1, 23, 24]), max_size=2),
    st.lists(codes, max_size=3),
)
def test_p2_no_code_makes_a_failure_or_an_unknown_a_success(
    verdict: Verdict, code: int | None, printed: list[int], orders: list[dict[int, Verdict]]
) -> None:
    report = failure(verdict=verdict, exit_code=code, facts={"codes_printed": tuple(printed)})
    assert judge(report, [rule({"codes": each}) for each in orders]).report.verdict is not OK
