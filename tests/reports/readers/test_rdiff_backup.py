"""rdiff-backup: its session statistics, files it could not read, and what stops it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Verdict
from tests.reports.given import report

START = "NOTE: Starting increment operation from source path s to destination path d\n"


def statistics(errors: int = 0) -> str:
    return (
        "--------------[ Session statistics ]--------------\n"
        f"SourceFiles 3\nSourceFileSize 6 (6 bytes)\nErrors {errors}\n{'-' * 50}\n"
    )


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (START + statistics(), Verdict.SUCCESS),
        (START, Verdict.UNKNOWN),
        (START + statistics(1), Verdict.WARNING),
        (f"{START}WARNING: ListError: 's/a b' [Errno 13] no\n{statistics(1)}", Verdict.WARNING),
        (
            "ERROR: Source path nos does not exist\nERROR: Action backup failed on step check",
            Verdict.FAILURE,
        ),
        (
            f"{START}Fatal Error: Lost connection to the remote system\n{statistics()}",
            Verdict.FAILURE,
        ),
        (f"{START}Exception '[Errno 28] x' raised of class '<class 'OSError'>':", Verdict.FAILURE),
        ("Errors 0", Verdict.UNKNOWN),
    ],
)
def test_a_session_proves_what_it_prints(text: str, verdict: Verdict) -> None:
    assert report(text, "rdiff-backup done").verdict is verdict


def test_the_file_that_could_not_be_read_is_named() -> None:
    found = report(f"{START}WARNING: ListError: 's/a b' [Errno 13] no\n{statistics(1)}")
    assert "could not read s/a b" in found.what


def test_duplicitys_figures_prove_nothing_for_rdiff_backup() -> None:
    other = statistics().replace("Session statistics", "Backup Statistics")
    assert report(START + other, "x").verdict is Verdict.UNKNOWN


def test_another_file_is_other_news_another_size_is_not() -> None:
    text = START + "WARNING: ListError: 's/{}' [Errno 13] no\n" + statistics(1)
    first = fingerprint(report(text.format("a")))
    assert first == fingerprint(report(text.format("a").replace("Size 6 (6", "Size 7 (7")))
    assert first != fingerprint(report(text.format("b")))


RDIFF = shutil.which("rdiff-backup")


@pytest.mark.skipif(RDIFF is None, reason="needs apt-get install rdiff-backup")
def test_each_verdict_is_the_exit_status_of_the_real_rdiff_backup(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "Fatal Error").write_text("x")
    for source, verdict in (("source", Verdict.SUCCESS), ("gone", Verdict.FAILURE)):
        done = subprocess.run(
            [RDIFF or "", "backup", "--print-statistics", source, "copy"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            timeout=60,
            check=False,
        )
        assert report(done.stdout.decode()).verdict is verdict, done.stdout
        assert (done.returncode == 0) is (verdict is Verdict.SUCCESS)
