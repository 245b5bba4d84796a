"""The schema for editors: a real validator takes what the relay takes, and finds typing errors."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from relay.policy.load import optional_files, policy_files
from relay.policy.rules import RuleFile
from relay.policy.schema import policy_schema
from relay.yamlfile import fields_of, read

SHIPPED = Path(__file__).parents[2] / "policies"
BAD = Path(__file__).parent / "bad"
SCHEMA = policy_schema()
VALIDATOR = Draft202012Validator(SCHEMA)
FILES = [*policy_files(SHIPPED), *optional_files(SHIPPED)]


def wrong(data: Any) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(data)]


def test_it_is_a_schema_of_the_draft_that_it_names() -> None:
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_shipped_file_is_valid(path: Path) -> None:
    assert wrong(read(path).data) == []


@pytest.mark.parametrize("name", [path.stem for path in BAD.glob("unknown-*.yaml")])
def test_a_typing_error_is_found_while_typing(name: str) -> None:
    assert wrong(read(BAD / f"{name}.yaml").data)


@pytest.mark.parametrize(
    "then",
    [
        {"repeat": ["4h", "1d"]},
        {"repeat": []},
        {"repeat": [14400]},
        {"codes": {"24": "success"}},
        {"recipients": {"add": "owner", "redirect": ["a@example.org"]}},
        {"body": {"most_lines": 100, "most_bytes": "64kB"}},
        {"expect": "daily by 06:00 Europe/Berlin"},
    ],
)
def test_it_takes_what_the_relay_takes(then: dict[str, Any]) -> None:
    file = {"rules": [{"name": "one", "match": {"kind": "rsync"}, "then": then}]}
    RuleFile.model_validate(file)
    assert wrong(file) == []


@pytest.mark.parametrize(
    "then",
    [
        {"codes": {"24": "unknown"}},
        {"body": {"most_lines": 3}},
        {"route": ["now"]},
        {"repeat": "4h"},
        {"digest": {"most": 0}},
    ],
)
def test_it_refuses_what_the_relay_refuses(then: dict[str, Any]) -> None:
    assert wrong({"rules": [{"name": "one", "then": then}]})


def described(model: Any) -> Iterator[tuple[str, str | None]]:
    for key, field in fields_of(model).items():
        yield key, field.description
        annotation = field.annotation
        yield from described(annotation)
        for inner in getattr(annotation, "__args__", ()):
            yield from described(inner)


def test_every_key_is_explained() -> None:
    keys = dict(described(RuleFile))
    assert len(keys) > 30
    assert [key for key, words in keys.items() if not words] == []
    for section in (SCHEMA, *SCHEMA["$defs"].values()):
        for key, value in section.get("properties", {}).items():
            assert value.get("description"), key
