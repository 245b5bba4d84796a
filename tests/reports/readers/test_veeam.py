"""Veeam's session reports: counts and rows decide, `[Success]` proves nothing."""

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Report, Verdict
from tests.reports.given import report

TIMES = "10:00:50 PM  10:05:00 PM  50 GB  5 GB  2.5 GB  0:04:30"
END = "\nVeeam Backup & Replication 12.1.0.2131 Hostname: VBR01"


def session(
    good: int, warned: int, failed: int, *rows: str, subject: str = "[Success] Daily"
) -> Report:
    text = (
        "Backup job: Daily\n"
        f"Success  {good}  Start time  10:00:13 PM  Total size  100 GB  Backup size  20 GB\n"
        f"Warning  {warned}  End time  10:12:00 PM  Data read  10 GB  Dedupe  1.0x\n"
        f"Error  {failed}  Duration  0:12:07  Transferred  5 GB  Compression  1.9x\nDetails\n"
    )
    return report(text + "\n".join(rows) + END, subject)


@pytest.mark.parametrize(
    ("counts", "verdict"),
    [
        ((2, 0, 0), Verdict.SUCCESS),
        ((1, 1, 0), Verdict.WARNING),
        ((1, 1, 1), Verdict.FAILURE),
        ((0, 0, 0), Verdict.UNKNOWN),
    ],
)
def test_the_counts_decide(counts: tuple[int, int, int], verdict: Verdict) -> None:
    found = session(*counts)
    assert (found.verdict, found.job, found.host) == (verdict, "Daily", "vbr01")


def test_each_object_is_a_part_and_its_error_is_told() -> None:
    found = session(
        1,
        0,
        1,
        f"web01  Success  {TIMES}",
        f"db01  Failed  {TIMES}  Error: Host db01 is not available",
    )
    assert [(part.name, part.verdict) for part in found.parts] == [
        ("db01", Verdict.FAILURE),
        ("web01", Verdict.SUCCESS),
    ]
    assert found.what == "1 of 2: db01: Error: Host db01 is not available"


def test_an_object_may_be_called_error() -> None:
    assert session(1, 0, 0, f"Error Failed Warning  Success  {TIMES}").verdict is Verdict.SUCCESS


def test_the_subject_proves_a_failure_and_never_a_success() -> None:
    assert report(f"x{END}", "[Failed] Daily (1 machines)").verdict is Verdict.FAILURE
    assert report(f"x{END}", "[Success] Daily (1 machines)").verdict is Verdict.UNKNOWN


def test_the_subject_of_another_program_is_not_veeams() -> None:
    assert report("x", "[Failed] Daily (1 machines)").verdict is Verdict.UNKNOWN


def test_another_hour_is_the_same_news_another_object_is_not() -> None:
    row = "{}  Failed  {}  Error: no connection"
    first = fingerprint(session(0, 0, 1, row.format("db01", TIMES)))
    later = TIMES.replace("10:0", "11:0").replace("50 GB", "51 GB")
    assert first == fingerprint(session(0, 0, 1, row.format("db01", later)))
    assert first != fingerprint(session(0, 0, 1, row.format("db02", TIMES)))
