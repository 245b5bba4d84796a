"""`# relay: ignore RA203 reason`: a finding that somebody has looked at and left, with the reason.

It holds for its own line, or for the next one if it stands alone. `# relay: ignore-file RA201 why`
holds for the whole file. Without IDs nothing is ignored, so a suppression never hides more than it
names.
"""

import re
from collections.abc import Iterator

_MARK = re.compile(
    rb"#\s*relay:\s*ignore(?P<file>-file)?\s+(?P<ids>RA\d{3}(?:[\s,]+RA\d{3})*)", re.IGNORECASE
)
_WHOLE_FILE = 0


def suppressed(data: bytes) -> frozenset[tuple[str, int]]:
    """Return the pairs of rule and line (0 for the whole file) that are to be left out."""
    if b"relay:" not in data:
        return frozenset()
    return frozenset(_pairs(data))


def _pairs(data: bytes) -> Iterator[tuple[str, int]]:
    for number, line in enumerate(data.split(b"\n"), 1):
        match = _MARK.search(line)
        if match is None:
            continue
        alone = not line[: match.start()].strip()
        where = _WHOLE_FILE if match["file"] else number + alone
        for rule in re.findall(rb"RA\d{3}", match["ids"].upper()):
            yield rule.decode(), where


def hides(pairs: frozenset[tuple[str, int]], rule: str, line: int) -> bool:
    """Say whether a finding is to be left out."""
    return (rule, line) in pairs or (rule, _WHOLE_FILE) in pairs
