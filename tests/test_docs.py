"""The documents say what is true of the code."""

import pkgutil
import re
from pathlib import Path

import pytest

from relay.choice.choice import Level, Source
from relay.domains.doctor import FINDINGS
from relay.reports.understand import READERS
from relay.store.balance import FATES
from relay.store.recipients import COLUMNS

ROOT = Path(__file__).parent.parent
_NAMES = sorted(set(re.findall(r"`(relay(?:\.\w+)+)`", (ROOT / "docs/flow.md").read_text())))


def test_flow_names_the_ten_steps() -> None:
    steps = re.findall(r"^(\d+)\. \*\*", (ROOT / "docs/flow.md").read_text(), re.MULTILINE)
    assert steps == [str(number) for number in range(1, 11)]
    assert len(_NAMES) > 20


@pytest.mark.parametrize("name", _NAMES)
def test_every_name_on_the_flow_page_exists(name: str) -> None:
    assert pkgutil.resolve_name(name)


def test_every_reader_of_reports_has_its_section_in_their_order() -> None:
    sections = re.findall(r"^### (\w+)$", (ROOT / "docs/reports.md").read_text(), re.MULTILINE)
    assert sections == [reader.__name__.rpartition(".")[2] for reader in READERS]


def test_operations_explains_every_event_of_the_journal() -> None:
    source = (ROOT / "relay/journal.py").read_text()
    events = set(re.findall(r'(?:_note|_warn|error|labels)\("([a-z-]+)"', source)) - {"urgent"}
    operations = (ROOT / "docs/operations.md").read_text()
    assert len(events) > 20
    assert [event for event in sorted(events) if f"`{event}`" not in operations] == []


def test_operations_explains_every_column_of_an_export() -> None:
    operations = (ROOT / "docs/operations.md").read_text().partition("## Recipients")[2]
    assert [name for name in COLUMNS if f"`{name}`" not in operations] == []
    words = (*(level.word for level in Level), *Source)
    assert [word for word in words if f"`{word}`" not in operations] == []


def test_operations_explains_every_fate() -> None:
    account = (ROOT / "docs/operations.md").read_text().partition("## The account")[2]
    assert [fate for fate in FATES if f"| {fate} |" not in account] == []


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda path: path.name)
def test_every_picture_that_a_page_shows_is_there(page: Path) -> None:
    shown = re.findall(r"\]\((img/[^)]+)\)", page.read_text())
    assert [name for name in shown if not (page.parent / name).exists()] == []


def test_every_finding_of_the_doctor_is_documented_as_it_is() -> None:
    rows = re.findall(
        r"^\| (RD\d+) \| ([a-z, ]+) \|", (ROOT / "docs/domains.md").read_text(), re.MULTILINE
    )
    known = [
        (kind.id, kind.severity + (", alarm" if kind.alarm else ""))
        for kind in sorted(FINDINGS, key=lambda kind: kind.id)
    ]
    assert rows == known
