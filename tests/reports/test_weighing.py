"""What looks like a success, or like no report at all, and is neither; and who outweighs whom."""

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import CRON_SUBJECT, report
from tests.reports.texts import END_23

TOTALS = (
    "sent 10 bytes  received 2,000 bytes  4,000.00 bytes/sec\ntotal size is 100  speedup is 1.00"
)
FULL = "upload: quota used up, nothing stored"
REMOVED = "remove 1 snapshots:\n[0:00] 100.00%  1 / 1 files deleted"
JOBS = "Daily Job <jobs@acme.example>"
NO_REPLY = "noreply@acme.example"
SYSTEMD = "Oct 05 01:00:00 web01 systemd[1]:"


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        (f"Log of the copy:\n1\n2\n3\n4\n{SYSTEMD} Finished Rotate log files.\n{FULL}", "FAILED"),
        (f"{SYSTEMD} Finished Rotate log files.\nOct 05 01:00:02 web01 copy[3]: {FULL}", "FAILED"),
        (f"Already up to date.\n{FULL}", CRON_SUBJECT),
        (f"Success: Exported to 'shop.sql'.\n{FULL}", CRON_SUBJECT),
        (f"main.cvd database is up-to-date (version: 62)\n{FULL}", CRON_SUBJECT),
        ("the query returned 0 rows", CRON_SUBJECT),
        ("find returned 0 changed files", "backup"),
        (f"Starting copy to Synology\n{FULL}\nBackup finished.", "backup to Synology"),
        ("Backup task nightly completed successfully.", "backup to DiskStation"),
        ("proxmox-backup-client\nkilled by the script\nEnd Time: Mon Oct  5", "backup"),
        (f"restic\n{REMOVED}\n1 snapshots have been removed, running prune", "restic"),
        ("Dear user,\n\nBackup task x did not run. Backup task y is now complete.", "x"),
        ("pool: tank\nstate: ONLINE\nconfig:", "nas daily run output"),
    ],
)
def test_p2_what_ended_well_is_not_the_job_or_not_its_end(text: str, subject: str) -> None:
    assert report(text, subject).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "message",
    [
        'Job "x" could not be completed',
        'Backup job "x" finished with errors.',
        'Finished Backup job: "x" with warnings',
        "Backup did not complete",
        'Backup-Auftrag "x" wurde nicht abgeschlossen',
    ],
)
def test_p2_a_mild_notice_of_an_end_that_was_none_is_unknown(message: str) -> None:
    text = f"NAS Name: n1\nSeverity: Info\nDate/Time: 2026/10/05 01:00:00\nMessage: [HBS] {message}"
    assert report(text, "[Info] n1").verdict is Verdict.UNKNOWN


def test_a_mild_notice_may_be_about_a_job_with_any_name_and_counts_no_errors() -> None:
    for message in ('Finished Backup job: "not urgent".', "RAID scrubbing completed. Errors: 0."):
        text = f"NAS Name: n1\nSeverity: Info\nDate/Time: 2026/10/05 01:00:00\nMessage: {message}"
        assert report(text, "[Info] n1").verdict is Verdict.SUCCESS


@pytest.mark.parametrize(
    ("sender", "subject", "text"),
    [
        (JOBS, "copy", "Mon Oct 5 01:00 the nightly copy has failed"),
        (JOBS, "copy", "too many io errors on disk"),
        (JOBS, "Cancelled: nightly copy", "the copy was cancelled"),
        (NO_REPLY, "copy", "sending incremental file list\ninvoice/order/1.pdf\npayment/card.txt"),
        ("root@web01", "copy failed: no ssh access to nas1", "Host: nas1\nIP: 192.0.2.4"),
    ],
)
def test_a_tools_own_error_is_heard_where_a_mail_only_looks_like_no_report(
    sender: str, subject: str, text: str
) -> None:
    found = report(f"{text}\n{END_23}", subject, from_=sender)
    assert (found.kind, found.verdict) == (Kind.RSYNC, Verdict.FAILURE)


@pytest.mark.parametrize(
    "beginning",
    [
        "Backup report (2026-10-05)\n",
        "backupninja\nInfo: >>>> starting action /etc/backup.d/10.sys (because run now)\n",
    ],
)
def test_p2_a_wrapper_that_was_cut_off_outweighs_a_good_end_of_what_it_ran(beginning: str) -> None:
    assert report(f"{beginning}{TOTALS}", "backup").verdict is Verdict.UNKNOWN
    assert report(f"{beginning}exit code: 0", "backup").verdict is Verdict.UNKNOWN
    assert report(f"{beginning}{TOTALS}\n{END_23}", "backup").verdict is Verdict.FAILURE


def test_a_failed_unit_in_a_tools_log_is_not_explained_by_a_warning() -> None:
    failed = f"{SYSTEMD} nginx.service: Failed with result 'exit-code'."
    text = f"1\n2\n3\n4\n5\n6\nW: Failed to fetch http://deb.example\n{failed}"
    assert report(text, "upgrade").verdict is Verdict.FAILURE


def test_a_job_that_failed_is_no_mail_of_a_shop() -> None:
    for text in ("The nightly job failed. See issue 12", "copy of client data: total 3 errors"):
        found = report(text, "nightly", from_="info@acme.example")
        assert found.verdict in (Verdict.UNKNOWN, Verdict.FAILURE)
