"""`relay policy` as an operator or a program calls it."""

import json
import shutil
import smtplib
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from tests.cli.test_commands import MAIL, relay
from tests.e2e.running import ROOT, RunningRelay
from tests.smtpd import Sink

SHIPPED = ROOT / "policies"
GOOD = "sent 1,234 bytes  received 56 bytes  2,580.00 bytes/sec\ntotal size is 9  speedup is 1.00\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "policies"))


class TestCheck:
    def test_the_shipped_policies_are_good(self) -> None:
        assert "7 files" in relay("policy", "check", SHIPPED).stdout

    def test_a_mistake_is_told_with_file_and_line(self, folder: Path) -> None:
        (folder / "mine.yaml").write_text("rules:\n  - name: one\n    then: {rout: now}\n")
        done = relay("policy", "check", folder, status=2)
        assert 'policies/mine.yaml:3 unknown key "rout"; did you mean "route"?' in done.stderr
        told = json.loads(relay("policy", "check", folder, "--json", status=2).stdout)
        assert told["problems"] == [
            'policies/mine.yaml:3 unknown key "rout"; did you mean "route"?'
        ]

    def test_an_optional_file_is_looked_at_too(self, folder: Path) -> None:
        (folder / "optional/strict.yaml").write_text("rules: 3\n")
        done = relay("policy", "check", folder, status=2)
        assert "optional/strict.yaml:1 rules: must be a list" in done.stderr

    def test_an_example_that_does_not_come_out_is_bad_news(self, folder: Path) -> None:
        text = "examples:\n  - name: a wish\n    body: done\n    expect: {verdict: success}\n"
        (folder / "mine.yaml").write_text(text)
        done = relay("policy", "check", folder, status=1)
        assert 'mine.yaml:2 the example "a wish": verdict should be "success"' in done.stderr

    def test_relay_check_warns_of_examples_and_optional_files(
        self, folder: Path, tmp_path: Path
    ) -> None:
        (folder / "optional/strict.yaml").write_text("rules: 3\n")
        config = tmp_path / "config.yaml"
        config.write_text((ROOT / "config.yaml").read_text())
        done = relay("check", "-c", config)
        assert "optional/strict.yaml:1 rules: must be a list" in done.stderr


def test_the_schema_is_printed_for_editors() -> None:
    schema = json.loads(relay("policy", "schema").stdout)
    Draft202012Validator.check_schema(schema)
    assert not Draft202012Validator(schema).is_valid({"rules": 3})
    assert Draft202012Validator(schema).is_valid(
        yaml.safe_load((ROOT / "policies/default.yaml").read_text())
    )


class TestTest:
    def test_it_says_which_rules_apply_and_which_are_too_late(self, folder: Path) -> None:
        (folder / "a.yaml").write_text("rules:\n  - name: mine\n    then: {subject: '{job}'}\n")
        done = relay("policy", "test", "-", "--policies", folder, feed=MAIL)
        assert "a.yaml: mine: decides subject  policies/a.yaml:2" in done.stdout
        assert "default.yaml: reports: decides route, repeat, edits; too late for subject" in (
            done.stdout
        )
        assert "verdict   failure" in done.stdout

    def test_as_json_it_is_what_explain_says_and_the_rules(self, tmp_path: Path) -> None:
        file = tmp_path / "mail.eml"
        file.write_text(MAIL)
        tested = json.loads(relay("policy", "test", file, "--json").stdout)
        told = tested.pop("rules")
        assert tested == json.loads(relay("explain", file, "--json").stdout)
        assert told[-1]["rule"] == "default.yaml: everything else"
        assert set(told[0]) == {"rule", "place", "decides", "too_late"}

    def test_a_file_that_is_not_there_is_told(self, tmp_path: Path) -> None:
        assert "No such file" in relay("policy", "test", tmp_path / "no", status=1).stderr


def test_rules_are_listed_in_their_order_with_their_places() -> None:
    lines = relay("policy", "rules", "--policies", SHIPPED).stdout.splitlines()
    assert lines[0].split("\t") == [
        "backups.yaml: backups that went well",
        "kind borg, restic, rsnapshot, vzdump, backup-other; verdict success",
        "route, digest",
        lines[0].split("\t")[3],
    ]
    assert lines[0].rpartition("\t")[2].startswith("policies/backups.yaml:")
    assert lines[-1].startswith("default.yaml: everything else\teverything\troute\t")
    told = json.loads(
        relay("policy", "rules", "--policies", SHIPPED, "--json").stdout.splitlines()[0]
    )
    assert told["then"]["digest"] == {"name": "daily", "at": "daily at 07:00"}


class TestBacktest:
    """On the store of a relay that is running, and goes on running."""

    def test_it_shows_what_another_policy_would_have_done(
        self, folder: Path, tmp_path: Path
    ) -> None:
        lax = tmp_path / "lax"
        lax.mkdir()
        (lax / "all.yaml").write_text("rules:\n  - {name: all, then: {subject: other}}\n")
        policy = {"folder": str(folder)}
        (folder / "00-copies.yaml").write_text(
            "rules:\n  - {name: ada, then: {recipients: {add: ada@example.com}}}\n"
        )
        with Sink() as sink, RunningRelay(tmp_path, sink.port, policy=policy) as running:
            running.send(MAIL.replace("\n", "\r\n").encode())
            running.send(f"From: root\r\nSubject: copy\r\n\r\n{GOOD}".encode())
            running.wait_for_event("prepared", count=2)
            run = ("policy", "backtest", "-c", running.path, "--since", "1h")
            done = relay(*run, "--policies", lax, status=1)
            told = json.loads(relay(*run, "--policies", lax, "--json", status=1).stdout)
            same = relay(*run, "--policies", folder)
            alone = json.loads(relay(*run, "--json").stdout)
            with smtplib.SMTP("127.0.0.1", running.port) as client:
                assert client.noop()[0] == 250
        first, second = done.stdout.splitlines()[:2]
        assert first == "1 failure would be told later or to fewer people:"
        assert second.partition("  failure  ")[2].startswith(
            "web01 Backup: to 1 instead of 2 people, not ada@example.com"
        )
        assert "ada@example.com\t2\t0" in done.stdout
        assert "2 would have another subject:" in done.stdout
        assert told["mails"]["ada@example.com"] == {"now": 2, "then": 0}
        assert [each["loses"] for each in told["worse"]] == [["ada@example.com"]]
        assert "No failure would be told later or to fewer people." in same.stdout
        assert alone["worse"] == []
        assert sum(each["merged"] for each in alone["changes"]) == 1

    def test_a_time_that_is_none_is_wrong_usage(self) -> None:
        assert "is no length of time" in relay(
            *("policy", "backtest", "--since", "soon"), status=2
        ).stderr.replace("\n", " ")


@pytest.mark.parametrize("command", ["check", "schema", "test", "rules", "backtest"])
def test_every_command_helps(command: str) -> None:
    assert "Usage:" in relay("policy", command, "--help").stdout
