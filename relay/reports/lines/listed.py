"""Lines in which a tool lists files: names prove nothing, to no reader.

`rc 2.txt` in a list of files is no exit status. A reader that knows how its tool lists files owns
those lines, so that shell.py does not judge them; only lines of interest to some reader are looked
at, so that a list of a million files costs nothing.
What happens next: combine.py takes the lines owned from the hints.
"""

from dataclasses import replace
from typing import Any

from relay.reports.finding import Finding
from relay.reports.letter import Letter


def owning_listed(finding: Finding | None, letter: Letter, pattern: Any) -> Finding | None:
    """Return `finding` as the owner of all lines with `pattern`, an re2 pattern over bytes."""
    if finding is None:
        return None
    lines = frozenset(line.number for line in letter.body.matching(pattern))
    return replace(finding, owns=finding.owns | lines)
