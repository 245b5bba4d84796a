"""`relay audit` as an operator or a program calls it."""

import io
import json
import re
import subprocess
import sys
import tarfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from relay.store.store import Store
from tests.cli.test_commands import ROOT, relay
from tests.conftest import Clock
from tests.e2e.running import configuration
from tests.flow.world import SUCCESS, failure
from tests.store.acting import made

LYING = '#!/bin/sh\nrsync -a a b > l 2>&1\nmail -s "Backup OK" root < l\n'


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "backup.sh"
    file.write_text(LYING)
    file.chmod(0o750)
    return file


def test_a_finding_is_a_line_in_a_pipe_and_an_error_makes_the_code_1(script: Path) -> None:
    done = relay("audit", script, status=1)
    first, second = done.stdout.splitlines()
    assert first.split("\t")[:4] == [str(script), "3", "RA101", "error"]
    assert second.split("\t")[1:4] == ["3", "RA201", "note"]
    assert done.stderr == "1 of 1 files judged: 1 errors, 0 warnings, 1 notes\n"


def test_a_note_fails_only_where_it_is_asked_to(script: Path) -> None:
    script.write_text(LYING.replace("l 2>&1\n", "l 2>&1 || exit\n"))
    relay("audit", script)
    relay("audit", script, "--fail-on", "warning")
    relay("audit", script, "--fail-on", "note", status=1)


@pytest.mark.needs("patch")
def test_a_patch_is_one_that_patch_takes_and_nothing_is_changed_without_write(
    script: Path,
) -> None:
    done = relay("audit", script.name, "--fix", cwd=script.parent, status=1)
    assert script.read_text() == LYING
    assert done.stdout.startswith("--- a/backup.sh\n+++ b/backup.sh\n")
    applied = subprocess.run(
        ["patch", "-p1"], input=done.stdout, cwd=script.parent, text=True, check=False,
        capture_output=True,
    )  # fmt: skip
    assert applied.returncode == 0, applied.stdout
    assert "RA101" not in relay("audit", script).stdout


def test_write_changes_in_place_and_keeps_the_mode(script: Path) -> None:
    relay("audit", script, "--write", status=1)
    assert "FAILED with code $failed" in script.read_text()
    assert script.stat().st_mode & 0o777 == 0o750
    assert [each.name for each in script.parent.iterdir()] == ["backup.sh"]
    assert "RA101" not in relay("audit", script).stdout


def test_formats_exclude_each_other_and_each_prints_the_finding(script: Path) -> None:
    relay("audit", script, "--json", "--sarif", status=2)
    told = json.loads(relay("audit", script, "--json", status=1).stdout.splitlines()[0])
    assert (told["rule"], told["line"], told["fixable"]) == ("RA101", 3, True)
    log = json.loads(relay("audit", script, "--sarif", status=1).stdout)
    assert log["runs"][0]["results"][0]["ruleId"] == "RA101"
    assert "::error file=" in relay("audit", script, "--github", status=1).stdout
    assert "<testsuites " in relay("audit", script, "--junit", status=1).stdout


def test_a_tar_on_standard_input_is_audited(script: Path) -> None:
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        tar.add(script, "etc/cron.daily/backup")
    done = subprocess.run(
        [sys.executable, "-m", "relay", "audit", "-", "--json"],
        input=stream.getvalue(), capture_output=True, cwd=ROOT, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 1
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert {each["path"] for each in told} == {"/etc/cron.daily/backup"}
    assert "no tar" in relay("audit", "-", feed="nothing", status=2).stderr
    relay("audit", "-", script, status=2)


def test_a_root_is_looked_at_in_its_usual_places(tmp_path: Path) -> None:
    (tmp_path / "etc/cron.d").mkdir(parents=True)
    (tmp_path / "etc/cron.d/copy").write_text("0 3 * * * root rsync -a a b; date\n")
    done = relay("audit", "--root", tmp_path)
    assert done.stdout.startswith("/etc/cron.d/copy\t1\tRA103\twarning\t")
    relay("audit", "--root", tmp_path, "--fail-on", "warning", status=1)
    assert (
        "none of the usual places"
        in relay("audit", "--root", tmp_path / "etc/cron.d", status=2).stderr
    )
    relay("audit", "--root", tmp_path / "absent", status=3)


def test_a_baseline_leaves_out_what_was_there(script: Path, tmp_path: Path) -> None:
    known = tmp_path / "known.json"
    relay("audit", script, "--write-baseline", known)
    assert relay("audit", script, "--baseline", known).stdout == ""
    script.write_text(script.read_text() + "rsync -a c d || true\n")
    told = relay("audit", script, "--baseline", known, status=1).stdout
    assert told.count("\n") == 1
    assert "RA104" in told
    relay("audit", script, "--baseline", tmp_path / "absent", status=2)


def test_a_rule_is_explained_and_an_unknown_one_is_3() -> None:
    assert "tee, gzip or mail end well" in relay("audit", "--explain", "ra102").stdout
    assert json.loads(relay("audit", "--explain", "RA102", "--json").stdout)["id"] == "RA102"
    assert "RA607" in relay("audit", "--list").stdout
    relay("audit", "--explain", "RA999", status=3)


def test_a_file_that_cannot_be_judged_gets_a_line_and_fails_nothing(tmp_path: Path) -> None:
    (tmp_path / "x.sh").write_bytes(b"\0" * 10)
    done = relay("audit", tmp_path / "x.sh", tmp_path / "absent.sh")
    assert "not judged: not text" in done.stderr
    assert "absent.sh: cannot be read: No such file" in done.stderr


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A configuration with a store in which a job has lied twice."""
    folder = tmp_path_factory.mktemp("seen")
    clock = Clock()
    clock.time = datetime.now(UTC) - timedelta(days=4)
    written = configuration(folder, 2599)
    with Store(written["store"]["url"], "test-node", clock) as store:
        world = made(store, clock, folder)
        for day in range(4):
            world.send(failure() if day % 2 else SUCCESS, subject="Backup OK")
            world.advance(days=1)
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(written))
    return path


def test_observed_grades_each_job_by_its_mails(seen: Path) -> None:
    (row,) = [
        json.loads(line)
        for line in relay("audit", "--observed", "--json", "-c", seen).stdout.splitlines()
    ]
    assert (row["mails"], row["false_successes"], row["grade"]) == (4, 2, "D")
    assert "\tD " in relay("audit", "--observed", "-c", seen).stdout


def test_observed_ties_a_line_to_the_mails_that_it_made(seen: Path, script: Path) -> None:
    first, _ = relay("audit", script, "--observed", "-c", seen, status=1).stdout.splitlines()
    assert "this line made 2 false subjects in 30 days, the last on " in first


def test_the_hook_of_pre_commit_takes_what_the_audit_judges() -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert (hook["id"], hook["entry"]) == ("relay-audit", "relay audit")
    wanted = (
        "a/backup.sh",
        "x.service",
        "etc/cron.d/copy",
        "cron.daily/x",
        "crontab",
        "x/.msmtprc",
    )
    assert [name for name in wanted if not re.search(hook["files"], name)] == []
    assert [name for name in ("README.md", "src/main.c") if re.search(hook["files"], name)] == []
