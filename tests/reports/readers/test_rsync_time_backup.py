"""rsync-time-backup: its praise proves nothing, its errors and rsync's own do."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import END_24, TOTALS

BEGAN = "rsync_tmbackup: Starting backup...\nrsync_tmbackup: From: /home/"
PRAISE = "rsync_tmbackup: Backup completed without errors."
CODE_30 = "rsync error: timeout in data send/receive (code 30) at io.c(204) [generator=3.1.3]"
MORE = "Run this command for more details: grep -E 'rsync:|rsync error:' '/root/x.log'"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (f"{BEGAN}\n{TOTALS}\n{PRAISE}", Verdict.SUCCESS),
        (f"{BEGAN}\n{PRAISE}", Verdict.UNKNOWN),
        (BEGAN, Verdict.UNKNOWN),
        (f"{BEGAN}\n{CODE_30}\n{PRAISE}", Verdict.FAILURE),
        (f"{BEGAN}\n{TOTALS}\n{END_24}\n{PRAISE}", Verdict.WARNING),
        (
            f"{BEGAN}\n{TOTALS}\nrsync_tmbackup: [ERROR] Rsync reported an error. {MORE}",
            Verdict.FAILURE,
        ),
        (
            f"{BEGAN}\n{TOTALS}\nrsync_tmbackup: [WARNING] Rsync reported a warning. {MORE}",
            Verdict.WARNING,
        ),
        (f"{BEGAN}\n{TOTALS}\nrsync_tmbackup: SIGINT caught.", Verdict.FAILURE),
        (f"{BEGAN}\nrsync_tmbackup: [ERROR] Exited with error code 12", Verdict.FAILURE),
        (
            (
                "rsync_tmbackup: Safety check failed - the destination does not appear to be a"
                " backup folder or drive (marker file not found)."
            ),
            Verdict.FAILURE,
        ),
        (
            "rsync_tmbackup: [ERROR] Previous backup task is still active - aborting.",
            Verdict.FAILURE,
        ),
    ],
)
def test_the_verdict_is_what_rsync_and_the_errors_show(text: str, verdict: Verdict) -> None:
    found = report(text, "Backup OK")
    assert (found.kind, found.verdict) == (Kind.RSYNC, verdict), found


def test_behind_a_journal_s_prefix_it_says_the_same() -> None:
    prefix = "Apr 29 11:57:58 backup rsync_tmbackup[28480]: "
    found = report(f"{prefix}{CODE_30}\n{prefix}{PRAISE}", "Backup OK")
    assert (found.verdict, found.exit_code) == (Verdict.FAILURE, 30)
    assert found.claim_truthful is False


def test_the_praise_of_somebody_else_is_not_even_read() -> None:
    assert report("Backup completed without errors.").verdict is Verdict.UNKNOWN


def test_another_folder_of_the_day_is_the_same_news() -> None:
    line = "rsync_tmbackup: [ERROR] /mnt/{} is not on a backup destination - aborting."
    days = ("2026-10-05-010001", "2026-10-06-010001")
    assert len({fingerprint(report(line.format(day))) for day in days}) == 1
    assert fingerprint(report(line.format("a"))) != fingerprint(report(line.format("b")))
