"""Duplicati's results, as text and as JSON: only the whole result's own word is an end."""

import json

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Report, Verdict
from tests.reports.given import report

SUBJECT = "Duplicati Backup report for laptop"
STEP = "TestResults:\n    MainOperation: Test\n    ParsedResult: Success\n"


def text(result: str, tail: str = "") -> str:
    return (
        "DeletedFiles: 0\nExaminedFiles: 379431\nAddedFiles: 2691\n"
        "SizeOfExaminedFiles: 383365106814\n"
        f"PartialBackup: False\nMainOperation: Backup\n{STEP}{result}"
        f"Duration: 00:05:49.3856480\n{tail}"
    )


def mailed(result: str, tail: str = "") -> Report:
    return report(text(result, tail), SUBJECT)


def as_json(result: str, *log: str) -> Report:
    data = {"ParsedResult": result, "TestResults": {"ParsedResult": "Success"}, "ExaminedFiles": 5}
    extra = {"backup-name": "laptop", "machine-name": "pc9"}
    return report(json.dumps({"Data": data, "Extra": extra, "LogLines": list(log)}), SUBJECT)


@pytest.mark.parametrize(
    ("result", "verdict"),
    [
        ("Success", Verdict.SUCCESS),
        ("Warning", Verdict.WARNING),
        ("Error", Verdict.FAILURE),
        ("Fatal", Verdict.FAILURE),
    ],
)
def test_the_results_own_word_decides_in_both_forms(result: str, verdict: Verdict) -> None:
    for found in (mailed(f"ParsedResult: {result}\n"), as_json(result)):
        assert (found.verdict, found.job) == (verdict, "laptop")


def test_a_report_cut_after_a_step_that_succeeded_is_unknown() -> None:
    assert mailed("").verdict is Verdict.UNKNOWN
    assert report("Duplicati\n" + STEP, SUBJECT).verdict is Verdict.UNKNOWN


def test_a_cut_json_report_proves_no_success() -> None:
    whole = json.dumps({"Data": {"ParsedResult": "Success"}}, indent=2)
    assert report(whole, SUBJECT).verdict is Verdict.SUCCESS
    assert report(whole[:-4], SUBJECT).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    ("tail", "verdict"),
    [
        ("Warnings: []\nErrors: []", Verdict.SUCCESS),
        ("Errors: [\n    Failed to process path: /srv/a\n]", Verdict.FAILURE),
        ("Warnings: [\n    x\n]\nErrors: []", Verdict.WARNING),
        ("Log data:\n2026-10-12 01:00:00 +02 - [Error-Duplicati.Library.X-Y]: no", Verdict.FAILURE),
        (
            "Log data:\n2026-10-12 01:00:00 +02 - [Warning-Duplicati.Library.X-Y]: hm",
            Verdict.WARNING,
        ),
        ("Messages: [\n    Failed: nothing\n]", Verdict.SUCCESS),
    ],
)
def test_what_is_logged_beside_a_success_counts(tail: str, verdict: Verdict) -> None:
    assert mailed("ParsedResult: Success\n", tail).verdict is verdict


def test_an_exception_is_a_failure_with_its_message() -> None:
    found = report("Failed: Insufficient Storage\nDetails: System.Net.WebException: x", SUBJECT)
    assert (found.verdict, found.what) == (Verdict.FAILURE, "Insufficient Storage")


def test_a_partial_backup_is_a_warning() -> None:
    partial = text("ParsedResult: Success\n").replace("Backup: False", "Backup: True")
    assert report(partial, SUBJECT).verdict is Verdict.WARNING


def test_figures_are_those_of_the_whole_result() -> None:
    found = mailed("ParsedResult: Success\n")
    assert found.facts["files_total"] == 379431
    assert found.facts["bytes_total"] == 383365106814
    assert as_json("Success").facts["files_total"] == 5


def test_another_path_is_other_news_another_moment_is_not() -> None:
    line = "2026-10-12 01:00:{} +02 - [Error-Duplicati.Library.X-Y]: cannot read {}"
    first = fingerprint(mailed("ParsedResult: Error\n", line.format("00", "/srv/a")))
    assert first == fingerprint(mailed("ParsedResult: Error\n", line.format("07", "/srv/a")))
    assert first != fingerprint(mailed("ParsedResult: Error\n", line.format("00", "/srv/b")))
