"""The commands as an operator or a program calls them."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.e2e.running import ROOT, configuration

KEYS_OF_EXPLAIN = {
    "file", "kind", "host", "job", "verdict", "exit_code", "claim", "claim_truthful", "evidence",
    "facts", "fingerprint", "subject", "route", "recipients", "reasons", "touched", "what", "parts",
    "text_claim", "text_claim_truthful",
}  # fmt: skip
MAIL = (
    "From: root\nTo: root\nSubject: Backup OK\n\n"
    "rsync error: error in socket IO (code 10) at clientserver.c(138) [sender=3.2.7]\n"
)


def relay(
    *arguments: str | Path, status: int = 0, feed: str = "", cwd: Path = ROOT, **environ: str
) -> "subprocess.CompletedProcess[str]":
    done = subprocess.run(
        [sys.executable, "-m", "relay", *arguments],
        input=feed, capture_output=True, text=True, check=False, cwd=cwd, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    return done


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(configuration(tmp_path, 2599)))
    return path


def test_explain_prints_one_object_a_line_with_stable_keys(tmp_path: Path) -> None:
    files = [tmp_path / "a.eml", tmp_path / "b.eml"]
    for file in files:
        file.write_text(MAIL)
    told = [json.loads(line) for line in relay("explain", "--json", *files).stdout.splitlines()]
    assert [set(each) for each in told] == [KEYS_OF_EXPLAIN] * 2
    first = told[0]
    assert first["file"] == str(files[0])
    assert (first["verdict"], first["exit_code"]) == ("failure", 10)
    assert (first["claim"], first["claim_truthful"]) == ("success", False)
    assert first["evidence"][0]["line"] == 1
    assert set(first["subject"]) == {"original", "final"}
    assert first["subject"]["final"].startswith("[FAILED]")
    assert first["touched"] == "full"


def test_explain_needs_no_configuration_and_no_store(tmp_path: Path) -> None:
    told = relay("explain", "-", "--json", feed=MAIL, cwd=tmp_path).stdout
    assert json.loads(told)["verdict"] == "failure"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"\x00\xff" * 5000, b"\n\n\n", b"Subject: x"])
def test_explain_takes_anything(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "odd.eml"
    file.write_bytes(content)
    told = json.loads(relay("explain", "--json", file).stdout)
    assert told["verdict"] in ("unknown", "none")


def test_explain_says_which_file_it_cannot_read_and_reads_the_rest(tmp_path: Path) -> None:
    good = tmp_path / "good.eml"
    good.write_text(MAIL)
    done = relay("explain", "--json", tmp_path / "none.eml", tmp_path, good, status=1)
    assert len(done.stdout.splitlines()) == 1
    assert "none.eml: No such file" in done.stderr
    assert "Is a directory" in done.stderr


def test_check_passes_the_shipped_configuration() -> None:
    assert "valid" in relay("check").stdout


def test_check_tells_file_line_and_what_to_do(config: Path) -> None:
    config.write_text(config.read_text().replace("hosts:", "hsots:"))
    done = relay("check", "-c", config, status=2)
    assert f"{config}:" in done.stderr
    assert 'did you mean "hosts"' in done.stderr
    told = json.loads(relay("check", "--json", "-c", config, status=2).stdout)
    assert any("hosts" in problem for problem in told["problems"])


@pytest.mark.parametrize(
    "command",
    [("why", "X"), ("show", "X"), ("list",), ("queue", "list"), ("ledger", "check")],
    ids=" ".join,
)
def test_without_a_store_a_command_says_what_makes_one(
    config: Path, command: tuple[str, ...]
) -> None:
    done = relay(*command, "-c", config, status=2)
    assert "`relay serve` makes it" in done.stderr


def test_without_a_relay_the_queue_is_changed_directly(config: Path) -> None:
    done = relay("queue", "hold", "NOSUCH", "--reason", "why not", "-c", config, status=3)
    assert "no message or mail has the ID NOSUCH" in done.stderr
    assert "balanced" in relay("ledger", "check", "-c", config).stdout


def test_an_act_on_the_queue_wants_a_reason(config: Path) -> None:
    assert "--reason" in relay("queue", "drop", "X", "-c", config, status=2).stderr


def test_keys_are_made_private_shown_and_published(config: Path, tmp_path: Path) -> None:
    printed = relay("keys", "new", "2026a", "--folder", tmp_path / "keys").stdout
    settings = yaml.safe_load(config.read_text()) | yaml.safe_load(printed)
    config.write_text(yaml.safe_dump(settings))
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "keys").iterdir()}
    assert modes == {0o600}
    shown = [
        json.loads(line)
        for line in relay("keys", "show", "--json", "-c", config).stdout.splitlines()
    ]
    assert [key["selector"] for key in shown] == ["2026a-rsa", "2026a-ed25519"]
    published = relay("keys", "dns", "-c", config).stdout
    assert "2026a-rsa._domainkey.example.org. IN TXT" in published
    assert "k=ed25519" in published


def test_a_key_that_exists_is_never_overwritten(tmp_path: Path) -> None:
    relay("keys", "new", "2026a", "--folder", tmp_path)
    before = (tmp_path / "2026a-rsa.pem").read_bytes()
    assert "exists already" in relay("keys", "new", "2026a", "--folder", tmp_path, status=2).stderr
    assert (tmp_path / "2026a-rsa.pem").read_bytes() == before


def test_the_first_user_can_be_added_before_all_else_is_right(config: Path, tmp_path: Path) -> None:
    settings = yaml.safe_load(config.read_text())
    settings["ingest"]["users_file"] = "users"
    settings["hosts"][0]["users"] = ["nas"]
    config.write_text(yaml.safe_dump(settings))
    relay("users", "add", "nas", "-c", config, feed="correct horse battery\n")
    assert relay("users", "list", "-c", config).stdout == "nas\n"
    assert "battery" not in (tmp_path / "users").read_text()
    assert stat.S_IMODE((tmp_path / "users").stat().st_mode) == 0o600
    relay("check", "-c", config)
    relay("users", "remove", "nas", "-c", config)
    assert relay("users", "list", "-c", config).stdout == ""


COMMANDS = ["serve", "check", "explain", "lint", "why", "show", "list", "demo", "dns", "doctor"]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_helps(command: str) -> None:
    assert "Usage:" in relay(command, "--help").stdout
