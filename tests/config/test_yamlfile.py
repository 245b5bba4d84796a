"""YAML files: what is taken, what is refused, and that nothing surprises."""

import time
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from relay.errors import ConfigError
from relay.yamlfile import Document, parse


def refused(text: str) -> list[str]:
    with pytest.raises(ConfigError) as problems:
        parse(text, "x.yaml")
    return problems.value.problems


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("06:30", "06:30"),
        ("1:30:00", "1:30:00"),
        ("0600", "0600"),
        ("2026-01-05", "2026-01-05"),
        ("1_000", "1_000"),
        ("1e3", "1e3"),
        (".inf", ".inf"),
        ("0x10", "0x10"),
        ("9" * 30, "9" * 30),
        ("12", 12),
        ("-12", -12),
        ("1.5", 1.5),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ('"12"', "12"),
        ("'true'", "true"),
    ],
)
def test_words_mean_what_they_look_like(word: str, value: Any) -> None:
    data = parse(f"key: {word}\n", "x.yaml").data
    assert data == {"key": value}
    assert type(data["key"]) is type(value)


def test_everything_has_a_place() -> None:
    document = parse("# one\nhosts:\n  - name: a\n\n  - name: b\n    networks: [x]\n", "x.yaml")
    assert document.place(("hosts", 1, "networks", 0)) == "x.yaml:6"
    assert document.place(("hosts", 1)) == "x.yaml:5"
    assert document.place(("hosts", 0, "owner")) == "x.yaml:3"
    assert document.place(("nothing",)) == "x.yaml:2"
    assert Document(name="x.yaml", data={}, places={}).place(("a",)) == "x.yaml:1"


def test_an_empty_file_is_an_empty_mapping() -> None:
    assert parse("", "x.yaml").data == {}
    assert parse("# only words\n---\n", "x.yaml").data == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: &x 1\nb: *x\n", "x.yaml:1 uses an anchor"),
        ("<<: {a: 1}\na: !!str 1\n", "x.yaml:2 uses a tag"),
        ("a: 1\na: 2\n", 'x.yaml:2 key "a" is there twice (line 1)'),
        ("? [a]\n: 1\n", "x.yaml:1 has a key that is no plain word"),
        ("&a key: 1\n", "x.yaml:1 has a key that is no plain word"),
        ("a: 1\n---\nb: 2\n", "x.yaml:2 begins a second document"),
        ("a: [1\n", "x.yaml:"),
        ("%YAML 3.0\n---\na: 1\n", "x.yaml:1 is not valid YAML"),
        ("a: \x00\n", "x.yaml:1 holds a control character"),
    ],
)
def test_what_could_surprise_is_refused(text: str, problem: str) -> None:
    assert refused(text)[0].startswith(problem)


@pytest.mark.parametrize("text", ["[" * 100_000, "- " * 100_000, "{a: " * 100_000])
def test_depth_costs_nothing(text: str) -> None:
    began = time.perf_counter()
    assert refused(text)
    assert time.perf_counter() - began < 5


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    problems = [""]
    try:
        assert parse(text, "x.yaml").places is not None
    except ConfigError as error:
        problems = error.problems
    assert problems
    assert all(problem.startswith("x.yaml:") or not problem for problem in problems)


class Plain(yaml.SafeDumper):
    """A dumper that writes no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=10,
)


@given(st.dictionaries(st.text(max_size=5), plain, max_size=3))
def test_what_a_yaml_library_writes_reads_back_equal(data: dict[str, Any]) -> None:
    assert parse(yaml.dump(data, Dumper=Plain), "x.yaml").data == data
