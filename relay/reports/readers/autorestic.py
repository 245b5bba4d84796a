"""autorestic 1.x: backs up locations to backends, and in cron mode ends with 0 even if it failed.

`Done` under the heading of a location is printed only where no error was met, and proves that
location. autorestic's cron mode prints no error of its own: a location without `Done` that is
followed by the next one has failed, and the last one is unknown. `N errors were found` and the
list `LOCATION@BACKEND:` come from the backup command. What is not due yet is no news.
What happens next: combine.py lets these verdicts stand beside restic's own.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Role,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
)
from relay.reports.lines.judge import judge
from relay.reports.report import Kind

_ABANDONED = fails(
    "abandoned",
    r"Abandoned location .+",
    say="{part}: ended without success",
)

_AUTORESTIC = Grammar(
    reader="autorestic",
    kind=Kind.RESTIC,
    standing=Standing.WRAPPER,
    rules=(
        fails(
            "target",
            r"(?P<part>[\w.-]+)@(?P<backend>[\w.-]+):",
            mark=r"\w@\w",
            say="{part} to {backend} failed",
        ),
        fails("running", r"(?:Error: )?(?P<reason>an(?:other)? instance is already running.*)"),
        _ABANDONED,
        fails("errors", r"Error: (?P<reason>(?P<errors>\d+) errors were found)"),
        fails("error", r"Error: (?P<reason>.+)"),
        succeeds("done", r"Done", say="{part}: done"),
        succeeds("skipped", r'Skipping "(?P<part>.+)", not due yet\.', say="{part}: not due yet"),
        begins("location", r'Backing up location "(?P<part>.+)"'),
        notes("forgetting", r'Forgetting for location "(?P<part>.+)"'),
        notes("configuration", r"Using (?:config|lock):\s+.+", mark="Using (?:config|lock):"),
        notes("backend", r"Backend: (?P<backend>.+)"),
    ),
)
MARKS = _AUTORESTIC.marks
_OWN = {"location", "skipped", "forgetting", "configuration"}


def read(letter: Letter) -> Finding | None:
    """Return what autorestic says, None if it says nothing."""
    said = statements(_AUTORESTIC, letter)
    if not any(each.rule.name in _OWN for each in said):
        return None
    finding = judge(_AUTORESTIC, list(_by_location(said)), letter.retried)
    places = {each.groups["part"] for each in said if "part" in each.groups}
    if finding is not None and len(places) == 1:
        finding = replace(finding, job=places.pop())
    return finding


def _by_location(said: Sequence[Statement]) -> Iterator[Statement]:
    """Yield `said`, each end under the location whose heading stands above it."""
    heading: Statement | None = None
    ended = True
    for each in said:
        if each.rule.name == "location":
            if heading is not None and not ended:
                yield replace(heading, rule=_ABANDONED)
            heading, ended = each, False
        elif each.rule.name == "done":
            if heading is None:
                continue
            ended = True
            yield replace(each, groups={"part": heading.groups["part"]})
            continue
        elif each.rule.role is Role.FAILS:
            ended = True
        yield each
