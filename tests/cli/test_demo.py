"""`relay demo` shows real jobs, and recorded ones where there is no rsync."""

import json
from pathlib import Path

import pytest

from tests.cli.test_commands import relay

VERDICTS = {
    "nightly-www.sh": ("success", None),
    "backup-home.sh": ("failure", False),
    "spool.sh": ("warning", None),
    "databases.sh": ("failure", False),
    "offsite.sh": ("failure", None),
}


def told(folder: Path, **environ: str) -> dict[str, dict[str, object]]:
    printed = relay("demo", "--folder", folder, "--json", **environ).stdout
    rows = [json.loads(line) for line in printed.splitlines()]
    return {row["script"]: row for row in rows}


@pytest.mark.needs("rsync")
def test_real_jobs_are_judged_by_what_they_did(tmp_path: Path) -> None:
    rows = told(tmp_path / "demo")
    assert {name: (row["verdict"], row["claim_truthful"]) for name, row in rows.items()} == VERDICTS
    assert rows["backup-home.sh"]["subject_in"] == "Backup OK"
    assert str(rows["backup-home.sh"]["subject_out"]).startswith("[FAILED]")
    sent = [file.read_bytes() for file in (tmp_path / "demo/outbox/new").iterdir()]
    assert len(sent) == len(VERDICTS)
    assert all(b"demo-secret" not in mail for mail in sent)
    account = relay("ledger", "check", "--json", "-c", tmp_path / "demo/config.yaml").stdout
    assert json.loads(account)["holds"]


def test_without_rsync_recorded_output_is_judged_the_same(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "sh").symlink_to("/bin/sh")
    rows = told(tmp_path / "demo", PATH=str(tools))
    assert {name: (row["verdict"], row["claim_truthful"]) for name, row in rows.items()} == VERDICTS


def test_a_folder_of_somebody_elses_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.odt").write_text("years of work")
    done = relay("demo", "--folder", tmp_path, status=2)
    assert "holds something else" in done.stderr
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.odt"]
