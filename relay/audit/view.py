"""A piece of shell and what it does about mail and exit statuses, worked out once.

`clean` is the run in which all work ends well; `worlds` has a run for each command of work, in
which that one fails. Rules compare them: what is sent, what is claimed, how the script ends.
What happens next: rules/ ask.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache

from relay.audit.shell.listing import Listed, listed, names_in
from relay.audit.shell.mails import COUNTED, UNKNOWN, Mail
from relay.audit.shell.parse import Script, parse
from relay.audit.shell.run import Trace, World, run
from relay.audit.shell.state import Sent, State, Work
from relay.reports.claim import asserted
from relay.reports.report import Verdict

_MOST_WORKS = 12
_RESERVED = frozenset(("fi", "then", "else", "elif", "do", "done", "esac"))
_NO_TROUBLE = re.compile(
    r"(?i)\b(?:no|without|zero|keine|ohne|sans|sin)\s+(?:problem|issue|trouble)"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """The paths of a run in which `work` fails."""

    work: Work
    trace: Trace

    @property
    def failing(self) -> list[State]:
        """The paths on which it really came to that."""
        return [path for path in self.trace.paths if path.failed]


class View:
    """A snippet of shell, read once."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @cached_property
    def script(self) -> Script:
        """The tree."""
        return parse(self.data)

    @cached_property
    def own(self) -> frozenset[str]:
        """The names that the script assigns itself."""
        return names_in(self.script.body)

    @cached_property
    def commands(self) -> tuple[Listed, ...]:
        """Every command that is named."""
        return tuple(listed(self.script.body))

    @cached_property
    def misread(self) -> int | None:
        """Where the grammar took a word such as `fi` for a command: then no run is true."""
        misread = (each.at.start for each in self.commands if each.argv[0] in _RESERVED)
        return next(misread, None)

    @cached_property
    def clean(self) -> Trace:
        """The run in which nothing fails."""
        return run(self.script.body, World(), self.own)

    @cached_property
    def works(self) -> tuple[Work, ...]:
        """The commands whose end matters, each once, in their order."""
        found: dict[int, Work] = {}
        for path in self.clean.paths:
            for each in path.events:
                if isinstance(each, Work):
                    found.setdefault(each.at.start, each)
        return tuple(sorted(found.values(), key=lambda each: each.at.start))

    @cached_property
    def worlds(self) -> tuple[Run, ...]:
        """A run for each command of work that fails."""
        return tuple(self.world(each) for each in self.works[:_MOST_WORKS])

    def world(self, work: Work, code: str = "12") -> Run:
        """Return the run in which `work` fails with `code`."""
        world = World(failing=work.at.start, code=code)
        return Run(work=work, trace=run(self.script.body, world, self.own))

    def line_of(self, start: int, end: int) -> str:
        """Return the text of a span, for a message."""
        text = self.data[start:end].decode("utf-8", "replace")
        return " ".join(text.split())[:80]


def mails(path: State) -> list[Sent]:
    """Return the mails that a path sends."""
    return [each for each in path.events if isinstance(each, Sent)]


def claim(mail: Mail) -> Verdict:
    """Return what a mail claims: by its subject, or by its first line if that claims nothing."""
    subject = _verdict(_shown(mail.subject))
    if subject is not Verdict.UNKNOWN or UNKNOWN in mail.body or COUNTED in mail.body:
        return subject
    first = next((line for line in mail.body.splitlines() if line.strip()), "")
    return _verdict(_shown(first[:100]))


@lru_cache(maxsize=1024)
def _verdict(text: str) -> Verdict:
    """Return what a line claims; the same subjects are asked for many times."""
    if _NO_TROUBLE.search(text):
        return Verdict.SUCCESS
    return asserted(text).verdict


def _shown(text: str) -> str:
    # `FAILED (0)` shows a status that was put in, it does not count failures.
    return text.replace(UNKNOWN, "x").replace(COUNTED, "x").replace("(0)", "")
