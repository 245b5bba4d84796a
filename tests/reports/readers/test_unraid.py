"""Unraid's notices: importance, the system's own words, and the disks of a health report."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report


def notice(
    subject: str,
    importance: str = "normal",
    description: str = "ST8000 (sdc)",
    message: str = "",
    event: str = "Unraid Parity-Check",
) -> Report:
    text = (
        f"Event: {event}\nSubject: Notice [TOWER] - {subject}\nDescription: {description}\n"
        f"Importance: {importance}\n\n{message}"
    )
    return report(text, f"Unraid Status: Notice [TOWER] - {subject}")


@pytest.mark.parametrize(
    ("subject", "importance", "verdict"),
    [
        ("Parity-Check finished (0 errors)", "normal", Verdict.SUCCESS),
        ("Parity-Check finished (12 errors)", "warning", Verdict.FAILURE),
        ("Parity-Check finished (0 errors)", "warning", Verdict.WARNING),
        ("Parity-Check started", "warning", Verdict.UNKNOWN),
        ("array health report [PASS]", "normal", Verdict.SUCCESS),
        ("array health report [FAIL]", "warning", Verdict.FAILURE),
        ("Disk 1 in error state (disk dsbl)", "alert", Verdict.FAILURE),
        ("Disk 1 is hot (46 C)", "warning", Verdict.WARNING),
        ("Disk 1 returned to normal temperature", "normal", Verdict.SUCCESS),
        ("Pool cache is DEGRADED", "alert", Verdict.FAILURE),
        ("Version update 2026.10.12", "normal", Verdict.NONE),
    ],
)
def test_a_notice_proves_what_its_subject_and_importance_say(
    subject: str, importance: str, verdict: Verdict
) -> None:
    found = notice(subject, importance)
    assert (found.kind, found.verdict) == (Kind.NAS, verdict)
    assert (found.host or "").startswith("tower")


def test_a_check_that_was_canceled_found_no_errors_and_is_no_success() -> None:
    found = notice("Parity-Check finished (0 errors)", "warning", "Canceled")
    assert (found.verdict, found.what) == (Verdict.WARNING, "Canceled")


def test_a_backup_with_errors_is_a_warning_even_where_it_is_called_normal() -> None:
    done = "Backup of appData complete"
    assert notice("Appdata Backup", "normal", done).verdict is Verdict.SUCCESS
    assert (
        notice("Appdata Backup", "normal", f"{done} - Errors occurred").verdict is Verdict.WARNING
    )


def test_each_disk_of_a_health_report_is_a_part() -> None:
    disks = (
        "Parity - WD (sdb) - active 31 C [OK]\nDisk 1 - ST (sdc) - active 61 C (disk is hot) [NOK]"
    )
    found = notice("array health report [PASS]", "normal", "Array has 2 disks", disks)
    assert found.verdict is Verdict.FAILURE
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("Disk 1", Verdict.FAILURE),
        ("Parity", Verdict.SUCCESS),
    ]
    assert "Disk 1: disk is hot (ST (sdc))" in found.what


def test_without_the_importance_it_is_no_notice() -> None:
    text = "Event: x\nSubject: Notice [TOWER] - Parity-Check finished (0 errors)\nDescription: x"
    assert report(text).verdict is Verdict.UNKNOWN


def test_another_disk_is_other_news_another_temperature_is_not() -> None:
    hot = {fingerprint(notice(f"Disk 1 is hot ({degrees} C)", "warning")) for degrees in (46, 47)}
    assert len(hot) == 1
    assert fingerprint(notice("Disk 2 is hot (46 C)", "warning")) not in hot
