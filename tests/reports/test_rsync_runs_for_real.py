"""The real rsync, run here and now: each verdict must be what its exit status means."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from relay.reports.readers.rsync.codes import code
from relay.reports.report import Report, Verdict
from tests.reports.given import report

RSYNC = shutil.which("rsync")
pytestmark = pytest.mark.skipif(
    RSYNC is None, reason="rsync is not installed; apt-get install rsync"
)
_NOBODY = 65534
_SECONDS = 30


class Tree:
    """A source with a few files, some named to mislead, and an empty place for the copy."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.source = folder / "source"
        self.copy = folder / "copy"
        for name in ("hr/pay.txt", "templates/error_codes.pdf", "failed payments 2026.xlsx"):
            path = self.source / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(name * 50)
        self.copy.mkdir()

    def run(self, *args: str, user: int | None = None) -> tuple[int, Report]:
        """Run rsync in the tree's folder as a script does: both streams into one log."""
        done = subprocess.run(
            [RSYNC or "rsync", *args],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.folder,
            env={"LC_ALL": "C", "PATH": os.environ["PATH"], "HOME": str(self.folder)},
            timeout=_SECONDS,
            user=user,
            check=False,
        )
        text = done.stdout.decode().replace("\r", "\n")
        return done.returncode, report(text, "Backup OK")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


def _is_true(status: int, found: Report) -> None:
    assert found.verdict is code(status).verdict, found
    assert found.exit_code in (status, None if status else 0)
    assert found.claim_truthful is (found.verdict is Verdict.SUCCESS)


_GOOD = [
    ("-av", "source/", "copy/"),
    ("-a", "--stats", "source/", "copy/"),
    ("-aih", "--stats", "source/", "copy/"),
    ("-avvi", "source/", "copy/"),
    ("-avn", "--delete", "source/", "copy/"),
    ("-av", "--progress", "source/", "copy/"),
    ("-av", "--info=progress2", "source/", "copy/"),
    ("-a", "--info=progress2", "source/", "copy/"),
    ("-av", "source/empty/", "copy/"),
    ("-rv", "--no-inc-recursive", "source/", "copy/new/"),
]


@pytest.mark.parametrize("args", _GOOD, ids=" ".join)
def test_a_run_that_ends_well_is_a_success(tree: Tree, args: tuple[str, ...]) -> None:
    (tree.source / "empty").mkdir()
    status, found = tree.run(*args)
    assert status == 0
    _is_true(status, found)
    assert ("dry_run" in found.facts) is ("-avn" in args)


def test_deletions_and_a_second_run_without_changes_are_successes(tree: Tree) -> None:
    (tree.copy / "old").mkdir()
    (tree.copy / "old" / "error.log").write_text("x")
    for _ in range(2):
        _is_true(*tree.run("-av", "--stats", "--delete", "source/", "copy/"))


_BAD = {
    "missing source": ("-av", "missing/", "copy/"),
    "missing file": ("-a", "source/hr/pay.txt", "source/gone.txt", "copy/"),
    "missing source with a dry run": ("-avn", "missing/", "copy/"),
    "wrong target": ("-av", "source/", "/nonexistent/a/b/"),
    "two sources into a file": ("-a", "source/hr", "source/templates", "source/hr/pay.txt"),
    "unknown option": ("-a", "--delte", "source/", "copy/"),
    "both remote": ("-a", "one:/a", "two:/b"),
    "missing list of files": ("-a", "--files-from=/nonexistent", "source/", "copy/"),
    "no remote shell": ("-a", "-e", "/nonexistent/ssh", "source/", "nas:/x/"),
    "no remote rsync": ("-a", "-e", "./remote.sh", "--rsync-path=/no/rsync", "source/", "nas:/x/"),
    "daemon refuses": ("-a", "source/", "rsync://127.0.0.1:9/module/"),
    "shell prints text": ("-a", "-e", "./chatty.sh", "source/", "nas:/x/"),
}


@pytest.mark.parametrize("args", _BAD.values(), ids=_BAD.keys())
def test_p2_a_run_that_ends_badly_is_never_a_success(tree: Tree, args: tuple[str, ...]) -> None:
    _script(tree.folder / "remote.sh", 'shift; exec "$@"')
    _script(tree.folder / "chatty.sh", "echo Welcome, no errors here; exit 0")
    status, found = tree.run(*args)
    assert status != 0
    _is_true(status, found)


@pytest.mark.skipif(shutil.which("ssh") is None, reason="ssh is not installed")
def test_a_refused_ssh_connection_is_a_failure_with_its_reason(tree: Tree) -> None:
    shell = "ssh -p 1 -o BatchMode=yes -o ConnectTimeout=5"
    status, found = tree.run("-a", "-e", shell, "source/", "127.0.0.1:/x/")
    _is_true(status, found)
    assert "Connection refused" in found.what


def test_an_unreadable_file_is_a_failure_that_counts_it(tree: Tree) -> None:
    secret = tree.source / "hr" / "pay.txt"
    secret.chmod(0)
    user = _NOBODY if os.geteuid() == 0 else None
    tree.copy.chmod(0o777)
    _open_to(user, tree.folder)
    status, found = tree.run("-rltv", "source/", "copy/", user=user)
    assert status == 23
    _is_true(status, found)
    assert found.what == "partial transfer, 1 file unreadable (code 23)"


def test_stopped_deletions_are_a_warning(tree: Tree) -> None:
    for number in range(5):
        (tree.copy / f"old-{number}").write_text("x")
    status, found = tree.run("-av", "--delete", "--max-delete=2", "source/", "copy/")
    assert status == 25
    _is_true(status, found)


def test_a_file_that_vanishes_during_the_run_is_a_warning(tree: Tree) -> None:
    (tree.source / "00big").write_bytes(os.urandom(3 << 20))
    victim = tree.source / "zz-last"
    victim.write_text("x")
    gone = threading.Thread(target=_when, args=(lambda: _transferring(tree.copy), victim.unlink))
    gone.start()
    status, found = tree.run("-av", "--bwlimit=1500", "source/", "copy/")
    gone.join()
    assert status == 24, "the file was gone too early or too late"
    _is_true(status, found)
    assert found.what == "1 file vanished during the transfer (code 24)"


def _transferring(folder: Path) -> bool:
    return any(path.name.startswith(".00big.") for path in folder.iterdir())


def _when(happens: Callable[[], bool], do: Callable[[], None]) -> None:
    """Do something as soon as something happens, within a bounded time."""
    for _ in range(1000):
        if happens():
            do()
            return
        time.sleep(0.005)


def _script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def _open_to(user: int | None, folder: Path) -> None:
    """Let another user reach the tree through pytest's private folders."""
    if user is None:
        return
    for path in (folder, *folder.parents):
        if path.owner() == "root" and not path.stat().st_mode & 0o001:
            path.chmod(path.stat().st_mode | 0o011)
