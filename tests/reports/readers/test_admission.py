"""A script's own word that something failed, and what only sounds like it."""

# ruff: noqa: RUF001 - scripts speak in their own letters

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import report
from tests.reports.texts import VERBOSE

ADMISSIONS = [
    "Backup FAILED: only 3 of 912 files on the target",
    "FEHLER, 12 Dateien weichen ab",
    "web02: FAILED (code 12)",
    "3 databases dumped, 1 failed",
    "[FAIL] database",
    "❌ database dump",
    "*** FAILURE *** aborting.",
    "off-site copy: error",
    "could not dump database shop, giving up",
    "2nd target: NOT OK, disk offline",
    "Sicherung fehlgeschlagen: Verbindung abgelehnt",
    "Échec de la sauvegarde de la base : disque plein",
    "バックアップに失敗しました",
    "备份失败:磁盘已满",
    "Säkerhetskopieringen misslyckades",
    "Yedekleme başarısız oldu",
]
HARMLESS = [
    "0 failed, 12 ok",
    "no errors found",
    "Fehler: 0",
    "failed: none",
    "/var/log/failed/errors.txt",
    "failed_logins.php",
    "report of failed logins sent",
    "if this fails, call us",
    "any failure to do so may be unlawful",
    "INSERT INTO log VALUES (1, 'dump failed once');",
    "Errors:",
]


@pytest.mark.parametrize("line", ADMISSIONS)
def test_an_admission_alone_is_a_failure_and_beside_a_success_a_warning(line: str) -> None:
    alone = report(f"starting\n{line}", subject="all good")
    assert (alone.verdict, alone.evidence[0].line) == (Verdict.FAILURE, 2)
    assert report(f"{VERBOSE}\n{line}", subject="all good").verdict is Verdict.WARNING


@pytest.mark.parametrize("line", HARMLESS)
def test_what_only_sounds_like_one_is_none(line: str) -> None:
    assert report(f"starting\n{line}").verdict is Verdict.UNKNOWN
    assert report(f"{VERBOSE}\n{line}").verdict is Verdict.SUCCESS


def test_what_a_tool_has_accounted_for_is_no_admission() -> None:
    found = report("sending incremental file list\nfailed\nerror: x\n\n" + VERBOSE.split("\n\n")[1])
    assert (found.verdict, found.kind) == (Verdict.SUCCESS, Kind.RSYNC)
