"""borg and borgmatic: by exit status, statistics and errors; what is killed is never a success."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from relay.pipeline.fingerprint import fingerprint
from relay.reports.report import Kind, Report, Verdict
from tests.reports.given import report

STATISTICS = """------------------------------------------------------------------------------
Repository: /srv/backup/office
Archive name: office-2026-10-12
Archive fingerprint: f7fd8d0e511b03f7e513378ce87998f13b01d49d59af684122f47e2d45026687
Time (start): Mon, 2026-10-12 01:15:00
Time (end):   Mon, 2026-10-12 01:15:00
Duration: 1 minutes 2.02 seconds
Number of files: 43
Utilization of max. archive size: 0%
------------------------------------------------------------------------------
                       Original size      Compressed size    Deduplicated size
This archive:              305.51 kB            305.61 kB              1.70 kB
All archives:              304.98 kB            305.11 kB            308.64 kB
------------------------------------------------------------------------------
"""
BORG_2 = """Repository: /srv/backup/office
Archive name: office
Number of files: 3
Original size: 60.34 kB
Deduplicated size: 310 B
Error files: 0
"""
RC_0 = "terminating with success status, rc 0\n"
CREATES = 'Creating archive at "/srv/backup/office::office-2026-10-12"\n'
PRUNE = """Keeping archive (rule: daily #1):     office-2026-10-12   Mon, 2026-10-12 01:15:00 [e71]
Deleted data:             -653.37 kB           -648.02 kB             -3.92 kB
"""
LOCKED = "Failed to create/acquire the lock /srv/backup/office/lock.exclusive (timeout).\n"
UNREADABLE = "/home/pay.ods: open: [Errno 13] Permission denied: 'pay.ods'\n"
CHECK = "Starting repository check\nFinished full repository check, no problems found.\n"


def judged(text: str, subject: str = "borg office") -> Report:
    return report(text, subject)


def test_figures_of_an_archive_are_facts() -> None:
    found = judged(STATISTICS + RC_0)
    assert (found.kind, found.verdict, found.exit_code) == (Kind.BORG, Verdict.SUCCESS, 0)
    assert found.facts["bytes_total"] == 305510
    assert found.facts["bytes_added"] == 1700
    assert found.facts["files_total"] == 43
    assert found.facts["seconds"] == 62.02
    assert found.facts["snapshot_ids"] == ("office-2026-10-12",)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (RC_0, Verdict.SUCCESS),
        (CREATES + STATISTICS, Verdict.SUCCESS),
        (BORG_2, Verdict.SUCCESS),
        (PRUNE, Verdict.SUCCESS),
        (CHECK, Verdict.SUCCESS),
        (CHECK.replace("Finished full", "Completed"), Verdict.SUCCESS),
        ("compaction freed about 14.43 kB repository space.", Verdict.SUCCESS),
        ('{\n    "archive": {\n        "stats": {\n            "nfiles": 5,', Verdict.SUCCESS),
        (CREATES, Verdict.UNKNOWN),
        (PRUNE.splitlines()[0], Verdict.UNKNOWN),
        ("Starting repository check", Verdict.UNKNOWN),
        (STATISTICS + UNREADABLE, Verdict.WARNING),
        ("terminating with warning status, rc 1", Verdict.WARNING),
        ("terminating with warning status, rc 107", Verdict.WARNING),
        ("/nope: [Errno 2] No such file or directory: 'nope'", Verdict.WARNING),
        ("/home/a.log: file changed while we backed it up", Verdict.WARNING),
        ("Include pattern '/x' never matched.", Verdict.WARNING),
        ("terminating with error status, rc 2", Verdict.FAILURE),
        ("terminating with error status, rc 13", Verdict.FAILURE),
        ("terminating with signal status, rc 143", Verdict.FAILURE),
        ("Received SIGTERM", Verdict.FAILURE),
        (LOCKED, Verdict.FAILURE),
        ("Archive office-1 already exists", Verdict.FAILURE),
        ("Repository /srv/none does not exist.", Verdict.FAILURE),
        ("/srv/x is not a valid repository. Check repo config.", Verdict.FAILURE),
        ("passphrase supplied in BORG_PASSPHRASE is incorrect.", Verdict.FAILURE),
        ("Passphrase supplied in BORG_PASSPHRASE is incorrect.", Verdict.FAILURE),
        ("can not acquire a passphrase: BORG_PASSPHRASE is not set.", Verdict.FAILURE),
        ("Remote: ssh: connect to host nas port 22: Connection refused", Verdict.FAILURE),
        ("Connection closed by remote host. Is borg working on the server?", Verdict.FAILURE),
        ("The storage quota (5 MB) has been exceeded (6 MB). Try deleting", Verdict.FAILURE),
        ("Data integrity error: Segment entry checksum mismatch [segment 2]", Verdict.FAILURE),
        ("Finished full repository check, errors found.", Verdict.FAILURE),
        ("Archive consistency check complete, problems found.", Verdict.FAILURE),
        ("Command Error: Command 'false' exited with status 1", Verdict.FAILURE),
        ("borg create: error: unrecognized arguments: --no-such", Verdict.FAILURE),
        ("Local Exception", Verdict.FAILURE),
    ],
)
def test_each_line_proves_what_it_says(text: str, verdict: Verdict) -> None:
    found = judged(text)
    assert (found.kind, found.verdict) == (Kind.BORG, verdict), found


@pytest.mark.parametrize("version", ["1.1", "2.0"])
def test_a_json_log_says_the_same(version: str) -> None:
    line = '{"type": "log_message", "time": 1.5, "message": "%s", "levelname": "ERROR"}'
    for text in (RC_0, LOCKED, UNREADABLE, STATISTICS if version == "1.1" else BORG_2):
        logged = "\n".join(line % each for each in text.splitlines())
        assert judged(logged).verdict is judged(text).verdict


def test_a_create_that_was_killed_is_not_ended_by_the_prune_after_it() -> None:
    assert judged(CREATES + PRUNE + RC_0).verdict is Verdict.UNKNOWN
    assert judged(CREATES + STATISTICS + PRUNE + RC_0).verdict is Verdict.SUCCESS


def test_the_archive_that_info_shows_is_not_the_one_that_was_to_be_written() -> None:
    info = STATISTICS.replace("Number of files", "Command line: borg create x\nNumber of files")
    assert judged(CREATES + info).verdict is Verdict.UNKNOWN
    assert judged(CREATES + STATISTICS + info).verdict is Verdict.SUCCESS


def test_a_full_disk_says_so() -> None:
    text = (
        "/home/big: read: [Errno 28] No space left on device\n"
        "No space left on device, cleaning up partial transaction to free space.\n"
        "Local Exception\nTraceback (most recent call last):\n"
        "OSError: [Errno 28] No space left on device\nterminating with error status, rc 2\n"
    )
    found = judged(text)
    assert (found.verdict, found.what) == (Verdict.FAILURE, "No space left on device (code 2)")


@pytest.mark.parametrize("failure", [LOCKED, "terminating with error status, rc 2\n"])
def test_p2_a_failure_anywhere_outweighs_a_good_end(failure: str) -> None:
    lines = (STATISTICS + RC_0).splitlines(keepends=True)
    for at in range(len(lines) + 1):
        text = "".join((*lines[:at], failure, *lines[at:]))
        assert judged(text, "office: OK").verdict is Verdict.FAILURE


def test_p2_without_its_evidence_nothing_is_a_success() -> None:
    good = judged(CREATES + STATISTICS)
    kept = (CREATES + STATISTICS).splitlines()
    for proof in good.evidence:
        kept = [line for line in kept if line.strip() != proof.text or proof.proves != "success"]
    assert judged("\n".join(kept)).verdict is Verdict.UNKNOWN


@pytest.mark.parametrize(
    "text",
    [
        "U /home/terminating with error status, rc 2",
        "A /home/Archive x already exists/report.odt",
        "> terminating with error status, rc 2",
        "d /home/Local Exception",
        "Killed stale lock desk4@3281355014145.10838-0.",
    ],
)
def test_names_and_quotations_prove_nothing(text: str) -> None:
    assert judged(f"{text}\n{STATISTICS}{RC_0}").verdict is Verdict.SUCCESS


def test_errors_that_any_program_prints_are_borgs_only_where_borg_is_named() -> None:
    assert (
        report("/x: stat: [Errno 2] No such file or directory: '/x'", "log").kind is not Kind.BORG
    )
    assert report("Archive photos already exists", "log").kind is not Kind.BORG


def test_the_same_news_has_one_fingerprint_and_other_news_another() -> None:
    again = STATISTICS.replace("-12", "-13").replace("305.51", "311.40").replace("43", "44")
    assert fingerprint(judged(STATISTICS)) == fingerprint(judged(again))
    denied = "Failed to create/acquire the lock /r/lock.exclusive ([Errno 13] x: '/r/%s.tmp').\n"
    same = [judged(denied % f"lock.exclusive.{name}") for name in ("03ah6z_6", "ge0yu8j1")]
    assert fingerprint(same[0]) == fingerprint(same[1])
    others = (LOCKED, LOCKED.replace("office", "home"), UNREADABLE, "Local Exception", STATISTICS)
    assert len({fingerprint(judged(text)) for text in others}) == len(others)


SUMMARY = "\nsummary:\n/etc/borgmatic.d/a.yaml: Successfully ran configuration file\n"
RUN = f"/srv/a: Creating archive\n{CREATES}/srv/a: Pruning archives\n{PRUNE.splitlines()[0]}\n"
MISSING = "Repository /srv/none does not exist.\n"
FAILED = f"""{MISSING}main: Error running actions for repository
Command '/usr/bin/borg create --x /tmp/borgmatic-ab12cd34/patterns' returned non-zero exit status 2.
/etc/borgmatic.d/b.yaml: Error running configuration
"""


def test_borgmatic_ends_what_borg_has_begun() -> None:
    found = judged(RUN + SUMMARY)
    assert (found.kind, found.verdict) == (Kind.BORG, Verdict.SUCCESS)
    assert [part.name for part in found.parts] == ["/etc/borgmatic.d/a.yaml"]
    assert judged(RUN).verdict is Verdict.UNKNOWN


def test_borgmatics_summary_does_not_hide_a_file_that_borg_could_not_read() -> None:
    assert judged(RUN + UNREADABLE + SUMMARY).verdict is Verdict.WARNING


def test_one_of_two_configuration_files_fails() -> None:
    found = judged(FAILED + RUN + SUMMARY)
    assert (found.verdict, found.what) == (
        Verdict.FAILURE,
        "Repository /srv/none does not exist",
    )
    assert {part.name[-6:]: part.verdict for part in found.parts} == {
        "b.yaml": Verdict.FAILURE,
        "a.yaml": Verdict.SUCCESS,
    }


def test_a_repository_that_borgmatic_tries_again_is_forgiven() -> None:
    tried = FAILED.splitlines(keepends=True)[:3]
    again = "main: Retrying... attempt 1/2\n"
    assert judged("".join((*tried, again, RUN, SUMMARY))).verdict is Verdict.SUCCESS
    assert judged("".join((*tried, RUN, SUMMARY))).verdict is Verdict.FAILURE


def test_a_failed_command_of_another_program_is_not_borgmatics() -> None:
    text = "subprocess.CalledProcessError: Command 'make' returned non-zero exit status 2."
    assert report(text, "log").kind is not Kind.BORG


def test_borgmatics_random_folder_is_no_news() -> None:
    other = FAILED.replace("ab12cd34", "x8_so72l")
    assert fingerprint(judged(FAILED)) == fingerprint(judged(other))


BORG = shutil.which("borg")


class Runs:
    """A repository, a source, and the real borg."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        source = folder / "source"
        source.mkdir()
        (source / "error report.txt").write_text("x" * 5000)
        self.run("init", "-e", "none", "repo")

    def run(self, *args: str) -> tuple[int, Report]:
        done = subprocess.run(
            [BORG or "borg", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={
                "HOME": str(self.folder),
                "PATH": os.environ["PATH"],
                "LC_ALL": "C.UTF-8",
                "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
            },
            timeout=20,
            check=False,
        )
        return done.returncode, judged(done.stdout.decode(), "borg: OK")


def _means(status: int) -> Verdict:
    return {0: Verdict.SUCCESS, 1: Verdict.WARNING}.get(status, Verdict.FAILURE)


@pytest.mark.skipif(BORG is None, reason="borg is not installed (Debian: borgbackup)")
def test_each_run_of_the_real_borg_is_judged_by_its_exit_status(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    for args, expected in (
        (("create", "--stats", "--list", "repo::a", "source"), 0),
        (("create", "-v", "--stats", "--show-rc", "repo::b", "source", "missing"), 1),
        (("create", "repo::a", "source"), 2),
        (("create", "--show-rc", "none::a", "source"), 2),
        (("check", "-v", "repo"), 0),
    ):
        status, found = runs.run(*args)
        assert status == expected
        assert (found.kind, found.verdict) == (Kind.BORG, _means(status)), found
