"""rclone: statistics where everything is done prove a success, `Failed to` a failure."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

AT = "2026/10/12 02:10:0%d "
INFO = AT % 1 + "INFO  : "
ERROR = AT % 2 + "ERROR : "


def block(
    moved: str = "5.859 KiB / 5.859 KiB, 100%", files: str = "2 / 2, 100%", took: str = "0.4s"
) -> str:
    return (
        f"{INFO}\nTransferred:   \t    {moved}, 0 B/s, ETA -\n"
        "Checks:                 4 / 4, 100%, Listed 10\n"
        "Deleted:                1 (files), 0 (dirs)\n"
        f"Transferred:            {files}\nElapsed time:         {took}\n\n"
    )


COPIED = f"{INFO}sub/f9.odt: Copied (new)\n"
UNREADABLE = f"{ERROR}f2.odt: Failed to copy: failed to open source object: permission denied\n"
TRIED = f"{ERROR}Attempt %d/3 failed with 1 errors and: failed to open: permission denied\n"
FAILED = AT % 3 + "Failed to sync: failed to open source object: permission denied\n"
RECOVERED = f"{ERROR}Attempt 2/3 succeeded\n"
OLD = """Transferred:   1.234 GBytes (12.3 MBytes/s)
Errors:                 0
Checks:              1234
Transferred:           12
Elapsed time:     1m2.3s
"""
UNDER_WAY = "Transferring:\n *                    big: 11% /8.583Mi, 0/s, -\n"


def judged(text: str, subject: str = "rclone sync office") -> Report:
    return report(text, subject)


def test_figures_of_the_last_block_are_facts() -> None:
    found = judged(block("1 KiB / 5 KiB, 20%", "1 / 2, 50%", "0.2s") + UNDER_WAY + block())
    assert (found.kind, found.verdict) == (Kind.BACKUP_OTHER, Verdict.SUCCESS)
    assert (found.facts["files_transferred"], found.facts["files_checked"]) == (2, 4)
    assert (found.facts["files_deleted"], found.facts["bytes_transferred"]) == (1, 6000)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (COPIED + block(), Verdict.SUCCESS),
        (OLD, Verdict.SUCCESS),
        (f"{INFO}There was nothing to transfer\n", Verdict.SUCCESS),
        (f"{INFO}   25.394 KiB / 25.394 KiB, 100%, 0 B/s, ETA -\n", Verdict.SUCCESS),
        (AT % 1 + "NOTICE: Local file system at /x: 0 differences found\n", Verdict.SUCCESS),
        (UNREADABLE + TRIED % 1 + COPIED + RECOVERED + block(), Verdict.SUCCESS),
        (block("1 KiB / 5 KiB, 20%", "1 / 2, 50%", "2.0s") + UNDER_WAY, Verdict.UNKNOWN),
        (block(took="2m0.0s"), Verdict.UNKNOWN),
        (f"{ERROR}odd.odt: cannot set its time\n" + block(), Verdict.WARNING),
        (FAILED, Verdict.FAILURE),
        (FAILED.replace("Failed", "NOTICE: Failed"), Verdict.FAILURE),
        (UNREADABLE + TRIED % 1 + UNREADABLE + TRIED % 2 + block() + FAILED, Verdict.FAILURE),
        (UNREADABLE + TRIED % 1, Verdict.FAILURE),
        (AT % 1 + 'Failed to create file system for "x:": no section\n', Verdict.FAILURE),
        (AT % 1 + 'CRITICAL: Failed to create file system for "x:": no\n', Verdict.FAILURE),
        (AT % 1 + "Failed to check with 8 errors: last error was: 8 differences\n",
         Verdict.FAILURE),
        (f"{INFO}Signal received: terminated\n{INFO}Exiting...\n", Verdict.FAILURE),
        ("Fatal error: unknown flag: --nosuch\n", Verdict.FAILURE),
    ],
)  # fmt: skip
def test_each_line_proves_what_it_says(text: str, verdict: Verdict) -> None:
    found = judged(text)
    assert (found.kind, found.verdict) == (Kind.BACKUP_OTHER, verdict), found


def test_a_run_that_was_killed_is_not_ended_by_the_next_one() -> None:
    killed = block("3 GiB / 9 GiB, 33%", "1 / 2, 50%", "3m0.0s") + UNDER_WAY
    assert judged(killed + block()).verdict is Verdict.UNKNOWN


def test_a_json_log_says_the_same() -> None:
    line = '{"time":"2026-11-25T01:26:33Z","level":"%s","msg":"%s","source":"cmd.go:1"}\n'
    good = r"\nTransferred:   \t   2 KiB / 2 KiB, 100%, 0 B/s, ETA -\nTransferred: 1 / 1, 100%"
    assert judged(line % ("info", good + r"\nElapsed time:  0.3s\n\n")).verdict is Verdict.SUCCESS
    assert judged(line % ("notice", "Failed to sync: disk is full")).what == "disk is full"


@pytest.mark.parametrize("failure", [FAILED, AT % 1 + "Failed to copy: no\n"])
def test_p2_a_failure_anywhere_outweighs_a_good_end(failure: str) -> None:
    lines = (COPIED + block()).splitlines(keepends=True)
    for at in range(len(lines) + 1):
        text = "".join((*lines[:at], failure, *lines[at:]))
        assert judged(text, "office: OK").verdict is Verdict.FAILURE


def test_p2_without_its_evidence_nothing_is_a_success() -> None:
    text = COPIED + block()
    assert judged(text.replace("Elapsed time", "")).verdict is Verdict.UNKNOWN
    assert judged(f"{INFO}Failed to sync report.odt: Copied (new)\n{block()}").verdict is (
        Verdict.SUCCESS
    )
    named = f"{INFO}Failed rc 2: exit code 3.odt: Copied (new)\n"
    assert judged(named + block()).verdict is Verdict.SUCCESS
    assert report("Transferred: 2 boxes\nElapsed time: 3 h", "log").verdict is Verdict.UNKNOWN


def test_a_dry_run_is_told_from_a_copy() -> None:
    skipped = AT % 1 + "NOTICE: a.odt: Skipped copy as --dry-run is set (size 19.531Ki)\n"
    found = judged(skipped + block())
    assert (found.verdict, found.what) == (Verdict.SUCCESS, "dry run, nothing copied")
    assert fingerprint(found) != fingerprint(judged(block()))


def test_the_same_news_has_one_fingerprint_and_other_news_another() -> None:
    later = block("7.1 GiB / 7.1 GiB, 100%", "9 / 9, 100%", "17.3s")
    assert fingerprint(judged(block())) == fingerprint(judged(later))
    again = (UNREADABLE + FAILED).replace("02:10", "03:44")
    assert fingerprint(judged(UNREADABLE + FAILED)) == fingerprint(judged(again))
    others = (UNREADABLE + FAILED, UNREADABLE.replace("f2", "f3") + FAILED, FAILED, block())
    assert len({fingerprint(judged(text)) for text in others}) == len(others)


RCLONE = shutil.which("rclone")


@pytest.mark.skipif(RCLONE is None, reason="rclone is not installed (Debian: rclone)")
def test_each_run_of_the_real_rclone_is_judged_by_its_exit_status(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "Failed to sync.txt").write_text("x" * 5000)
    for args, good in (
        (("sync", "-v", "source", "copy"), True),
        (("sync", "-v", "source", "copy"), True),
        (("copy", "-v", "--use-json-log", "source", "other"), True),
        (("check", "source", "copy"), True),
        (("sync", "-v", "missing", "copy"), False),
        (("copy", "source", "nosuch:"), False),
    ):
        done = subprocess.run(
            [RCLONE or "rclone", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=tmp_path,
            env={"HOME": str(tmp_path), "PATH": os.environ["PATH"]},
            timeout=20,
            check=False,
        )
        found = judged(done.stdout.decode(), "rclone: OK")
        assert (done.returncode == 0) is good
        assert found.verdict is (Verdict.SUCCESS if good else Verdict.FAILURE), found
