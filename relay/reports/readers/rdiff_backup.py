"""rdiff-backup: its session statistics, files that it could not read, and fatal errors.

With `--print-statistics` the last line of the session tells the errors: none prove a success, some
a warning, for those files are missing from the increment. A session that only began is unknown,
because a quiet one prints nothing at its end. `Fatal Error`, an action that failed, and an
exception are failures; an earlier session that must be undone first is a warning.
What happens next: combine.py weighs it against other tools.
"""

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    begins,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.lines.session_statistics import FIGURES, STORED, UNREAD, below_heading
from relay.reports.report import Kind

_RDIFF = Grammar(
    reader="rdiff-backup",
    kind=Kind.BACKUP_OTHER,
    signature=r"rdiff-backup|Session statistics|Starting (?:mirror|increment operation)|"
    r"ERROR: +Action",
    rules=(
        fails(
            "source",
            r"(?:ERROR: +)?(?P<reason>Source (?:path|directory) .+ (?:does not exist|not found).*)",
            mark="Source (?:path|directory) ",
        ),
        fails(
            "target",
            r"(?:ERROR: +)?(?P<reason>Target path .+ does not look like .*)",
            mark="Target path",
        ),
        fails(
            "remote",
            r"(?:ERROR: +)?(?P<reason>Couldn't start up the remote connection .*)",
            mark="remote connection",
        ),
        fails(
            "location",
            r"(?:ERROR: +)?(?P<reason>Location .+ couldn't be connected\.?)",
            mark="couldn't be connected",
        ),
        fails(
            "running",
            r"(?:ERROR: +)?(?P<reason>It appears that a previous rdiff-backup session .*)",
            mark="previous rdiff-backup session",
        ),
        fails("fatal", r"Fatal Error: (?P<reason>.*)"),
        fails(
            "action",
            r"(?:ERROR: +)?(?P<reason>Action \w+ failed on step \w+)",
            mark=" failed on step ",
        ),
        fails("exception", r"Exception '(?P<reason>.*)' raised of class .*"),
        fails("verify", r"(?:ERROR: +)?(?P<reason>(?:Computed|Bad) .*digest.*)", mark="digest"),
        warns(
            "unread",
            r"(?:WARNING: +)?(?:ListError|UpdateError|SpecialFileError):? "
            r"(?:'(?P<file>[^']+)'|(?P<path>\S+)) (?P<reason>.+)",
            mark="ListError|UpdateError|SpecialFileError",
            say="could not read {file}{path}",
        ),
        warns(
            "regress",
            r"(?:WARNING: +)?(?P<reason>Previous backup seems to have failed, regressing .*)",
            mark="regressing",
        ),
        UNREAD,
        STORED,
        succeeds(
            "verified",
            r"(?:NOTE: +)?(?:All files verified successfully|Every file verified "
            r"successfully\.)",
            mark="verified successfully",
            say="verified",
        ),
        begins(
            "start",
            r"(?:NOTE: +)?Starting (?:mirror|increment operation) .*",
            mark="Starting (?:mirror|increment)",
        ),
        notes("head", r"-+\[ Session statistics \]-+", mark="Session statistics"),
        *FIGURES,
    ),
)
MARKS = _RDIFF.marks


def read(letter: Letter) -> Finding | None:
    """Return what rdiff-backup says, None if it says nothing."""
    said = below_heading(statements(_RDIFF, letter), "head")
    return judge(_RDIFF, said, letter.retried)
