"""duplicity and duply: statistics, what ends a run, retries; and the real program, where it is."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Verdict
from tests.reports.given import report

BEGUN = (
    "Local and Remote metadata are synchronized, no sync needed.\n"
    "Last full backup date: none\nNo signatures found, switching to full backup.\n"
)
HEAD = "--------------[ Backup Statistics ]--------------\n"


def statistics(errors: int = 0) -> str:
    return (
        f"{HEAD}ElapsedTime 0.01 (0.01 seconds)\nSourceFiles 3\nSourceFileSize 4107 (4.01 KB)\n"
        f"NewFiles 3\nTotalDestinationSizeChange 258 (258 bytes)\nErrors {errors}\n{'-' * 49}\n"
    )


@pytest.mark.parametrize(
    "line",
    [
        "Backup source directory /srv/web does not exist.",
        "GPGError: GPG Failed, see log below:",
        "Giving up after 5 attempts. BackendException: Error running 'sftp': returned 255",
        "BackendException: Could not initialize backend: No module named 'paramiko'",
        "Another duplicity instance is already running with this archive directory",
        "Another duplicity process is already running with this archive directory",
        "Fatal Error: Unable to start incremental backup.  Old signatures not found",
        "Verify complete: 3 files compared, 1 difference found.",
        "Temp space has 1024 available, backup needs approx 272629760.",
        "Command line error: Expected 2 args, got 1",
    ],
)
def test_what_ends_duplicity_is_a_failure_beside_any_statistics(line: str) -> None:
    for text in (f"{BEGUN}{line}", f"{BEGUN}{statistics()}{line}"):
        assert report(text, "duplicity OK").verdict is Verdict.FAILURE


def test_statistics_without_errors_are_a_success_with_figures() -> None:
    found = report(BEGUN + statistics())
    assert found.verdict is Verdict.SUCCESS
    assert (found.facts["files_total"], found.facts["bytes_added"]) == (3, 258)


def test_errors_in_the_statistics_are_a_warning() -> None:
    found = report(f"{BEGUN}Error accessing possibly locked file src/a\n{statistics(1)}")
    assert found.verdict is Verdict.WARNING
    assert "src/a" in found.what


def test_a_backup_cut_off_is_unknown_even_if_a_later_step_ends_well() -> None:
    verified = (
        "Local and Remote metadata are synchronized, no sync needed.\n"
        "Verify complete: 3 files compared, 0 differences found.\n"
    )
    assert report(BEGUN).verdict is Verdict.UNKNOWN
    assert report(verified).verdict is Verdict.SUCCESS
    assert report(BEGUN + verified).verdict is Verdict.UNKNOWN
    assert report(BEGUN + statistics() + verified).verdict is Verdict.SUCCESS


def test_an_attempt_that_failed_is_made_good_by_the_next() -> None:
    attempt = "Attempt of put Nr. 1 failed. BackendException: Connection reset by peer\n"
    assert report(BEGUN + attempt + statistics()).verdict is Verdict.SUCCESS
    assert report(BEGUN + attempt).verdict is Verdict.UNKNOWN


def test_rdiff_backups_figures_prove_nothing_for_duplicity() -> None:
    other = statistics().replace("Backup Statistics", "Session statistics")
    assert report(BEGUN + other).verdict is Verdict.UNKNOWN


def duply(state: str, body: str = "") -> str:
    when = "at 2026-11-25 01:15:29.764 - Runtime 00:00:00.017"
    quiet = (
        "--- Start running command {} at 2026-11-25 01:15:29.747 ---\n{}"
        f"--- Finished {{}} {when} ---\n"
    )
    steps = (("PRE", "", "state OK"), ("BKP", body, state), ("POST", "", "state OK"))
    return "Using profile '/root/.duply/web'.\n" + "".join(quiet.format(*step) for step in steps)


def test_duply_names_the_profile_and_tells_the_exit_status() -> None:
    good = report(duply("state OK", BEGUN + statistics()))
    assert (good.verdict, good.job) == (Verdict.SUCCESS, "web")
    bad = report(duply("state FAILED 'code 13'", "Backup source directory /a does not exist.\n"))
    assert (bad.verdict, bad.job, bad.exit_code) == (Verdict.FAILURE, "web", 13)


def test_duplys_pre_and_post_prove_no_backup() -> None:
    whole = duply("state OK")
    cut = whole.split("--- Start running command BKP")[0]
    assert report(whole).verdict is Verdict.SUCCESS
    assert report(cut).verdict is Verdict.UNKNOWN


def test_another_file_is_other_news_another_size_is_not() -> None:
    lost = "Error accessing possibly locked file src/{}\n"
    first = fingerprint(report(BEGUN + lost.format("a") + statistics(1)))
    bigger = statistics(1).replace("4107", "5107")
    assert first == fingerprint(report(BEGUN + lost.format("a") + bigger))
    assert first != fingerprint(report(BEGUN + lost.format("b") + statistics(1)))


DUPLICITY = shutil.which("duplicity")


@pytest.mark.skipif(DUPLICITY is None, reason="needs apt-get install duplicity gnupg")
def test_each_verdict_is_the_exit_status_of_the_real_duplicity(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "Errors 5").write_text("x")
    for tree, secret, verdict in (
        (source, "one", Verdict.SUCCESS),
        (tmp_path / "gone", "one", Verdict.FAILURE),
        (source, "another", Verdict.FAILURE),
    ):
        shutil.rmtree(tmp_path / "cache", ignore_errors=True)
        done = subprocess.run(
            [DUPLICITY or "", "--archive-dir", "cache", str(tree), f"file://{tmp_path}/copy"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PASSPHRASE": secret},
            timeout=60,
            check=False,
        )
        assert report(done.stdout.decode()).verdict is verdict, done.stdout
        assert (done.returncode == 0) is (verdict is Verdict.SUCCESS)
