"""restic, resticprofile and autorestic: a saved snapshot proves a backup, and nothing else does."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

BEGINS = "no parent snapshot found, will read all files\n"
FIGURES = """
Files:          43 new,     1 changed,     7 unmodified
Dirs:            8 new,     0 changed,     0 unmodified
Added to the repository: 313.743 KiB (306.303 KiB stored)

processed 51 files, 297.836 KiB in 1:02
"""
SAVED = "snapshot b31a21e6 saved\n"
BACKUP = BEGINS + FIGURES + SAVED
UNREADABLE = "Warning: at least one source file could not be read\n"
PRUNE = "finding data that is still in use for 1 snapshots\n\ndone\n"
FORGET = """Applying Policy: keep 1 latest snapshots
keep 1 snapshots:
ID        Time                 Host        Tags        Reasons        Paths
a19e5ea8  2026-11-25 01:22:27  desk4                   last snapshot  /home
"""
REMOVES = "remove 4 snapshots:\n3966a83e  2026-11-25 01:22:22  desk4       /home\n4 snapshots\n"
DELETED = "[0:00] 100.00%  4 / 4 files deleted\n"
LOCKED = (
    "unable to create lock in backend: repository is already locked by PID %d on nas by root"
    " (UID 0, GID 0)\n"
)
JSON_ERROR = '{"message_type":"error","error":%s,"during":"archival","item":"/home/x"}\n'
JSON_SUMMARY = (
    '{"message_type":"summary","files_new":1,"files_changed":2,"data_added":353,'
    '"total_files_processed":12,"total_bytes_processed":13275,"snapshot_id":"4f47a906"}\n'
)


def judged(text: str, subject: str = "restic office") -> Report:
    return report(text, subject)


def test_figures_of_a_snapshot_are_facts() -> None:
    found = judged(BACKUP)
    assert (found.kind, found.verdict) == (Kind.RESTIC, Verdict.SUCCESS)
    assert found.what == "snapshot b31a21e6 saved"
    assert (found.facts["files_new"], found.facts["files_changed"]) == (43, 1)
    assert (found.facts["files_total"], found.facts["seconds"]) == (51, 62.0)
    assert found.facts["bytes_added"] == 321273
    assert judged(JSON_SUMMARY).facts["files_total"] == 12
    assert judged(JSON_SUMMARY).what == "snapshot 4f47a906 saved"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (SAVED, Verdict.SUCCESS),
        (JSON_SUMMARY, Verdict.SUCCESS),
        (BACKUP.replace("the repository: 313.743 KiB (306.303 KiB stored)", "the repo: 9 B"),
         Verdict.SUCCESS),
        (PRUNE, Verdict.SUCCESS),
        (FORGET, Verdict.SUCCESS),
        (FORGET + REMOVES + DELETED, Verdict.SUCCESS),
        (FORGET + REMOVES + FORGET + REMOVES + DELETED, Verdict.SUCCESS),
        ("check all packs\nno errors were found\n", Verdict.SUCCESS),
        ("Would have removed the following snapshots:\n{5644b94c}\n", Verdict.SUCCESS),
        (BEGINS, Verdict.UNKNOWN),
        (BEGINS + FIGURES, Verdict.UNKNOWN),
        (FORGET + REMOVES, Verdict.UNKNOWN),
        (PRUNE.replace("done", ""), Verdict.UNKNOWN),
        ("check all packs\n", Verdict.UNKNOWN),
        (f"/nope does not exist, skipping\n{BACKUP}", Verdict.WARNING),
        (BACKUP + UNREADABLE, Verdict.FAILURE),
        (f"error: open /home/x: permission denied\n{BACKUP}", Verdict.FAILURE),
        ("Fatal: wrong password or no key found\n", Verdict.FAILURE),
        ("Fatal: unable to open config file: stat /r/config: no such file\n", Verdict.FAILURE),
        ("Fatal: repository contains errors\n", Verdict.FAILURE),
        (LOCKED % 12, Verdict.FAILURE),
        ("unable to remove snapshot/2ecc from the repository\n", Verdict.FAILURE),
        ("error for tree 3325d6a1:\n", Verdict.FAILURE),
        ("signal interrupt received, cleaning up\n", Verdict.FAILURE),
        ('{"message_type":"exit_error","code":11,"message":"Fatal: locked"}\n', Verdict.FAILURE),
        (JSON_ERROR % '{"message":"denied"}' + JSON_SUMMARY, Verdict.FAILURE),
        (JSON_ERROR % '{"Op":"open","Err":13}' + JSON_SUMMARY, Verdict.FAILURE),
    ],
)  # fmt: skip
def test_each_line_proves_what_it_says(text: str, verdict: Verdict) -> None:
    found = judged(text)
    assert (found.kind, found.verdict) == (Kind.RESTIC, verdict), found


def test_what_the_backend_tries_again_is_neither_an_error_nor_another_try_of_the_job() -> None:
    retry = "List(lock) returned error, retrying after 552.3ms: open x: permission denied\n"
    assert judged(BEGINS + retry + FIGURES + SAVED).verdict is Verdict.SUCCESS
    bad = "error: open /home/x: permission denied\n"
    assert judged(BEGINS + bad + retry + FIGURES + SAVED).verdict is Verdict.FAILURE


@pytest.mark.parametrize("other", [PRUNE, "check all packs\nno errors were found\n"])
def test_a_backup_that_was_killed_is_not_ended_by_the_next_command(other: str) -> None:
    assert judged(BEGINS + other).verdict is Verdict.UNKNOWN
    assert judged(BACKUP + other).verdict is Verdict.SUCCESS


@pytest.mark.parametrize("failure", ["Fatal: unable to save snapshot: x\n", UNREADABLE])
def test_p2_a_failure_anywhere_outweighs_a_good_end(failure: str) -> None:
    lines = BACKUP.splitlines(keepends=True)
    for at in range(len(lines) + 1):
        text = "".join((*lines[:at], failure, *lines[at:]))
        assert judged(text, "office: OK").verdict is Verdict.FAILURE


def test_words_of_other_programs_are_not_restics() -> None:
    for text in ("done", "Fatal: no such thing", "error: open x: denied"):
        assert report(text, "log").kind is not Kind.RESTIC
    assert report("Backup of restic/snapshots saved, done", "log").verdict is Verdict.UNKNOWN
    assert judged(f"> {SAVED}").verdict is Verdict.UNKNOWN


def test_the_same_news_has_one_fingerprint_and_other_news_another() -> None:
    assert fingerprint(judged(BACKUP)) == fingerprint(
        judged(BACKUP.replace("b31a21e6", "0a0a0a0a"))
    )
    assert fingerprint(judged(LOCKED % 12)) == fingerprint(judged(LOCKED % 4711))
    full = "Fatal: unable to save snapshot: write /r/data/%s/%s-tmp-%d: no space left on device\n"
    same = [judged(full % (name[:2], name, 17)) for name in ("2a" * 32, "c7" * 32)]
    assert fingerprint(same[0]) == fingerprint(same[1])
    others = (BACKUP, BACKUP + UNREADABLE, LOCKED % 1, LOCKED.replace("nas", "desk4") % 1)
    assert len({fingerprint(judged(text)) for text in others}) == len(others)


STARTED = "2026/10/12 02:10:02 profile '%s': starting 'backup'\n"
FINISHED = "2026/10/12 02:10:05 profile '%s': finished 'backup'\n"


def test_a_profile_is_the_job() -> None:
    found = judged(STARTED % "office" + BACKUP + FINISHED % "office", "nightly")
    assert (found.verdict, found.job) == (Verdict.SUCCESS, "office")
    failed = judged(STARTED % "office" + "2026/10/12 02:10:05 backup on profile 'office': "
                    "exit status 11\n", "nightly")  # fmt: skip
    assert (failed.verdict, failed.job, failed.exit_code) == (Verdict.FAILURE, "office", 11)


def test_a_profile_that_was_cut_off_is_not_ended_by_another_ones_snapshot() -> None:
    first = STARTED % "office" + BACKUP + FINISHED % "office"
    assert judged(first + STARTED % "photos").verdict is Verdict.UNKNOWN
    assert judged(first + STARTED % "photos" + SAVED).verdict is Verdict.UNKNOWN
    assert judged(first + STARTED % "photos" + SAVED + FINISHED % "photos").verdict is (
        Verdict.SUCCESS
    )


@pytest.mark.parametrize(
    "line",
    [
        "2026/10/12 02:10:05 ERROR backup on profile 'a': exit status 3",
        "run-before backup on profile 'a': exit status 1",
        "backup retention on profile 'a': exit status 1",
    ],
)
def test_resticprofile_reports_commands_that_failed(line: str) -> None:
    found = report(line, "log")
    assert (found.kind, found.verdict) == (Kind.RESTIC, Verdict.FAILURE)


USING = "Using config: \t /etc/autorestic.yml\n\n"
HEADING = '    Backing up location "%s"    \n\nBackend: nas\n'


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (HEADING % "a" + "Done\n", Verdict.SUCCESS),
        ('Skipping "a", not due yet.\n', Verdict.SUCCESS),
        (HEADING % "a", Verdict.UNKNOWN),
        (HEADING % "a" + HEADING % "b" + "Done\n", Verdict.FAILURE),
        (HEADING % "a" + "Done\n" + HEADING % "b", Verdict.UNKNOWN),
        (HEADING % "a" + SAVED, Verdict.UNKNOWN),
        (HEADING % "a" + "a@nas:\nexit status 1\n\nError: 1 errors were found\n", Verdict.FAILURE),
        ("Error: an instance is already running. exiting\n", Verdict.FAILURE),
    ],
)
def test_each_location_of_autorestic_needs_its_own_end(text: str, verdict: Verdict) -> None:
    found = report(USING + text, "nightly: success")
    assert (found.kind, found.verdict) == (Kind.RESTIC, verdict), found


RESTIC = shutil.which("restic")


def _run(folder: Path, *args: str, password: str = "abc") -> tuple[int, Report]:
    done = subprocess.run(
        [RESTIC or "restic", "--no-cache", *args],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        env={
            "HOME": str(folder),
            "PATH": os.environ["PATH"],
            "RESTIC_REPOSITORY": str(folder / "repo"),
            "RESTIC_PASSWORD": password,
        },
        timeout=20,
        check=False,
    )
    return done.returncode, judged(done.stdout.decode(), "backup OK")


@pytest.mark.skipif(RESTIC is None, reason="restic is not installed (Debian: restic)")
def test_each_run_of_the_real_restic_is_judged_by_its_exit_status(tmp_path: Path) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "error report.txt").write_text("x" * 5000)
    assert _run(tmp_path, "init")[0] == 0
    for args in (("backup", "source"), ("forget", "--keep-last", "1", "--prune")):
        status, found = _run(tmp_path, *args)
        assert (status, found.kind, found.verdict) == (0, Kind.RESTIC, Verdict.SUCCESS), found
    status, found = _run(tmp_path, "check", password="wrong")
    assert status != 0
    assert (found.kind, found.verdict) == (Kind.RESTIC, Verdict.FAILURE), found
