"""What is known at one point of one path through a script.

A path is one way that a run may take: where a condition cannot be known, there are two of them. A
state is copied at a fork and changed nowhere else than in run.py and values.py. Values are texts,
with UNKNOWN for each piece that only a run would tell.
What happens next: run.py moves states on; a finished one is a path of the trace.
"""

from dataclasses import dataclass, field, replace

from relay.audit.shell.mails import Mail
from relay.audit.shell.tree import Node, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A command whose end matters, as it ran; where its outputs went."""

    at: Span
    argv: tuple[str, ...]
    out: str
    err: str
    wrappers: tuple[str, ...] = ()
    in_loop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A mail that a path sends. `guessed` counts conditions before it that could not be known."""

    at: Span
    mail: Mail
    guessed: int
    after_failure: bool
    in_loop: bool
    feeder: Span | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """How the failing status came to be hidden: pipe, or, next, local, read, words, errexit."""

    how: str
    at: Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something else that people or the caller may notice: text for standard error or output."""

    at: Span
    where: str


Event = Work | Sent | Told


@dataclass(slots=True, kw_only=True)
class State:
    """A point of a path."""

    variables: dict[str, str] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    functions: dict[str, Node] = field(default_factory=dict)
    traps: dict[str, str] = field(default_factory=dict)
    decisions: dict[tuple[int, int], bool] = field(default_factory=dict)
    here: Span | None = None  # the command that runs
    status: str = "0"
    statuses: tuple[str, ...] = ()  # PIPESTATUS
    flow: str = ""  # exit, return, break, continue, or none of them
    output: str = ""
    input: str = ""
    feeder: Span | None = None
    out: str = "cron"
    err: str = "cron"
    errexit: bool = False
    pipefail: bool = False
    in_condition: bool = False
    guessed: int = 0
    loops: int = 0
    calls: int = 0
    failed: bool = False  # the command that is to fail has
    read: bool = False  # somebody has asked for its status
    pending: Span | None = None  # its status is the last one, and nobody has looked yet
    events: tuple[Event, ...] = ()
    lost: tuple[Lost, ...] = ()

    def copy(self) -> "State":
        """Return a state that may go another way."""
        return replace(
            self,
            variables=dict(self.variables),
            files=dict(self.files),
            functions=dict(self.functions),
            traps=dict(self.traps),
            decisions=dict(self.decisions),
        )

    def tell(self, event: Event) -> None:
        """Note an event."""
        self.events = (*self.events, event)

    def lose(self, how: str, at: Span) -> None:
        """Note that the failing status is hidden from here on."""
        each = Lost(how=how, at=at)
        if each not in self.lost:
            self.lost = (*self.lost, each)
        self.pending = None

    def look(self) -> None:
        """Note that somebody looks at the last status."""
        self.pending = None
