"""Unison: two folders made equal in both directions.

`Synchronization complete` with nothing skipped is a success; what it skipped are conflicts that
wait for a decision, a warning; what failed, and a run that stopped early, are failures.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, fails, notes, succeeds, warns
from relay.reports.lines.judge import read_by
from relay.reports.report import Kind

_DONE = r"Synchronization (?:in)?complete at [\d:.]+ +\(\d+ items? transferred, "
_MARK = r" items? transferred, "

_UNISON = Grammar(
    reader="unison",
    kind=Kind.BACKUP_OTHER,
    rules=(
        fails(
            "failed",
            rf"{_DONE}(?:\d+ partially transferred, )?\d+ skipped, (?P<reason>[1-9]\d* failed)\b.*",
            mark=_MARK,
            say="{reason}",
            ends=True,
        ),
        fails("file", r"Failed \[(?P<reason>[^\]]+\]: .+)", mark=r"Failed \[", say="{reason}"),
        warns(
            "skipped",
            rf"{_DONE}(?:\d+ partially transferred, )?(?P<reason>[1-9]\d* skipped), 0 failed\)",
            mark=_MARK,
            say="{reason}: conflicts",
        ),
        succeeds("complete", rf"{_DONE}0 skipped, 0 failed\)", mark=_MARK),
        succeeds("nothing", r"Nothing to do: replicas have not changed since last sync\.?"),
        notes(
            "listed", r"(?:failed|skipped): (?P<file>\S.*)", mark="failed: |skipped: ", news=True
        ),
    ),
)
MARKS = _UNISON.marks


def read(letter: Letter) -> Finding | None:
    """Return what Unison says, None if it says nothing."""
    return read_by(_UNISON, letter)
