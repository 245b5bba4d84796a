"""`relay status`, `top`, `tail`, `export`, `config explain`, `man` and `remedy`, as called."""

import csv
import json
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from relay.pipeline.alarms import review
from relay.reputation.weather import fair
from relay.store import alarms, weather
from relay.store.ledger import ends
from relay.store.store import Store, ask
from relay.store.weather import Egress
from tests.cli.test_commands import relay
from tests.cli.test_flow_commands import told
from tests.conftest import Clock, find_program
from tests.e2e.running import configuration
from tests.flow.world import SUCCESS, World, failure
from tests.pipeline.test_alarms import DISK, RULES


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that a relay looked at a moment ago: three successes and a failure wait."""
    folder = tmp_path_factory.mktemp("comfort")
    settings = configuration(folder, 2599)
    settings["alerts"] = {"urls": ["json://t0ken@127.0.0.1/"], "ping_url": "https://p.example/t0k"}
    settings["upstreams"].append({**settings["upstreams"][0], "name": "other"})
    path = folder / "config.yaml"
    path.write_text(yaml.safe_dump(settings))
    (folder / "now").mkdir()
    (folder / "now/now.yaml").write_text("rules:\n  - name: all\n    then: {route: now}\n")
    clock = Clock()
    clock.time = datetime.now(UTC) - timedelta(hours=30)
    with Store(settings["store"]["url"], "test-node", clock) as store:
        world = World(store, clock, folder / "now")
        world.away = True
        for number in range(3):
            world.send(SUCCESS, subject=f"copy of /srv/{number}")
        world.send(failure(), subject="=HYPERLINK([bold]/srv/bad)")
        clock.time = datetime.now(UTC)
        egress = Egress(upstream="smarthost")
        store.write_now(lambda tx: weather.keep(tx, egress, None, fair(clock())))
    return path


def raised(config: Path, *amiss: object) -> None:
    url = yaml.safe_load(config.read_text())["store"]["url"]
    now = datetime.now(UTC)
    with Store(url, "test-node", lambda: now) as store:
        standing = ask(url, alarms.standing)
        changes = review(amiss, {DISK.kind}, standing, RULES, now)  # type: ignore[arg-type]
        for change in changes:
            store.write_now(lambda tx, change=change: alarms.write(tx, change))


def test_status_is_one_sentence_and_its_figures(config: Path) -> None:
    lines = relay("status", "-c", config).stdout.splitlines()
    assert lines[0] == "well: Mail flows. 4 mails wait."
    assert any(line.startswith("upstream smarthost: 4 wait, the oldest since ") for line in lines)
    assert "weather smarthost: clear" in lines


def test_status_of_an_ill_relay_exits_with_1_and_names_the_runbook(config: Path) -> None:
    raised(config, DISK)
    done = relay("status", "-c", config, status=1).stdout
    assert done.startswith("ill: Something is wrong: the disk is too full for new mail.")
    assert "alarm disk store: full (docs/runbooks/disk.md)" in done
    (seen,) = told("status", config=config, status=1)
    assert seen["health"] == "ill"
    assert seen["alarms"][0]["kind"] == "disk"
    assert seen["upstreams"][0] == {
        "name": "smarthost",
        "waiting": 4,
        "oldest": seen["upstreams"][0]["oldest"],
    }
    raised(config)
    relay("status", "-c", config)


def test_status_says_when_no_relay_is_at_work(config: Path, tmp_path: Path) -> None:
    settings = configuration(tmp_path, 2599)
    with Store(settings["store"]["url"], "n", Clock()):
        pass
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings))
    done = relay("status", "-c", tmp_path / "config.yaml", status=1).stdout
    assert "No relay is at work on this store." in done


def test_top_shows_status_and_what_happened(config: Path) -> None:
    shown = relay("top", "--count", "1", "-c", config).stdout
    assert "Mail flows." in shown
    assert "Read as rsync" in shown


def test_tail_tells_the_ledger_in_sentences(config: Path) -> None:
    lines = relay("tail", "-n", "2", "--no-follow", "-c", config).stdout.splitlines()
    assert len(lines) >= 2
    assert "[bold]" in "".join(lines), "a stranger's markup is text"
    (last,) = told("tail", "-n", "1", "--no-follow", config=config)
    assert {"at", "event", "id"} <= last.keys()


def test_export_streams_each_table_as_csv_or_json(config: Path) -> None:
    rows = list(csv.DictReader(relay("export", "messages", "-c", config).stdout.splitlines()))
    assert len(rows) == 4
    assert [row["verdict"] for row in rows] == ["success"] * 3 + ["failure"]
    assert not any(row["subject"].startswith("=") for row in rows)
    printed = relay("export", "ledger", "--format", "jsonl", "-c", config).stdout.splitlines()
    url = yaml.safe_load(config.read_text())["store"]["url"]
    assert len(printed) == sum(ask(url, ends).values())
    assert json.loads(printed[0])["kind"] == "accepted"
    since = f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S}"
    late = relay("export", "messages", "--since", since, "-c", config).stdout.splitlines()
    assert len(late) == 1, "the header alone"


def test_a_key_is_explained_with_what_is_in_force(config: Path) -> None:
    said = relay("config", "explain", "store.retention", "-c", config).stdout
    assert "a duration" in said
    assert "RELAY_STORE__RETENTION" in said
    assert "30 days" in said
    (port,) = told("config", "explain", "upstreams.0.port", config=config)
    assert (port["in force"], port["default"]) == ("2599", "587")
    (section,) = told("config", "explain", "alerts", config=config)
    assert "quiet_hours" in section["keys"]


@pytest.mark.parametrize("key", ["alerts.urls", "alerts.ping_url", "alerts", "upstreams"])
def test_no_explanation_shows_a_secret(config: Path, key: str) -> None:
    assert "t0k" not in relay("config", "explain", key, "-c", config).stdout


def test_an_unknown_key_is_named_with_the_one_that_was_meant(config: Path) -> None:
    said = relay("config", "explain", "store.retenton", "-c", config, status=3).stderr
    assert 'did you mean "retention"' in said
    relay("config", "explain", "7", "-c", config, status=3)


def test_the_manual_has_a_page_for_each_command(tmp_path: Path) -> None:
    relay("man", tmp_path)
    names = {path.stem for path in tmp_path.glob("*.1")}
    assert {"relay", "relay-queue-drop", "relay-remedy", "relay-config-explain"} <= names
    text = (tmp_path / "relay-remedy.1").read_text()
    assert ".SH OPTIONS" in text
    assert "\\-\\-apply" in text


@pytest.mark.needs("groff")
def test_groff_finds_nothing_wrong_with_the_manual(tmp_path: Path) -> None:
    relay("man", tmp_path)
    groff = find_program("groff")
    assert groff is not None
    for page in sorted(tmp_path.glob("*.1")):
        command = [groff, "-man", "-Tutf8", "-ww", "-z", page]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, ""), page


def test_remedy_shows_every_step_and_changes_nothing(config: Path) -> None:
    shown = told("remedy", "smarthost", config=config)
    assert [each["step"] for each in shown][:3] == ["cause", "slow", "press"]
    assert {each["step"]: each["count"] for each in shown}["clear"] == 3
    assert "nothing was changed" in relay("remedy", "smarthost", "-c", config).stderr
    relay("remedy", "nobody", "-c", config, status=3)


def test_remedy_wants_a_step_and_a_reason(config: Path) -> None:
    assert "--step" in relay("remedy", "smarthost", "--apply", "-c", config, status=2).stderr
    said = relay("remedy", "smarthost", "--apply", "--step", "slow", "-c", config, status=2).stderr
    assert "--reason" in said


def test_remedy_exports_before_it_gives_up_and_takes_it_back(config: Path, tmp_path: Path) -> None:
    step = ("remedy", "smarthost", "--apply", "--step", "clear", "--reason", "old", "-c", config)
    assert "--export" in relay(*step, status=2).stderr
    done = relay(*step, "--export", tmp_path / "kept").stdout
    assert "3 mails are given up" in done
    assert len(list((tmp_path / "kept").glob("*.eml"))) == 3
    assert "3 mails wait again" in relay(*step, "--undo").stdout


def test_remedy_does_a_step_and_reports_it(config: Path) -> None:
    step = ("remedy", "smarthost", "--apply", "--reason", "tried", "-c", config)
    assert "gets 7 mails a minute" in relay(*step, "--step", "slow", "--to", "7").stdout
    assert "leaves by other" in relay(*step, "--step", "other").stdout
    report = relay("remedy", "smarthost", "--step", "report", "-c", config).stdout
    assert "step slow: smarthost gets 7 mails a minute (tried)" in report
    relay(*step, "--step", "other", "--undo")
    relay(*step, "--step", "slow", "--undo")
