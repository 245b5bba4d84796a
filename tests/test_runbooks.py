"""Runbooks: each alarm has one, each command in them exists, each link leads somewhere."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from relay.cli import app
from relay.pipeline import conditions
from relay.pipeline.alarm import HEADINGS, Kind
from relay.pipeline.remedy import PROCEDURE, Step
from relay.reputation.cause import Cause
from relay.reputation.state import State

ROOT = Path(__file__).parent.parent
RUNBOOKS = ROOT / "docs/runbooks"
PAGES = sorted(RUNBOOKS.glob("*.md"))
OPERATIONS = (ROOT / "docs/operations.md").read_text()
WANTED = {
    *("blocked", "throttled", "listed", "tls", "auth", "dns", "disk", "stuck-queue", "storm"),
    *("liar-host", "no-mail", "dead-upstream", "conservation"),
}
_SECTIONS = ["What you see", "What to look at", "What to do", "When it is over"]


def commands(text: str) -> list[str]:
    """Every `relay ...` of a page: lines of its blocks, and what stands between backquotes."""
    blocks = re.findall(r"```\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    prose = re.sub(r"```\n.*?```", "", text, flags=re.DOTALL)
    return [each for each in (*lines, *re.findall(r"`([^`\n]+)`", prose)) if each[:6] == "relay "]


def leaves(command: Any, path: str = "relay") -> Iterator[str]:
    """Yield the path of every command that does something."""
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path
        return
    for name, each in inner.items():
        yield from leaves(each, f"{path} {name}")


def parse(line: str) -> None:
    """Parse a command as a shell and Typer would, without doing it; raise if that fails."""
    root: Any = typer.main.get_command(app)
    command, context = root, root.make_context("relay", [], resilient_parsing=True)
    words = shlex.split(line)[1:]
    while words and getattr(command, "commands", None):
        assert words[0] in command.commands, f"there is no {words[0]}"
        name = words.pop(0)
        command = command.commands[name]
        context = type(context)(command, info_name=name, parent=context)
    assert not getattr(command, "commands", None), "it wants a command"
    if words or not any(each.required for each in command.params):  # else it is only named
        command.make_context(name, words, parent=context)  # parses, and does nothing


CASES = [(page.name, line) for page in PAGES for line in commands(page.read_text())]


def test_there_is_a_page_for_each_cause() -> None:
    assert {page.stem for page in PAGES} == WANTED


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_says_what_one_sees_looks_at_does_and_when_it_is_over(page: Path) -> None:
    assert re.findall(r"^## (.*)$", page.read_text(), re.MULTILINE) == _SECTIONS
    assert f"runbooks/{page.name})" in OPERATIONS


@pytest.mark.parametrize(("page", "line"), CASES)
def test_a_command_of_a_page_exists(page: str, line: str) -> None:
    parse(line)


def test_commands_are_found_and_dead_ones_fail() -> None:
    assert len(CASES) > 60
    parse("relay queue retry ID --reason 'x y'")
    for dead in (
        "relay queue revive ID",
        "relay remedy a --stepp slow",
        "relay remedy a --step dance",
        "relay nonsense",
        "relay status extra",
    ):
        with pytest.raises(Exception):  # noqa: B017 - Typer's own kinds, and assertions
            parse(dead)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_link_of_a_page_leads_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        assert (page.parent / link).exists(), link


def test_every_cause_and_finding_leads_to_a_page() -> None:
    names = {conditions.runbook_of(cause) for cause in (*Cause, None)}
    names |= {conditions.examined(f"RD{n:03}", "x", "y", "").runbook for n in range(1000)}
    assert names <= WANTED


def test_every_kind_of_alarm_is_on_the_page_of_operations() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| .* \| (?:grave|ordinary)", OPERATIONS, re.MULTILINE)
    assert sorted(rows) == sorted(Kind)
    assert set(HEADINGS) == set(Kind)


def test_every_state_and_step_is_on_the_page_of_operations() -> None:
    assert [state for state in State if f"\n| {state} |" not in OPERATIONS] == []
    steps = re.findall(r"^\| `(\w+)` \|", OPERATIONS.partition("## Remedies")[2], re.MULTILINE)
    assert steps[: len(Step)] == list(Step) == [each.step for each in PROCEDURE]


def test_every_command_is_on_the_page_of_operations() -> None:
    section = OPERATIONS.partition("## All commands")[2].partition("\n## ")[0]
    named = re.findall(r"`(relay [a-z -]+)`", section)
    assert sorted(named) == sorted(leaves(typer.main.get_command(app)))
