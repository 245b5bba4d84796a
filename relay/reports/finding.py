"""What one reader has to say about a letter, before it is weighed against the others.

`Standing` settles who outranks whom: a person's mail is nothing else, whatever it quotes; a tool's
own grammar is stronger than the mail around it; words that any script may print come last.
A reader returns None where it has nothing to say, never a guess.
What happens next: combine.py makes one report of all findings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from relay.reports.report import Evidence, Fact, Kind, Part, Verdict


class Standing(IntEnum):
    """How much a finding weighs; a smaller number goes first."""

    ALONE = 0
    """Says what the whole mail is (a bounce, a person's mail); nothing else in it counts."""
    WRAPPER = 1
    """Ran several jobs, reports on them in its own grammar, and names the report."""
    TOOL = 2
    """A program's own grammar."""
    FRAME = 3
    """What delivered the output (cron): knows host, user, command, sometimes the exit status."""
    HINT = 4
    """Words that any script may print."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A reader's judgement. `reader` is the first half of its rules' names.

    `owns` are the lines that it has accounted for: weaker findings may not use them again.
    `defers` marks a wrapper that never tells its end: if it is unknown, what it ran decides.
    `news` is masked already. `host` and `job` are None where the reader does not know them.
    """

    reader: str
    kind: Kind
    standing: Standing
    verdict: Verdict
    what: str = ""
    exit_code: int | None = None
    evidence: tuple[Evidence, ...] = ()
    parts: tuple[Part, ...] = ()
    owns: frozenset[int] = frozenset()
    facts: Mapping[str, Fact] = field(default_factory=dict)
    news: tuple[str, ...] = ()
    host: str | None = None
    job: str | None = None
    automated: bool = True
    defers: bool = False


SEVERITY = {
    Verdict.NONE: 0,
    Verdict.SUCCESS: 1,
    Verdict.WARNING: 2,
    Verdict.UNKNOWN: 3,
    Verdict.FAILURE: 4,
}


def worst(*verdicts: Verdict) -> Verdict:
    """Return the most serious verdict; not knowing is worse than a warning. NONE if empty."""
    return max(verdicts, key=SEVERITY.__getitem__, default=Verdict.NONE)
