"""`relay lint` as an operator or a program calls it."""

import json
from pathlib import Path

import pytest
import yaml

from relay.lint.rules import RULES
from tests.cli.test_commands import relay
from tests.e2e.running import configuration
from tests.lint.building import PATH, Look, mail


def written(folder: Path, look: Look, name: str = "mail.eml") -> Path:
    file = folder / name
    file.write_bytes(look.content)
    return file


def test_a_good_mail_says_nothing_and_the_code_is_0(tmp_path: Path) -> None:
    done = relay("lint", written(tmp_path, mail()), "--reverse-path", PATH, cwd=tmp_path)
    assert done.stdout == ""


def test_an_error_is_a_line_in_a_pipe_and_the_code_is_1(tmp_path: Path) -> None:
    file = written(tmp_path, mail({"Date": None}))
    done = relay("lint", file, status=1, cwd=tmp_path)
    expected = "RL101\terror\ta required header field is missing\tDate: it is not there"
    assert done.stdout == f"{file}\t{expected}\n"


def test_a_warning_fails_only_where_it_is_asked_to(tmp_path: Path) -> None:
    file = written(tmp_path, mail({"Subject": None}))
    assert "RL401" in relay("lint", file, cwd=tmp_path).stdout
    relay("lint", file, "--fail-on", "warning", status=1, cwd=tmp_path)
    assert "RL401" in relay("lint", file, "--fail-on", "error", cwd=tmp_path).stdout


def test_standard_input_with_the_line_ends_of_a_file_is_read(tmp_path: Path) -> None:
    feed = mail().content.decode().replace("\r\n", "\n")
    told = json.loads(relay("lint", "-", "--json", feed=feed, cwd=tmp_path).stdout)
    assert told == {"file": "-", "breaches": []}
    assert list(tmp_path.iterdir()) == []


def test_json_has_an_object_for_each_mail_with_all_that_a_rule_says(tmp_path: Path) -> None:
    files = [written(tmp_path, mail({"Date": "x"}), name) for name in ("a.eml", "b.eml")]
    done = relay("lint", "--json", *files, status=1, cwd=tmp_path)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [each["file"] for each in told] == [str(file) for file in files]
    (breach,) = told[0]["breaches"]
    assert set(breach) == {
        "rule", "where", "detail", "title", "severity", "basis", "source", "remedy",
    }  # fmt: skip
    assert (breach["rule"], breach["where"], breach["detail"]) == ("RL103", "Date", "x")


def test_the_reverse_path_is_judged_where_it_is_given(tmp_path: Path) -> None:
    file = written(tmp_path, mail({"DKIM-Signature": None}))
    assert "RL202" not in relay("lint", file, cwd=tmp_path).stdout
    done = relay("lint", file, "--reverse-path", "a@example.com", status=1, cwd=tmp_path)
    assert "RL202" in done.stdout


def test_the_identity_is_taken_from_the_configuration(tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text(yaml.safe_dump(configuration(tmp_path, 2599)))
    done = relay("lint", "-c", config, written(tmp_path, mail()), status=1)
    assert "RL608" in done.stdout
    assert "RL606" in done.stdout  # its way to opt out has not the form of ours


def test_a_file_that_cannot_be_read_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, mail({"Precedence": "bulk"}))
    done = relay("lint", tmp_path / "none.eml", file, status=1, cwd=tmp_path)
    assert "none.eml: No such file" in done.stderr
    assert "RL505" in done.stdout


def test_the_rules_are_listed_and_explained() -> None:
    listed = relay("lint", "--list").stdout.splitlines()
    assert [line.split("\t")[0] for line in listed] == [rule.id for rule in RULES]
    explained = relay("lint", "--explain", "rl407").stdout
    assert "RL407 the subject claims a success that the text denies" in explained
    assert "promise P2" in explained
    told = json.loads(relay("lint", "--explain", "RL407", "--json").stdout)
    assert (told["id"], told["severity"]) == ("RL407", "error")


@pytest.mark.parametrize(
    ("arguments", "status"),
    [((), 2), (("--fail-on", "much", "-"), 2), (("--explain", "RL999"), 3)],
)
def test_wrong_usage_is_told(arguments: tuple[str, ...], status: int) -> None:
    assert relay("lint", *arguments, status=status).stderr
