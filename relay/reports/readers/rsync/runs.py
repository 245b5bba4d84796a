"""rsync's events ordered into runs, each with its own end.

What makes this hard: standard error is not buffered and standard output is, so that the final
error may stand before the file list of the same run; a run may print two codes; a mail may hold
several runs. Only 0, 23, 24 and 25 print totals, so any other code beside totals belongs to
another run. A failed run is forgiven only if a wrapper says that it tries again right after it and
everything from there on goes well; what failed before that stays a failure.
What happens next: rsync.py words the verdict.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from relay.reports.finding import worst
from relay.reports.lines.log_prefix import process_of
from relay.reports.readers.rsync.codes import SIBLING_KILLED, code
from relay.reports.readers.rsync.lines import Event, Said
from relay.reports.report import Verdict


@dataclass(slots=True)
class Run:
    """What is known of one run; empty lists where it said nothing."""

    started: Said | None = None
    sent: Said | None = None
    total: Said | None = None
    progress: Said | None = None
    ends: list[Said] = field(default_factory=list)
    errors: list[Said] = field(default_factory=list)
    shell: list[Said] = field(default_factory=list)
    vanished: list[Said] = field(default_factory=list)
    notices: list[Said] = field(default_factory=list)
    statistics: list[Said] = field(default_factory=list)
    limit: Said | None = None
    first: int = 0
    last: int = 0
    forgiven: bool = False

    @property
    def complete(self) -> bool:
        """Whether the totals were printed, which rsync does at the very end."""
        if self.sent is not None and self.sent.event is Event.LOGGED:
            return True
        return self.sent is not None and self.total is not None

    @property
    def exit_code(self) -> int | None:
        """The exit status, None where the text does not say."""
        codes = [end.code for end in self.ends if end.code is not None]
        codes = [each for each in codes if each != SIBLING_KILLED] or codes
        if not codes:
            return 0 if self.verdict is Verdict.SUCCESS else None
        serious = worst(*(code(each).verdict for each in codes))
        return next(each for each in reversed(codes) if code(each).verdict is serious)

    @property
    def verdict(self) -> Verdict:
        """How it ended; UNKNOWN where it began but does not show an end."""
        if self.ends:
            return worst(*(code(end.code or 0).verdict for end in self.ends))
        if self.errors or (self.shell and not self.complete):
            return Verdict.FAILURE
        if self.vanished or self.limit is not None:
            return Verdict.WARNING
        finished = self.progress is not None and _checked_all(self.progress.text)
        return Verdict.SUCCESS if self.complete or finished else Verdict.UNKNOWN


def _checked_all(text: str) -> bool:
    """Whether the last progress display says that nothing is left to check."""
    at = text.rfind("to-ch")
    return text[at:].startswith(("to-chk=0/", "to-check=0/"))


def runs(events: Iterable[Said]) -> list[Run]:
    """Order `events` into runs; a log file's lines are told apart by their process."""
    processes: dict[str, list[Said]] = {}
    for said in events:
        processes.setdefault(process_of(said.line.text), []).append(said)
    found = [run for each in processes.values() for run in _in_turn(each)]
    return sorted(found, key=lambda run: run.last)


def _in_turn(events: Iterable[Said]) -> list[Run]:
    """Order one process's events; runs that a successful retry made good are `forgiven`."""
    tries: list[list[Run]] = [[Run()]]  # a retry begins another list
    barrier = 0
    for said in events:
        if said.event is Event.FIRST_TRY:
            barrier = len(tries)
        if said.event in (Event.RETRY, Event.FIRST_TRY):
            tries.append([Run()])
            continue
        if _begins_another(tries[-1][-1], said):
            tries[-1].append(Run())
        _take(tries[-1][-1], said)
    tries = [[part for run in each if run.last for part in _parted(run)] for each in tries]
    _forgive(tries, barrier)
    return [run for each in tries for run in each]


def _begins_another(run: Run, said: Said) -> bool:
    """Whether `said` cannot belong to `run` any more."""
    match said.event:
        case Event.START:
            return run.complete or run.started is not None
        case Event.SENT | Event.LOGGED:
            return run.sent is not None
        case Event.TOTAL:
            return run.total is not None
        case Event.END:
            return run.complete and (bool(run.ends) or not code(said.code or 0).totals)
        case Event.SHELL:
            return run.complete or bool(run.ends)
        case _:
            return False


def _take(run: Run, said: Said) -> None:  # noqa: C901, PLR0912 - one short line for each event
    run.first = run.first or said.line.number
    run.last = said.line.number
    match said.event:
        case Event.START:
            run.started = said
        case Event.SENT:
            run.sent = said
        case Event.LOGGED:
            run.sent = run.total = said
        case Event.TOTAL:
            run.total = said
        case Event.END:
            run.ends.append(said)
        case Event.ERROR:
            run.errors.append(said)
        case Event.SHELL:
            run.shell.append(said)
        case Event.VANISHED:
            run.vanished.append(said)
        case Event.LIMIT:
            run.limit = said
        case Event.NOTICE:
            run.notices.append(said)
        case Event.STATISTIC:
            run.statistics.append(said)
        case Event.PROGRESS:
            run.progress = said
        case Event.RETRY | Event.FIRST_TRY:
            pass


def _parted(run: Run) -> Iterator[Run]:
    """Part a run that died early from the one whose totals follow: early deaths print none."""
    early = [end for end in run.ends if not code(end.code or 0).totals]
    if not run.complete or not early:
        yield run
        return
    end = early[-1].line.number
    yield Run(ends=early, errors=run.errors, shell=run.shell, first=run.first, last=end)
    rest = [end for end in run.ends if end not in early]
    yield Run(
        started=run.started,
        sent=run.sent,
        total=run.total,
        ends=rest,
        vanished=run.vanished,
        notices=run.notices,
        statistics=run.statistics,
        limit=run.limit,
        first=end,
        last=run.last,
    )


def _forgive(tries: list[list[Run]], barrier: int) -> None:
    """Forgive the failed runs that lead up, retry by retry, to a last try that went well."""
    final = tries[-1]
    if not final or any(run.verdict is not Verdict.SUCCESS for run in final):
        return
    for earlier in reversed(tries[barrier:-1]):
        *others, last = earlier or [Run()]
        if sum(code(end.code or 0).totals for end in last.ends) > 1:
            return  # two runs in one, and only one of them was tried again
        last.forgiven = last.verdict is not Verdict.SUCCESS
        if any(run.verdict is not Verdict.SUCCESS for run in others):
            return
