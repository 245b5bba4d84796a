"""backupninja's report and log: each action for itself, the subject only to make it worse."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Report, Verdict
from tests.reports.given import report

GOOD = "success -- /etc/backup.d/10.ldap\nsuccess -- /etc/backup.d/20.mysql"


def _report(text: str, state: str = "") -> Report:
    return report(text, f"backupninja: app7 {state}")


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("*warning* -- /etc/backup.d/30.rdiff", Verdict.WARNING),
        ("warning -- /etc/backup.d/30.rdiff", Verdict.WARNING),
        ("*error* -- /etc/backup.d/30.rdiff", Verdict.FAILURE),
        ("*failed* -- /etc/backup.d/30.rdiff", Verdict.FAILURE),
        ("failed -- /etc/backup.d/30.rdiff", Verdict.FAILURE),
        ("*halt* -- /etc/backup.d/30.rdiff", Verdict.FAILURE),
        ("*missing handler* -- /etc/backup.d/30.rdiff", Verdict.FAILURE),
    ],
)
def test_an_action_is_what_its_line_says(line: str, verdict: Verdict) -> None:
    assert _report(GOOD).verdict is Verdict.SUCCESS
    found = _report(f"{GOOD}\n{line}")
    assert found.verdict is verdict
    assert (found.parts[0].name, found.parts[0].verdict) == ("30.rdiff", verdict)
    assert found.job == "backupninja"


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("WARNING", Verdict.WARNING),
        ("ERROR", Verdict.FAILURE),
        ("FAILED", Verdict.FAILURE),
        ("HALTED", Verdict.FAILURE),
    ],
)
def test_the_subject_makes_it_worse_but_proves_no_success(state: str, verdict: Verdict) -> None:
    assert _report(GOOD, state).verdict is verdict
    assert _report("", "success").verdict is Verdict.UNKNOWN


def test_a_message_belongs_to_the_action_of_its_section_and_tells_the_cause() -> None:
    found = _report(
        "success -- /etc/backup.d/10.ldap\n*failed* -- /etc/backup.d/90.borg\n\n"
        "== fatal errors from /etc/backup.d/90.borg ==\n\nInfo: connecting\n"
        "Fatal: Can't connect to nas as backup.\n",
        "FAILED",
    )
    assert found.what == "1 of 2: 90.borg: Can't connect to nas as backup"


def test_messages_outside_a_section_are_not_backupninja_s() -> None:
    found = _report(f"Warning: something else\n{GOOD}")
    assert {proof.rule for proof in found.evidence} == {"backupninja.success"}


def test_the_log_needs_an_end_for_each_beginning() -> None:
    began = "Oct 05 01:00:01 Info: >>>> starting action /etc/backup.d/20.mysql (because of --now)"
    ended = "Oct 05 01:00:09 {}: <<<< finished action /etc/backup.d/20.mysql: {}"
    subject = "backupninja log"
    assert report(began, subject).verdict is Verdict.UNKNOWN
    good = f"{began}\n{ended.format('Info', 'SUCCESS')}"
    assert report(good, subject).verdict is Verdict.SUCCESS
    bad = f"{began}\n{ended.format('Fatal', 'FAILED')}"
    assert report(bad, subject).verdict is Verdict.FAILURE


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ("0 fatal. 0 error. 0 warning", Verdict.SUCCESS),
        ("0 fatal. 0 error. 2 warning", Verdict.WARNING),
        ("0 fatal. 1 error. 0 warning", Verdict.FAILURE),
        ("10 fatal. 0 error. 0 warning", Verdict.FAILURE),
    ],
)
def test_the_counts_at_the_end_count(counts: str, verdict: Verdict) -> None:
    line = f"Oct 05 01:00:09 Info: FINISHED: 3 actions run. {counts}."
    assert report(line, "backupninja log").verdict is verdict


def test_another_action_or_cause_is_other_news() -> None:
    def failing(name: str, cause: str) -> str:
        return fingerprint(
            _report(
                f"*failed* -- /etc/backup.d/{name}\n\n"
                f"== fatal errors from /etc/backup.d/{name} ==\nFatal: {cause}",
                "FAILED",
            )
        )

    assert failing("90.borg", "no route") != failing("91.borg", "no route")
    assert failing("90.borg", "no route") != failing("90.borg", "no space")
    assert failing("90.borg", "took 12 s") == failing("90.borg", "took 13 s")
