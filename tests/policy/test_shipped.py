"""The shipped files: their examples come out, their keys are documented, others' are not broken."""

import pickle
import shutil
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from relay.policy.decide import decide
from relay.policy.decision import Route
from relay.policy.examples import broken_examples
from relay.policy.load import load_rules, optional_files, policy_files, read_file
from relay.policy.rules import Edit, RuleFile
from relay.policy.values import SUBJECT_NAMES
from relay.yamlfile import annotation_at, fields_of
from tests.policy.builders import failure, mail, rules, success

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "policies"
DOCUMENT = (ROOT / "docs/policies.md").read_text()


def test_the_examples_come_out_as_they_say() -> None:
    assert broken_examples(SHIPPED) == []


def test_the_files_are_there_that_the_documents_name() -> None:
    assert [path.stem for path in policy_files(SHIPPED)] == [
        *("backups", "cron", "rsync", "system-notices", "default"),
    ]
    assert [path.stem for path in optional_files(SHIPPED)] == ["quiet", "strict"]


def test_every_shipped_file_is_installed() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    patterns = [each for listed in settings["data-files"].values() for each in listed]
    shipped = {path for pattern in patterns for path in ROOT.glob(pattern)}
    assert {*policy_files(SHIPPED), *optional_files(SHIPPED)} <= shipped


@pytest.mark.parametrize("path", optional_files(SHIPPED), ids=lambda path: path.stem)
def test_an_optional_file_is_not_loaded_and_works_as_it_says_when_it_is_copied(
    path: Path, tmp_path: Path
) -> None:
    loaded = load_rules(SHIPPED, (), rules().identity, "relay.example.org")
    assert not any(path.stem in each.label for each in loaded.rules)
    assert f"cp policies/optional/{path.name} policies/00-{path.name}" in path.read_text()
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    shutil.copy(path, tmp_path / f"00-{path.name}")
    loaded = load_rules(tmp_path, (), rules().identity, "relay.example.org")
    message = mail()
    route, repeat = {
        "strict": (Route.NOW, timedelta(hours=1)),
        "quiet": (Route.DIGEST, timedelta(days=1)),
    }[path.stem]
    assert decide(message, success(), loaded).route is route
    assert decide(message, failure(), loaded).route is Route.NOW
    assert decide(message, failure(), loaded).reminders[0] == repeat


@pytest.mark.parametrize(
    "path", [*policy_files(SHIPPED), *optional_files(SHIPPED)], ids=lambda path: path.name
)
def test_each_file_has_examples_and_comments(path: Path) -> None:
    assert read_file(path)[1].examples
    assert path.read_text().startswith("# ")


def test_an_example_that_is_wrong_is_told_with_its_place(tmp_path: Path) -> None:
    wrong = tmp_path / "mine.yaml"
    wrong.write_text(
        "rules:\n  - name: quiet\n    match: {subject: Backup}\n    then: {job: night}\n"
        "examples:\n  - name: is it fine?\n    subject: Backup OK\n    body: done\n"
        "    expect: {verdict: success, job: day, recipients: nobody@example.org}\n"
    )
    found = broken_examples(tmp_path)
    place = f'{tmp_path.name}/mine.yaml:6 the example "is it fine?":'
    assert found[0].startswith(f'{place} verdict should be "success", and is "')
    assert found[1:] == [
        f'{place} job should be "day", and is "night"',
        f"{place} recipients should be nobody@example.org, and is ops@example.org",
    ]


def test_the_examples_of_optional_files_are_run_too(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    quiet = tmp_path / "optional/quiet.yaml"
    quiet.write_text(quiet.read_text().replace("digest: weekly", "digest: monthly"))
    found = broken_examples(tmp_path)
    assert found
    assert all('digest should be "monthly", and is "weekly"' in each for each in found)
    assert found[0].startswith("optional/quiet.yaml:")


def test_another_file_cannot_break_them(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path, dirs_exist_ok=True)
    (tmp_path / "a.yaml").write_text("rules:\n  - {name: all, then: {subject: mine, job: x}}\n")
    assert broken_examples(tmp_path) == []


def test_default_comes_last_and_the_rest_by_name(tmp_path: Path) -> None:
    for name in ("zebra.yaml", "default.yaml", "apple.yml", "notes.txt", "README.md"):
        (tmp_path / name).write_text(f"rules:\n  - {{name: {name}, then: {{route: now}}}}\n")
    assert [path.name for path in policy_files(tmp_path)] == [
        "apple.yml",
        "zebra.yaml",
        "default.yaml",
    ]
    loaded = load_rules(tmp_path, (), rules().identity, "relay.example.org")
    assert [each.label for each in loaded.rules] == [
        "apple.yml: apple.yml",
        "zebra.yaml: zebra.yaml",
        "default.yaml: default.yaml",
    ]
    assert loaded.rules[0].place == f"{tmp_path.name}/apple.yml:2"


def test_rules_can_be_sent_to_another_process() -> None:
    loaded = load_rules(SHIPPED, (), rules().identity, "relay.example.org")
    assert pickle.loads(pickle.dumps(loaded)) == loaded


def keys(model: Any, above: str) -> Iterator[str]:
    for key, field in fields_of(model).items():
        yield f"{above}{key}"
        yield from keys(field.annotation, f"{above}{key}.")


RULE = annotation_at(RuleFile, ("rules", 0))
EXAMPLE = annotation_at(RuleFile, ("examples", 0))
DOCUMENTED = [
    *keys(annotation_at(RULE, ("match",)), "match."),
    *(
        key
        for key in keys(annotation_at(RULE, ("then",)), "then.")
        if key not in ("then.identity", "then.recipients")
    ),
    *(key for key in keys(EXAMPLE, "examples[].") if key != "examples[].expect"),
    *keys(RULE, "rules[]."),
]


@pytest.mark.parametrize("key", [key for key in DOCUMENTED if key.count(".") < 3])
def test_a_key_is_documented(key: str) -> None:
    if key.startswith(("rules[].match.", "rules[].then.")):
        key = key.removeprefix("rules[].")
    if key in ("then.identity", "then.recipients"):
        key += "."
        assert f"`{key}" in DOCUMENT
        return
    assert f"`{key}`" in DOCUMENT


@pytest.mark.parametrize("word", [*Edit, *(f"{{{name}}}" for name in SUBJECT_NAMES)])
def test_an_edit_and_a_placeholder_are_documented(word: str) -> None:
    assert f"`{word}`" in DOCUMENT
