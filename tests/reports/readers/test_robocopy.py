"""robocopy: an exit status of 1, 2 or 3 is fine, and the table says so."""

import pytest

from relay.reports.report import Kind, Verdict
from tests.reports.given import report

HEAD = "   ROBOCOPY     ::     Robust File Copy for Windows\n\n   Source : D:\\Daten\\\n"
TABLE = (
    "               Total    Copied   Skipped  Mismatch    FAILED    Extras\n"
    "    Dirs :        61         2        59         0         0         0\n"
    "   Files :       912        14       898         {}         {}         1\n"
    "   Bytes :   1.204 g   22.41 m   1.182 g         0         0         0\n"
)


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_a_table_without_failures_is_a_success_whatever_small_status_it_has(code: int) -> None:
    found = report(
        f"{HEAD}{TABLE.format(0, 0)}ExitCode: {code}", subject=f"Fehler (ExitCode {code})"
    )
    assert (found.kind, found.verdict) == (Kind.BACKUP_OTHER, Verdict.SUCCESS)


@pytest.mark.parametrize(
    ("tail", "verdict"),
    [
        (TABLE.format(0, 3), Verdict.FAILURE),
        (TABLE.format(2, 0), Verdict.WARNING),
        (f"{TABLE.format(0, 0)}ExitCode: 8", Verdict.FAILURE),
        (
            "2026/11/25 03:00:01 ERROR 5 (0x00000005) Copying File D:\\a Access is denied.",
            Verdict.FAILURE,
        ),
        ("    New File              24088    D:\\Daten\\FAILED.docx", Verdict.UNKNOWN),
    ],
)
def test_failures_mismatches_and_a_missing_table(tail: str, verdict: Verdict) -> None:
    assert report(f"{HEAD}{tail}", subject="Backup OK").verdict is verdict
