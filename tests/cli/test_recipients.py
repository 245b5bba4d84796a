"""`relay recipients`: what operators see of choices, and may say."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml

from relay.store.store import Store
from tests.cli.test_commands import relay
from tests.conftest import Clock
from tests.e2e.running import configuration
from tests.flow.world import failure
from tests.store.acting import made

WHO = "Anna@Example.org"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    file = tmp_path / "config.yaml"
    file.write_text(yaml.safe_dump(configuration(tmp_path, 2599)))
    return file


def listed(config: Path) -> list[dict[str, str]]:
    done = relay("recipients", "list", "--json", "-c", config)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_an_address_is_suppressed_and_allowed_again(config: Path) -> None:
    relay("recipients", "suppress", WHO, "--reason", "left", "--days", "30", "-c", config)
    (row,) = listed(config)
    assert (row["recipient"], row["level"], row["source"]) == (WHO.lower(), "nothing", "operator")
    assert row["note"] == "left"
    shown = relay("recipients", "show", WHO.upper(), "-c", config).stdout
    assert "of everything they get nothing, said by operator" in shown
    done = relay("recipients", "allow", WHO, "--reason", "is back", "-c", config)
    assert "gets mail again of everything" in done.stdout
    assert listed(config) == []


def test_nothing_known_is_said_so(config: Path) -> None:
    relay("recipients", "rotate-key", "--reason", "so that there is a store", "-c", config)
    assert "nothing is known" in relay("recipients", "show", WHO, "-c", config, status=3).stderr
    asked = ("recipients", "allow", WHO, "--reason", "x", "-c", config)
    assert "nothing is kept from" in relay(*asked, status=3).stderr


def test_an_export_comes_back_as_it_was(config: Path, tmp_path: Path) -> None:
    for who in ("a@example.org", "b@example.org"):
        relay("recipients", "suppress", who, "--reason", 'a "list", gone', "-c", config)
    text = relay("recipients", "export", "-c", config).stdout
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][0] == "recipient"
    assert [row[0] for row in rows[1:]] == ["a@example.org", "b@example.org"]
    file = tmp_path / "choices.csv"
    file.write_text(text)
    for who in ("a@example.org", "b@example.org"):
        relay("recipients", "allow", who, "--reason", "x", "-c", config)
    relay("recipients", "import", file, "--reason", "moved here", "-c", config)
    assert relay("recipients", "export", "-c", config).stdout == text


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("nobody,,,nothing,operator,2026-11-25T00:00+00:00,,", 'line 3: "nobody" is no address'),
        ("a@example.org,,,silence,operator,2026-11-25T00:00+00:00,,", "line 3: "),
        ("a@example.org,,,nothing,operator,2026-11-25,,", "has no time zone"),
        ("a@example.org,,job,nothing,operator,2026-11-25T00:00+00:00,,", "without its host"),
        ("a@example.org,nothing", "line 3: 2 columns"),
    ],
)
def test_what_is_wrong_in_an_import_is_told_and_nothing_is_taken(
    config: Path, tmp_path: Path, row: str, said: str
) -> None:
    file = tmp_path / "choices.csv"
    good = "b@example.org,,,failures,operator,2026-11-25T00:00+00:00,,fine"
    file.write_text(f"recipient,host,job,level,source,at,until,note\n{good}\n{row}\n")
    done = relay("recipients", "import", file, "--reason", "x", "-c", config, status=2)
    assert said in done.stderr
    assert listed(config) == []


def test_a_new_key_leaves_the_one_before_it_good(config: Path) -> None:
    relay("recipients", "rotate-key", "--reason", "first", "-c", config)
    done = relay("recipients", "rotate-key", "--reason", "yearly", "-c", config)
    assert "by the keys" in done.stdout


def test_all_that_is_wrong_is_told_by_its_line_in_the_file(config: Path, tmp_path: Path) -> None:
    file = tmp_path / "choices.csv"
    rows = (
        "recipient,host,job,level,source,at,until,note",
        "",
        'b@example.org,,,failures,operator,2026-11-25T00:00+00:00,,"a note\nof two lines"',
        "nobody,,,nothing,operator,2026-11-25T00:00+00:00,,",
        "c@example.org,,,nothing,hearsay,2026-11-25T00:00+00:00,,",
    )
    file.write_text("\n".join(rows))
    done = relay("recipients", "import", file, "--reason", "x", "-c", config, status=2)
    assert 'line 5: "nobody" is no address' in done.stderr
    assert 'line 6: "hearsay" is no source; write one of page' in done.stderr
    assert listed(config) == []
    file.write_text("\n".join(rows[:3]))
    relay("recipients", "import", file, "--reason", "x", "-c", config)
    assert [row["note"] for row in listed(config)] == ["a note of two lines"]


def test_an_import_from_a_spreadsheet_is_read_and_one_that_is_no_text_is_refused(
    config: Path, tmp_path: Path
) -> None:
    file = tmp_path / "choices.csv"
    text = "recipient,host,job,level,source,at,until,note\r\n"
    row = "b@example.org,web01,backup,daily,page,2026-11-25T00:00+00:00,,sep\u2028arated\r\n"
    file.write_bytes(b"\xef\xbb\xbf" + (text + row).encode())
    relay("recipients", "import", file, "--reason", "x", "-c", config)
    assert [row["job"] for row in listed(config)] == ["backup"]
    file.write_bytes(text.encode() + b"b\xfcro@example.org\r\n")
    done = relay("recipients", "import", file, "--reason", "x", "-c", config, status=2)
    assert "is no UTF-8 text" in done.stderr
    file.write_text(text + 'a@example.org,"open')
    done = relay("recipients", "import", file, "--reason", "x", "-c", config, status=2)
    assert done.stderr.startswith("error: line 2: ")


def test_show_says_what_of_each_job_and_who_hears_of_failures_instead(
    config: Path, tmp_path: Path
) -> None:
    clock = Clock()
    clock.time = datetime.now(UTC) - timedelta(hours=1)
    url = yaml.safe_load(config.read_text())["store"]["url"]
    with Store(url, "test-node", clock) as store:
        world = made(store, clock, tmp_path)
        world.send(failure(), "dba@example.org")
        world.send(failure(), "dba@example.org", "ops@example.org", subject="copy of /srv")
    relay("recipients", "suppress", "dba@example.org", "--reason", "left", "-c", config)
    shown = relay("recipients", "show", "dba@example.org", "-c", config).stdout
    (alone,) = [line for line in shown.splitlines() if "nightly copy" in line]
    assert "gets      nothing of failure" in alone
    assert "all decline its failures, so " in alone
    (shared,) = [line for line in shown.splitlines() if "copy of /srv" in line]
    assert "all decline" not in shared
    told = json.loads(relay("recipients", "show", "dba@example.org", "--json", "-c", config).stdout)
    levels = {each["job"]: (each["level"], each["by"]) for each in told["jobs"]}
    assert set(levels.values()) == {("nothing", "operator")}
