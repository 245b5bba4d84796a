"""Whether a run in which the work fails tells the truth, and what hid the failure if not.

A lie is a mail that claims success on a path on which the work has failed before, and on which
nobody has said so yet. A loss is a failure that the caller never hears of: no mail, and status 0.
What happens next: rules/truth.py makes findings of them, mend.py tries mends against them.
"""

from dataclasses import dataclass
from enum import StrEnum

from relay.audit.shell.mails import UNKNOWN
from relay.audit.shell.state import Lost, Sent, State, Told, Work
from relay.audit.view import Run, View, claim, mails
from relay.reports.report import Verdict


class Cause(StrEnum):
    """What hid the failing status."""

    NEVER_ASKED = "never asked"
    PIPE = "pipe"
    NEXT = "next"
    OR = "or"
    LOCAL = "local"
    READ = "read"
    ERREXIT = "errexit"
    OTHERS = "others"
    WORDS = "words"
    BACKGROUND = "background"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lie:
    """A mail that claims success though the work failed."""

    run: Run
    path: State
    sent: Sent
    cause: Cause
    lost: Lost | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A failure that ends with status 0 and no mail."""

    run: Run
    path: State
    cause: Cause
    lost: Lost


_ORDER = (
    ("pipe", Cause.PIPE),
    ("local", Cause.LOCAL),
    ("or", Cause.OR),
    ("words", Cause.WORDS),
    ("read", Cause.READ),
    ("errexit", Cause.ERREXIT),
)


def lies(view: View, run: Run) -> list[Lie]:
    """Return the lies of a run, one for each mail."""
    found: dict[tuple[int, Cause], Lie] = {}
    for path in run.failing:
        admitted = False
        for sent in mails(path):
            said = claim(sent.mail)
            if not sent.after_failure:
                continue
            if said in (Verdict.FAILURE, Verdict.WARNING):
                admitted = True
            elif said is Verdict.SUCCESS and not admitted:
                cause, lost = _cause(view, run.work, path)
                lie = Lie(run=run, path=path, sent=sent, cause=cause, lost=lost)
                found.setdefault((sent.at.start, cause), lie)
    return list(found.values())


def _cause(view: View, work: Work, path: State) -> tuple[Cause, Lost | None]:
    for how, cause in _ORDER:
        for each in path.lost:
            if each.how == how:
                other = _other_work(view, work, path)
                return (Cause.OTHERS if cause is Cause.READ and other else cause), each
    masked = [each for each in path.lost if each.how == "next"]
    if _other_work(view, work, path):
        return Cause.OTHERS, masked[-1]
    return Cause.NEVER_ASKED, masked[0] if masked else None


def _other_work(view: View, work: Work, path: State) -> bool:
    """Say whether it was other work that took the place of the status."""
    starts = {each.at.start for each in view.works if each.at.start != work.at.start}
    masked = [each for each in path.lost if each.how == "next"]
    return bool(masked) and masked[-1].at.start in starts and _last_is_asked(view)


def _last_is_asked(view: View) -> bool:
    return not any(
        sent.after_failure and claim(sent.mail) is Verdict.SUCCESS
        for path in view.world(view.works[-1]).failing
        for sent in mails(path)
    )


def losses(run: Run) -> list[Loss]:
    """Return how the failure is lost on paths that send nothing and end with status 0."""
    for path in run.failing:
        if _tells(path) or path.status not in ("0", UNKNOWN) or path.flow == "endless":
            continue
        for how, cause in (*_ORDER, ("background", Cause.BACKGROUND), ("next", Cause.NEXT)):
            for each in path.lost:
                if each.how == how and how != "read":
                    return [Loss(run=run, path=path, cause=cause, lost=each)]
    return []


def unheard(run: Run, periodic: bool) -> list[State]:
    """Return the paths on which the failure is handled so that nobody hears of it.

    Without mail, with nothing printed, and with status 0; for cron, whatever the status: what
    prints nothing is mailed to nobody.
    """
    if run.work.err == "cron":
        return []
    found = [path for path in run.failing if not _tells(path) and not _prints(path)]
    if periodic:
        return [path for path in found if not path.lost]
    return [path for path in found if path.status == "0" and not path.lost]


def _tells(path: State) -> bool:
    return any(
        (isinstance(each, Sent) and each.after_failure)
        or (isinstance(each, Told) and each.where == "elsewhere")
        for each in path.events
    )


def _prints(path: State) -> bool:
    seen = False
    for each in path.events:
        seen = seen or isinstance(each, Work)
        if seen and isinstance(each, Told) and each.where in ("cron", "stderr"):
            return True
    return False


def neutral(view: View, run: Run) -> list[Sent]:
    """Return the mails that say the same whether or not the work has failed."""
    same = {
        sent.mail.subject
        for path in view.clean.paths
        for sent in mails(path)
        if sent.mail.subject.strip(UNKNOWN)
    }
    found: list[Sent] = []
    for path in run.failing:
        told = [each for each in mails(path) if each.after_failure]
        if any(claim(each.mail) is not Verdict.UNKNOWN for each in told):
            continue
        found += [each for each in told if each.mail.subject in same]
    return found


def false_alarms(view: View) -> list[Sent]:
    """Return the mails that claim failure in the run in which nothing fails, for certain."""
    return [
        sent
        for path in view.clean.paths
        for sent in mails(path)
        if view.works and not sent.guessed and claim(sent.mail) is Verdict.FAILURE
    ]


def partial_taken_for_success(view: View, run: Run) -> list[Lie]:
    """Return the lies that only rsync's code 23 brings about: part of the files is missing."""
    if run.work.argv[0].rpartition("/")[2] != "rsync":
        return []
    return lies(view, view.world(run.work, "23"))


def honest(view: View, number: int) -> bool:
    """Say whether the run in which the work at `number` fails neither lies nor is lost."""
    if number >= len(view.works):
        return False
    run = view.world(view.works[number])
    return not lies(view, run) and not losses(run) and bool(run.failing)
