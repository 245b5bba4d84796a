"""docs/audit.md explains every rule with a bad and a good example, and both are what it says."""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from relay.audit.audit import audit
from relay.audit.rules.catalogue import BY_ID, RULES
from relay.audit.source import Source

PAGE = (Path(__file__).parents[2] / "docs/audit.md").read_text()
_SECTION = re.compile(r"^### (RA\d+)\n(.*?)(?=^##)", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(
    r"^(Bad|Good), `(\S+)`(?: \(mode (\d+)\))?:\n\n```\w+\n(.*?)```", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    rule: str
    bad: bool
    source: Source


SECTIONS = dict(_SECTION.findall(PAGE + "\n##"))
EXAMPLES = [
    Example(
        rule=rule,
        bad=kind == "Bad",
        source=Source(path=path, data=text.encode(), mode=int(mode or "700", 8)),
    )
    for rule, section in SECTIONS.items()
    for kind, path, mode, text in _EXAMPLE.findall(section)
]


def test_every_rule_has_its_section_in_their_order_with_one_example_of_each_kind() -> None:
    assert list(SECTIONS) == [rule.id for rule in RULES]
    assert sorted((each.rule, each.bad) for each in EXAMPLES) == sorted(
        (rule.id, bad) for rule in RULES for bad in (True, False)
    )


@pytest.mark.parametrize("rule", BY_ID)
def test_a_section_says_what_the_command_says(rule: str) -> None:
    known, section = BY_ID[rule], " ".join(SECTIONS[rule].split())
    assert f"*{known.severity}*" in section
    assert known.title.lower() in section.lower()
    for text in (known.why, known.remedy, known.source):
        assert " ".join(text.split()) in section


@pytest.mark.parametrize(
    "example", EXAMPLES, ids=lambda e: f"{e.rule}-{'bad' if e.bad else 'good'}"
)
def test_an_example_is_what_it_is_called(example: Example) -> None:
    found = {each.rule.id for each in audit(example.source).findings}
    assert (example.rule in found) is example.bad
    if not example.bad:
        assert {each for each in found if BY_ID[each].severity != "note"} == set()
