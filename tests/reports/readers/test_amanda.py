"""Amanda's mail report: its summaries of failed and strange dumps, and its last line."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Report, Verdict
from tests.reports.given import report

SUBJECT = "acme AMANDA MAIL REPORT FOR October 12, 2026"
END = "(brought to you by Amanda version 3.5.1)"


def mailed(*lines: str, end: str = END, subject: str = SUBJECT) -> Report:
    summary = "\n  ".join(lines)
    statistics = "STATISTICS:\n  Original Size (meg)  1.0"
    text = f"Hostname: amhost\nConfig  : daily\n{summary}\n\n{statistics}\n\n{end}"
    return report(text, subject)


FAILED = "db01 /var lev 0  FAILED [data timeout]"


@pytest.mark.parametrize(
    ("lines", "verdict"),
    [
        ((), Verdict.SUCCESS),
        (("FAILURE DUMP SUMMARY:", FAILED), Verdict.FAILURE),
        (("FAILURE DUMP SUMMARY:", "db01 /var RESULTS MISSING"), Verdict.FAILURE),
        (("FAILURE DUMP SUMMARY:", "planner: ERROR Request to db01 failed"), Verdict.FAILURE),
        (
            ("FAILURE DUMP SUMMARY:", "taper: FATAL syncpipe_get: w: unexpected EOF"),
            Verdict.FAILURE,
        ),
        (("*** THE DUMPS DID NOT FINISH PROPERLY!",), Verdict.FAILURE),
        (("STRANGE DUMP SUMMARY:", "web01 /home lev 1  STRANGE (see below)"), Verdict.WARNING),
        (("*** A TAPE ERROR OCCURRED: [No acceptable volumes found].",), Verdict.WARNING),
        ((FAILED, "db01 /var lev 0  was successfully retried"), Verdict.SUCCESS),
        ((FAILED, "db01 /srv lev 0  was successfully retried"), Verdict.FAILURE),
    ],
)
def test_the_summaries_decide(lines: tuple[str, ...], verdict: Verdict) -> None:
    found = mailed(*lines)
    assert (found.verdict, found.job) == (verdict, "daily")


def test_a_report_without_its_last_line_is_unknown() -> None:
    assert mailed(end="").verdict is Verdict.UNKNOWN


def test_fail_in_its_subject_is_a_failure() -> None:
    found = mailed(subject="acme FAIL: AMANDA MAIL REPORT FOR October 12, 2026")
    assert found.verdict is Verdict.FAILURE


def test_a_disk_that_failed_is_a_part_and_its_reason_told() -> None:
    found = mailed(FAILED)
    assert [(part.name, part.verdict) for part in found.parts] == [("db01 /var", Verdict.FAILURE)]
    assert found.what == "db01 /var: data timeout"


def test_the_last_line_quoted_elsewhere_is_no_report_of_success() -> None:
    assert report("Your backups are brought to you by Amanda").verdict is Verdict.UNKNOWN


def test_another_disk_is_other_news_another_size_is_not() -> None:
    first = fingerprint(mailed(FAILED))
    assert first == fingerprint(mailed(FAILED, subject=SUBJECT.replace("12", "13")))
    assert first != fingerprint(mailed(FAILED.replace("/var", "/srv")))
