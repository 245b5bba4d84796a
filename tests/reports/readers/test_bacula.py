"""Bacula's and Bareos' reports: the director's own words of the end, for each job of a mail."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Report, Verdict
from tests.reports.given import report

SUBJECT = "Bacula: Backup OK of web01-fd Full"


def job(number: int, end: str, name: str = "Nightly", said: str = "", day: int = 12) -> str:
    front = f"{day}-Oct 01:05 dir01-dir JobId {number}: "
    said = f"{front}{said}\n" if said else ""
    return (
        f"{front}Start Backup JobId {number}, Job={name}.2026-10-{day}_01.05.00_03\n{said}"
        f"{front}Bacula dir01-dir 9.6.7 (10Dec20):\n"
        f"  Job:                    {name}.2026-10-{day}_01.05.00_03\n"
        '  Client:                 "web01-fd" 9.6.7 (10Dec20)\n'
        "  Elapsed time:           1 min 3 secs\n"
        "  SD Files Written:       1,234\n"
        "  SD Bytes Written:       234,567 (234.5 KB)\n"
        f"  Termination:            {end}\n\n"
    )


def mailed(*jobs: str, subject: str = SUBJECT) -> Report:
    return report("".join(jobs), subject)


@pytest.mark.parametrize(
    ("end", "verdict"),
    [
        ("Backup OK", Verdict.SUCCESS),
        ("Restore OK", Verdict.SUCCESS),
        ("Admin OK", Verdict.SUCCESS),
        ("Verify OK", Verdict.SUCCESS),
        ("Copying OK", Verdict.SUCCESS),
        ("Backup OK -- with warnings", Verdict.WARNING),
        ("Restore OK -- warning file count mismatch", Verdict.WARNING),
        ("Verify Differences", Verdict.WARNING),
        ("Backup Canceled", Verdict.FAILURE),
        ("*** Backup Error ***", Verdict.FAILURE),
        ("*** Restore Error ***", Verdict.FAILURE),
        ("something new", Verdict.UNKNOWN),
    ],
)
def test_the_termination_decides(end: str, verdict: Verdict) -> None:
    assert mailed(job(1, end)).verdict is verdict


def test_a_job_is_named_without_its_run_and_its_figures_are_read() -> None:
    found = mailed(job(1, "Backup OK"))
    assert found.job == "Nightly"
    assert found.facts["files_total"] == 1234
    assert found.facts["bytes_transferred"] == 234567
    assert found.facts["seconds"] == 63


def test_each_job_of_a_mail_is_a_part() -> None:
    found = mailed(job(1, "Backup OK", "Web"), job(2, "*** Backup Error ***", "Db"))
    assert found.verdict is Verdict.FAILURE
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("Db", Verdict.FAILURE),
        ("Web", Verdict.SUCCESS),
    ]


def test_a_fatal_error_is_a_failure_even_where_the_report_is_cut() -> None:
    whole = job(1, "*** Backup Error ***", said="Fatal error: No Job status returned from FD.")
    cut = whole.split("  Termination")[0]
    for text in (whole, cut):
        found = mailed(text)
        assert (found.verdict, found.what) == (Verdict.FAILURE, "No Job status returned from FD")


def test_a_report_without_its_end_is_unknown_whatever_its_subject_says() -> None:
    found = mailed(job(1, "Backup OK").split("  Termination")[0])
    assert found.verdict is Verdict.UNKNOWN


def test_one_job_cut_off_beside_a_good_one_is_unknown() -> None:
    cut = job(2, "Backup OK", "Db").split("  Termination")[0]
    assert mailed(job(1, "Backup OK", "Web"), cut).verdict is Verdict.UNKNOWN


def test_a_job_that_waits_for_a_volume_is_unknown_and_says_so() -> None:
    text = (
        "12-Oct 01:35 sd01-sd JobId 7: Job Nightly.2026-10-12_01.05.00_03 is waiting."
        " Cannot find any appendable volumes.\n"
    )
    found = report(text, "Bacula: Intervention needed for Nightly.2026-10-12_01.05.00_03")
    assert (found.verdict, found.job) == (Verdict.UNKNOWN, "Nightly")
    assert "Cannot find any appendable volumes" in found.what


def test_a_warning_before_a_good_end_is_weighed_by_the_director() -> None:
    assert mailed(job(1, "Backup OK", said="Warning: slow")).verdict is Verdict.SUCCESS


def test_another_day_is_the_same_news_another_error_is_not() -> None:
    refused = "Fatal error: Unable to connect to Client: web01-fd. ERR=Connection refused"
    other = "Fatal error: Unable to connect to Client: web01-fd. ERR=No route to host"
    bad = "*** Backup Error ***"
    prints = {fingerprint(mailed(job(n, bad, said=refused, day=n))) for n in (12, 13)}
    assert len(prints) == 1
    assert fingerprint(mailed(job(12, bad, said=other))) not in prints
