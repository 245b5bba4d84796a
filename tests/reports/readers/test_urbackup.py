"""UrBackup's reports and alerts: counts and the log decide, the subject only confirms the bad."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Report, Verdict
from tests.reports.given import report


def mailed(counts: str, line: str = "", subject: str = "", client: str = "pc7") -> Report:
    text = (
        f'UrBackup just did an incremental file backup of "{client}".\n\nReport:\n{counts}\n\n'
        f"2026-10-12 01:05:00(info): Starting scheduled incremental file backup...\n{line}"
    )
    return report(text, subject or f'UrBackup: Incremental file  backup of "{client}" - success')


ERROR = "2026-10-12 01:07:00(error): Backup failed"


@pytest.mark.parametrize(
    ("counts", "line", "verdict"),
    [
        ("( 1 info, 0 warnings, 0 errors)", "", Verdict.SUCCESS),
        ("( 2 infos, 0 warnings, 0 errors)", ERROR, Verdict.FAILURE),
        ("( 2 infos, 1 warning, 0 errors)", "", Verdict.WARNING),
        ("( 2 infos, 1 warning, 1 error)", "", Verdict.FAILURE),
        ("", "2026-10-12 01:07:00(info): Backup succeeded", Verdict.SUCCESS),
        ("", "2026-10-12 01:07:00(info): Scanning for errors done", Verdict.UNKNOWN),
    ],
)
def test_the_counts_and_the_log_decide(counts: str, line: str, verdict: Verdict) -> None:
    found = mailed(counts, line)
    assert (found.verdict, found.job) == (verdict, "pc7")


def test_failed_in_the_servers_subject_outranks_zero_errors() -> None:
    counts = "( 1 info, 0 warnings, 0 errors)"
    found = mailed(counts, subject='UrBackup: Full file  backup of "pc7"\n - failed')
    assert found.verdict is Verdict.FAILURE


def test_an_alert_is_a_failure_and_its_end_a_success() -> None:
    alert = (
        'No recent image backup for client "pc7". Last image backup was 5 days ago.'
        " This alert is sent if there is no recent backup in the last 2 days."
    )
    subject = "[UrBackup] pc7: No recent image backup"
    found = report(alert, subject)
    assert (found.verdict, found.what) == (Verdict.FAILURE, "pc7: no recent image backup")
    later = report(alert.replace("5 days", "6 days"), subject)
    assert fingerprint(found) == fingerprint(later)
    over = 'Image backup status for client "pc7" is back to ok. Alert was sent because x.'
    assert report(over, "[UrBackup] pc7: ok").verdict is Verdict.SUCCESS


def test_another_error_is_other_news_another_moment_is_not() -> None:
    counts = "( 2 infos, 0 warnings, 1 error)"
    first = fingerprint(mailed(counts, ERROR))
    assert first == fingerprint(mailed(counts, ERROR.replace("01:07:00", "02:09:11")))
    assert first != fingerprint(mailed(counts, ERROR.replace("Backup failed", "Disk is full")))
    assert first != fingerprint(mailed(counts, ERROR, client="pc8"))
