"""rsbackup's report: its warnings, its table, its end."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

REPORT = """==== Backup report (2026-10-05) ====

{}=== Summary ===

| Host | Volume |   Oldest   | Total |         Devices          |
|      |        |            |       |   Newest   | Count | Size|
| app7 | etc    | 2026-01-25 | 120   | 2026-10-05 | 120   | 3   |
|      | home   | 2026-03-25 | 20    | 2026-10-05 | 20    |     |

=== Logfiles ===

Generated Mon Oct  5 06:25:23 2026"""


def _report(warning: str = "") -> Report:
    listed = f"=== Warnings ===\n\n * WARNING: {warning}\n\n" if warning else ""
    return report(REPORT.format(listed), "Backup report (2026-10-05)")


def test_a_whole_report_without_warnings_is_a_success_of_each_volume() -> None:
    found = _report()
    assert (found.kind, found.verdict) == (Kind.BACKUP_OTHER, Verdict.SUCCESS)
    assert [part.name for part in found.parts] == ["app7:etc", "app7:home"]


@pytest.mark.parametrize(
    ("warning", "verdict"),
    [
        ("1 volumes failed latest backup.", Verdict.FAILURE),
        ("3 volumes have no backups.", Verdict.FAILURE),
        ("2 volumes are out of date.", Verdict.WARNING),
        ("1 volumes are not fully backed up.", Verdict.WARNING),
        ("unknown device usb9", Verdict.WARNING),
    ],
)
def test_a_warning_counts_as_what_it_means(warning: str, verdict: Verdict) -> None:
    assert _report(warning).verdict is verdict


def test_a_volume_without_any_backup_is_a_failure_of_that_volume() -> None:
    row = "| web9 | srv    | none       | 0     | none       | 0     |     |\n\n=== Logf"
    found = report(REPORT.format("").replace("\n=== Logf", row), "Backup report (2026-10-05)")
    assert found.verdict is Verdict.FAILURE
    assert (found.parts[0].name, found.parts[0].verdict) == ("web9:srv", Verdict.FAILURE)


def test_a_report_without_its_end_is_unknown() -> None:
    cut = REPORT.format("").rpartition("\n")[0]
    assert report(cut, "Backup report (2026-10-05)").verdict is Verdict.UNKNOWN
    assert report("Generated Mon Oct  5 06:25:23 2026", "rsbackup").verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("line", "verdict"),
    [
        ("WARNING: backup of app7:home to usb1: rsync: exited with status 23", Verdict.FAILURE),
        ("ERROR: no backup devices found", Verdict.FAILURE),
        ("ERROR: /etc/rsbackup/config:9: unknown command 'always-up'", Verdict.FAILURE),
        ("WARNING: cannot backup web02 - not reachable", Verdict.WARNING),
    ],
)
def test_what_the_run_itself_says(line: str, verdict: Verdict) -> None:
    found = report(line, "Cron <root@app7> rsbackup --backup")
    assert (found.kind, found.verdict) == (Kind.BACKUP_OTHER, verdict)


def test_another_volume_is_other_news_and_another_day_is_not() -> None:
    line = "WARNING: backup of app7:{} to usb1: rsync: exited with status 23"
    prints = {fingerprint(report(line.format(name))) for name in ("home", "etc")}
    assert len(prints) == 2
    old = _report("2 volumes are out of date.")
    assert fingerprint(old) == fingerprint(_report("1 volumes are out of date."))
