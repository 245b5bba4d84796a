"""Scripts, crontabs and units of our own writing, each with what must be found beside it.

`NAME.expected` has the file's mode and a line for each finding: its line and its rule. `written`
went along with the rules; the others were written before the rules had seen them
(docs/audit.md has the figures of the first run on each).
"""

from dataclasses import dataclass
from pathlib import Path

from relay.audit.source import Source

FOLDER = Path(__file__).parent / "corpus"
PARTS = ("written", "heldout", "fresh", "third", "fourth", "fifth")


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A file of the corpus, and what must be found in it."""

    name: str
    source: Source
    expected: frozenset[tuple[str, int]]


def cases(part: str) -> list[Case]:
    """Return the cases of one part."""
    return [_case(each) for each in sorted((FOLDER / part).rglob("*.expected"))]


def _case(expected: Path) -> Case:
    file = expected.with_suffix("")
    mode, *lines = expected.read_text().splitlines()
    name = str(file.relative_to(FOLDER))
    pairs = (line.split() for line in lines)
    return Case(
        name=name,
        source=Source(path=name, data=file.read_bytes(), mode=int(mode.split()[1], 8)),
        expected=frozenset((rule, int(line)) for line, rule in pairs),
    )


EVERY = [case for part in PARTS for case in cases(part)]
