"""`relay jobs`, `relay silence` and `relay digest`, as an operator or a program calls them."""

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from relay.store.store import Store
from tests.cli.test_commands import relay
from tests.conftest import Clock
from tests.e2e.running import RunningRelay, configuration
from tests.flow.world import SUCCESS, failure
from tests.smtpd import Sink
from tests.store.acting import made, policies

OPS = "ops@example.org"


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store's file: one job fails twice, a host has gone silent, a digest waits."""
    folder = tmp_path_factory.mktemp("week")
    clock = Clock()
    clock.time = datetime.now(UTC) - timedelta(days=8)
    with Store(configuration(folder, 2599)["store"]["url"], "test-node", clock) as store:
        world = made(store, clock, folder)
        for day in range(8):
            world.send(SUCCESS, subject="copy of /srv/a")
            world.send(failure() if day > 5 else SUCCESS, subject="copy of /srv/b")
            if day < 6:
                world.send(SUCCESS, subject="copy of /srv/d", host="db01")
            world.advance(days=1)
        world.send("Number of regular files transferred: 12\n" + SUCCESS, subject="copy of /srv/a")
    return folder / "relay.db"


@pytest.fixture
def config(week: Path, tmp_path: Path) -> Path:
    """A configuration with a store of that week."""
    shutil.copy(week, tmp_path)
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(configuration(tmp_path, 2599)))
    return path


def told(*arguments: str | Path, config: Path, status: int = 0) -> list[dict[str, Any]]:
    printed = relay(*arguments, "--json", "-c", config, status=status).stdout
    return [json.loads(line) for line in printed.splitlines()]


def test_jobs_are_listed_with_verdicts_rhythm_and_incident(config: Path) -> None:
    a, b = relay("jobs", "list", "--host", "web*", "-c", config).stdout.splitlines()
    host, job, verdict, strip, _seen, rhythm, _next, incident = a.split("\t")
    assert (host, job, verdict, strip) == (
        "web01.acme.example",
        "copy of /srv/a",
        "success",
        "s" * 9,
    )
    assert rhythm.startswith("daily about ")
    assert incident == ""
    assert "\tssssssff\t" in b
    assert b.endswith(", 2 times")
    assert "\x1b" not in a + b


@pytest.mark.parametrize(
    ("only", "jobs"),
    [
        ((), ["copy of /srv/d", "copy of /srv/a", "copy of /srv/b"]),
        (("--bad",), ["copy of /srv/b"]),
        (("--missing",), ["copy of /srv/d"]),
        (("--bad", "--missing"), ["copy of /srv/d", "copy of /srv/b"]),
        (("--host", "DB01"), ["copy of /srv/d"]),
        (("--host", "nix*"), []),
    ],
)
def test_jobs_can_be_picked(config: Path, only: tuple[str, ...], jobs: list[str]) -> None:
    assert [each["job"] for each in told("jobs", "list", *only, config=config)] == jobs


def test_a_job_is_shown_with_all_that_is_known_of_it(config: Path) -> None:
    shown = relay("jobs", "show", "web01", "srv/b", "-c", config).stdout
    for part in ("ssssssff", "daily about", "2 reports", "opened by", "error in socket", OPS):
        assert part in shown
    (first,) = told("jobs", "show", "web01", "srv/a", config=config)
    assert first["usual"]["files_transferred"] == 12
    assert first["incident"] is None
    assert "missing" in relay("jobs", "show", "db01", "d", "-c", config).stdout


@pytest.mark.parametrize(
    ("host", "job", "status", "says"),
    [
        ("web01", "srv", 2, "may mean"),
        ("web01", "nix", 3, "has no job like"),
        ("web09", "srv", 3, "no job of a host web09 is known"),
    ],
)
def test_what_is_no_single_job_is_said(
    config: Path, host: str, job: str, status: int, says: str
) -> None:
    assert says in relay("jobs", "show", host, job, "-c", config, status=status).stderr


def test_an_expectation_is_declared_taken_back_and_a_job_forgotten(config: Path) -> None:
    (job,) = told("jobs", "expect", "web01", "srv/a", "daily by 06:00", config=config)
    assert (job["declared"], job["by_hand"]) == ("daily by 06:00", True)
    nothing = relay("jobs", "expect", "db01", "srv/d", "none", "-c", config).stdout
    assert nothing == "copy of /srv/d of db01.acme.example: nothing is expected\n"
    assert told("jobs", "list", "--missing", config=config) == []
    wrong = relay("jobs", "expect", "web01", "srv/a", "dayly by 06:00", "-c", config, status=2)
    assert 'cannot read the schedule "dayly by 06:00"' in wrong.stderr
    assert (
        "by rule" not in relay("jobs", "expect", "web01", "srv/a", "learned", "-c", config).stdout
    )
    (gone,) = told("jobs", "forget", "web01", "srv/b", "--reason", "sold", config=config)
    assert gone["forgotten"]["job"] == "copy of /srv/b"
    assert told("jobs", "list", "--bad", config=config) == []
    assert "balanced" in relay("ledger", "check", "-c", config).stdout


def test_a_silence_is_added_listed_and_ended(config: Path) -> None:
    asked = ("silence", "add", "--host", "web01", "--for", "2h", "--reason", "new disk")
    (added,) = told(*asked, "--author", "anna", config=config)
    assert (added["id"], added["author"], added["job"]) == ("S1", "anna", "*")
    assert [job for _, job in added["covers"]] == ["copy of /srv/a", "copy of /srv/b"]
    assert "new disk" in relay("silence", "list", "-c", config).stdout
    assert told("silence", "list", config=config)[0]["waiting"] == 0
    relay("silence", "end", "s1", "--reason", "disk is in", "-c", config)
    assert "nothing is silenced" in relay("silence", "list", "-c", config).stderr
    assert [each["id"] for each in told("silence", "list", "--all", config=config)] == ["S1"]


def test_a_silence_that_covers_nothing_known_is_warned_of(config: Path) -> None:
    asked = ("--host", "nix*", "--until", "2999-01-01T00:00", "--reason", "x", "-c", config)
    assert "90 days at most" in relay("silence", "add", *asked, status=2).stderr
    asked = ("--host", "nix*", "--until", "23:59", "--reason", "x", "-c", config)
    done = relay("silence", "add", *asked, LOGNAME="bert", SUDO_USER="")
    assert "no job that is known by now is like that" in done.stderr
    assert told("silence", "list", config=config)[0]["author"] == "bert"


@pytest.mark.parametrize(
    "end",
    [(), ("--for", "2h", "--until", "18:00"), ("--for", "soon"), ("--until", "tomorrow")],
)
def test_a_silence_wants_one_end_that_can_be_read(config: Path, end: tuple[str, ...]) -> None:
    asked = ("silence", "add", "--host", "*", "--reason", "x", *end, "-c", config)
    assert "Invalid value for --" in relay(*asked, status=2).stderr


def test_what_waits_is_listed_previewed_and_sent(config: Path, tmp_path: Path) -> None:
    (waits,) = told("digest", "list", config=config)
    assert (waits["kind"], waits["recipient"], waits["reports"]) == ("digest", OPS, 1)
    text = relay("digest", "preview", OPS, "-c", config).stdout
    assert text.startswith("Subject: [1 MISSING, 1 OPEN, 1 OK] daily, ")
    assert "OPEN INCIDENTS" in text
    page = tmp_path / "digest.html"
    assert str(page) in relay("digest", "preview", OPS, "--html", page, "-c", config).stdout
    assert page.read_text().startswith("<!DOCTYPE html>")
    missing = relay("digest", "preview", "eve@example.org", "-c", config, status=3)
    assert "no digest waits for eve@example.org" in missing.stderr
    (sent,) = told("digest", "send", OPS, "--reason", "audit", config=config)
    assert sent == {"sent": [waits["id"]]}
    assert "had it sent at once: audit" in relay("digest", "list", "-c", config).stdout
    listed = relay("list", "--limit", "1", "-c", config).stdout
    assert "\twaiting\t" in listed


def test_beside_a_running_relay_each_act_is_done_by_it(tmp_path: Path) -> None:
    mail = f"From: root\r\nTo: root\r\nSubject: copy of /srv/a\r\n\r\n{SUCCESS}".encode()
    rules = {"folder": str(policies(tmp_path))}
    with Sink() as sink, RunningRelay(tmp_path, sink.port, policy=rules) as running:
        message_id = running.send(mail)
        running.wait_for_event("prepared")
        host = json.loads(running.relay("jobs", "list", "--json"))["host"]
        running.relay("jobs", "expect", host, "srv/a", "daily by 06:00")
        running.relay("jobs", "expect", host, "nix", "none", status=3)
        running.relay("jobs", "expect", host, "srv/a", "never", status=2)
        running.relay("silence", "add", "--host", "db01", "--for", "1h", "--reason", "x")
        running.relay("silence", "end", "S1", "--reason", "done")
        running.relay("digest", "send", OPS, "--reason", "audit")
        (arrived,) = sink.wait_for(1)
        running.wait_for_event("delivered")
        why = running.relay("why", message_id)
        running.relay("jobs", "forget", host, "srv/a", "--reason", "sold")
        assert running.relay("jobs", "list") == ""
    assert arrived.recipients == (OPS,)
    assert "reports are expected daily by 06:00" in why
    assert "in the digest" in why


def test_on_a_terminal_there_are_colours_and_titles(config: Path) -> None:
    terminal = {"FORCE_COLOR": "1", "COLUMNS": "160", "TERM": "xterm"}
    done = relay("jobs", "list", "-c", config, **terminal)
    assert "last seen" in done.stdout
    assert "\x1b[31mf" in done.stdout


@pytest.mark.parametrize(
    "command",
    [
        *(("jobs", each) for each in ("list", "show", "forget", "expect")),
        *(("silence", each) for each in ("add", "list", "end")),
        *(("digest", each) for each in ("list", "preview", "send")),
    ],
    ids=" ".join,
)
def test_every_command_helps_and_speaks_json(command: tuple[str, str]) -> None:
    assert "--json" in relay(*command, "--help").stdout


@pytest.mark.parametrize("command", [("jobs",), ("digest",), ("silence",)], ids=" ".join)
def test_without_a_store_it_is_said_what_makes_one(tmp_path: Path, command: tuple[str]) -> None:
    path = tmp_path / "config.yaml"
    path.write_text(yaml.safe_dump(configuration(tmp_path, 2599)))
    assert "`relay serve` makes it" in relay(*command, "list", "-c", path, status=2).stderr
