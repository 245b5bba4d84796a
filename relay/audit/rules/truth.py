"""RA1xx: what a mail says is what has happened, and who asks for the status gets the right one.

Each is found by running the script in thought with one command failing, so `fixed subject` means
that a run can send it, not that a word stands somewhere. A status that is lost is reported where it
is lost; that the subject is fixed is reported only where nobody ever asks.
"""

from collections.abc import Iterator

from relay.audit.document import Document, Snippet
from relay.audit.finding import Hit, Rule, Severity
from relay.audit.mend import mend
from relay.audit.remedies import speak, tell_outcome, turn_alarm, without_23
from relay.audit.shell.mails import COUNTED, UNKNOWN
from relay.audit.shell.programs import is_script
from relay.audit.truth import (
    Cause,
    Lie,
    Loss,
    false_alarms,
    lies,
    losses,
    neutral,
    partial_taken_for_success,
    unheard,
)

FIXED = Rule(
    id="RA101",
    title="the mail claims success whatever has happened",
    severity=Severity.ERROR,
    why="Nobody asks how the work ended before the subject says that it went well.",
    remedy="Keep the exit status (`|| failed=$?`) and let the subject depend on it.",
    source="seen in public backup scripts (docs/audit.md); promise P2",
)
PIPE = Rule(
    id="RA102",
    title="a pipe hides the exit status",
    severity=Severity.ERROR,
    why="The status of a pipe is that of its last command: tee, gzip or mail end well.",
    remedy="`set -o pipefail` in bash, or ask ${PIPESTATUS[0]}; else write to a file first.",
    source="POSIX.1-2024 XCU 2.9.2; bash(1), Pipelines",
)
NEXT = Rule(
    id="RA103",
    title="a later command's status takes the place of the work's",
    severity=Severity.WARNING,
    why="Whoever runs this (cron, systemd, a caller) gets the last command's status.",
    remedy="`&&` instead of `;`, `set -e`, or keep the status and `exit` with it.",
    source="POSIX.1-2024 XCU 2.9.3; crontab(5)",
)
SHRUG = Rule(
    id="RA104",
    title="the failure is thrown away on purpose",
    severity=Severity.ERROR,
    why="`|| true` (and `-` before a unit's command) makes every end a good one.",
    remedy="Keep the status instead: `|| failed=$?`, and tell it.",
    source="POSIX.1-2024 XCU 2.9.3; systemd.service(5), ExecStart=",
)
LOCAL = Rule(
    id="RA105",
    title="local, export or declare hides the exit status",
    severity=Severity.ERROR,
    why="`local x=$(job)` ends with the status of local, which is 0.",
    remedy="Two commands: `local x; x=$(job)`.",
    source="POSIX.1-2024 XCU 2.9.1; ShellCheck SC2155",
)
READ = Rule(
    id="RA106",
    title="$? is the status of another command",
    severity=Severity.ERROR,
    why="Something ran between the work and the question how it ended.",
    remedy="`rc=$?` right behind the work, or `if work; then`.",
    source="POSIX.1-2024 XCU 2.5.2; ShellCheck SC2181",
)
ERREXIT = Rule(
    id="RA107",
    title="set -e does not work here",
    severity=Severity.ERROR,
    why="In a function called by if, && or ||, `set -e` is off: it goes on after a failure.",
    remedy="`|| return` behind the work in the function.",
    source="POSIX.1-2024 XCU 2.15, set -e; BashFAQ 105",
)
OTHERS = Rule(
    id="RA108",
    title="only the last of several is asked how it ended",
    severity=Severity.ERROR,
    why="A failure of the others is never seen, and the mail says that all went well.",
    remedy="Collect: `|| failed=$?` behind each, one question at the end.",
    source="seen in public backup scripts (docs/audit.md)",
)
WORDS = Rule(
    id="RA109",
    title="success is judged by words or lines of a log",
    severity=Severity.ERROR,
    why="Errors are worded in many ways, and a failed run may log nothing at all.",
    remedy="Ask the exit status; show the words in the text.",
    source="seen in public backup scripts (docs/audit.md)",
)
ALARM = Rule(
    id="RA110",
    title="failure is claimed though all went well",
    severity=Severity.ERROR,
    why="Who gets a false alarm each night does not read the true one.",
    remedy="Correct the comparison: `-ne 0` for failure, `-eq 0` for success.",
    source="seen in public backup scripts (docs/audit.md)",
)
UNHEARD = Rule(
    id="RA111",
    title="a failure is told to nobody",
    severity=Severity.ERROR,
    why="On failure nothing is mailed and nothing is printed: cron has nothing to mail.",
    remedy="Mail in the failure branch, or print to standard error and exit with the status.",
    source="crontab(5): mail is sent if there is output",
)
NEUTRAL = Rule(
    id="RA112",
    title="the subject does not say how it ended",
    severity=Severity.NOTE,
    why="Success and failure look the same in the list of mails; the failure is not opened.",
    remedy="Put the outcome into the subject, or leave it to the relay, which does.",
    source="seen in public backup scripts (docs/audit.md)",
)
PARTIAL = Rule(
    id="RA113",
    title="a partial transfer (rsync 23) counts as success",
    severity=Severity.ERROR,
    why="24 says that files vanished meanwhile; 23 says that files are missing from the copy.",
    remedy="Take only 0 and 24 for good.",
    source="rsync(1), EXIT VALUES",
)
RULES = (
    FIXED, PIPE, NEXT, SHRUG, LOCAL, READ, ERREXIT, OTHERS, WORDS, ALARM, UNHEARD, NEUTRAL, PARTIAL,
)  # fmt: skip

_BY_CAUSE = {
    Cause.NEVER_ASKED: FIXED,
    Cause.PIPE: PIPE,
    Cause.NEXT: NEXT,
    Cause.OR: SHRUG,
    Cause.LOCAL: LOCAL,
    Cause.READ: READ,
    Cause.ERREXIT: ERREXIT,
    Cause.OTHERS: OTHERS,
    Cause.WORDS: WORDS,
    Cause.BACKGROUND: NEXT,
}
_AT_THE_WORK = (Cause.ERREXIT, Cause.OTHERS, Cause.NEXT, Cause.BACKGROUND)


def check(document: Document) -> Iterator[tuple[Snippet, Hit]]:
    """Yield what is untrue, and what hides the truth."""
    for snippet in document.snippets:
        for hit in _of(snippet):
            yield snippet, hit


def _of(snippet: Snippet) -> Iterator[Hit]:
    view = snippet.view
    if "-" in snippet.prefix and view.works:
        yield SHRUG.at(0, "`-` before the command: systemd ignores how it ends")
    elif view.misread is None:
        yield from _told(snippet)


def _told(snippet: Snippet) -> Iterator[Hit]:
    view = snippet.view
    for sent in false_alarms(view):
        what = view.line_of(sent.at.start, sent.at.end)
        yield ALARM.at(sent.at.start, what, turn_alarm(view), sent.mail.subject)
    for run in view.worlds:
        found = lies(view, run)
        if found:
            for lie in found:
                yield _untrue(snippet, lie)
            continue
        lost = losses(run)
        for loss in lost:
            yield _gone(snippet, loss)
        periodic = snippet.where in ("cron", "periodic") and not is_script(run.work.argv[0])
        work = view.line_of(run.work.at.start, run.work.at.end)
        if not lost and unheard(run, periodic) and "/dev/null" not in (run.work.err, run.work.out):
            edits = speak(view, run.work, periodic)
            yield UNHEARD.at(run.work.at.start, f"nothing is told if this fails: {work}", edits)
        for sent in neutral(view, run):
            edits, subject = tell_outcome(view, run.work, sent), sent.mail.subject
            yield NEUTRAL.at(sent.at.start, f"always {_shown(subject)}", edits, subject)
        for lie in partial_taken_for_success(view, run):
            edits, subject = without_23(view, run.work), lie.sent.mail.subject
            what = f"after code 23 too: {_shown(subject)}"
            yield PARTIAL.at(lie.sent.at.start, what, edits, subject)


def _untrue(snippet: Snippet, lie: Lie) -> Hit:
    view, work, rule = snippet.view, lie.run.work, _BY_CAUSE[lie.cause]
    if lie.cause in _AT_THE_WORK:
        offset = work.at.start
    else:
        offset = lie.lost.at.start if lie.lost and rule is not FIXED else lie.sent.at.start
    edits = mend(view, work, lie.cause, lie.lost, lie.sent)
    what = view.line_of(work.at.start, work.at.end)
    subject = lie.sent.mail.subject
    return rule.at(offset, f"{_shown(subject)} is sent even if this fails: {what}", edits, subject)


def _gone(snippet: Snippet, loss: Loss) -> Hit:
    view, work, rule = snippet.view, loss.run.work, _BY_CAUSE[loss.cause]
    offset = work.at.start if loss.cause in _AT_THE_WORK else loss.lost.at.start
    edits = mend(view, work, loss.cause, loss.lost, None)
    what = view.line_of(work.at.start, work.at.end)
    return rule.at(offset, f"the run ends with status 0 even if this fails: {what}", edits)


def _shown(subject: str) -> str:
    """Return a subject with dots for what only a run would tell."""
    return '"' + subject.replace(UNKNOWN, "...").replace(COUNTED, "...") + '"'
