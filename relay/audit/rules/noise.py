"""RA2xx: as many mails as there is news, each with the text that says why.

What is thrown away, cut off or left out of the mail belongs here too: a mail that does not hold its
reason is noise.
"""

import re
from collections.abc import Iterator

from relay.audit.document import Document, Snippet
from relay.audit.finding import Edit, Hit, Rule, Severity
from relay.audit.shell.listing import Listed
from relay.audit.shell.mails import UNKNOWN, mail_of
from relay.audit.shell.state import Sent, Work
from relay.audit.view import View, claim, mails
from relay.reports.report import Verdict

ALWAYS = Rule(
    id="RA201",
    title="every run that goes well sends a mail",
    severity=Severity.NOTE,
    why="Thirty good reports a month teach people not to read the one that is bad.",
    remedy="Let the relay put successes into a digest, or mail on failure only.",
    source="seen in public backup scripts (docs/audit.md)",
)
LOOP = Rule(
    id="RA202",
    title="a mail for each turn of a loop",
    severity=Severity.WARNING,
    why="A full disk makes a hundred mails of one cause; providers then mark the host as spam.",
    remedy="Collect in the loop, mail once behind it.",
    source="OCSInventory-NG/OCSInventory-ocsreports issue 754; outroll/vesta issue 275",
)
OFTEN = Rule(
    id="RA203",
    title="a job that runs every few minutes mails all that it prints",
    severity=Severity.WARNING,
    why="One warning of the job becomes 1440 mails a day.",
    remedy="Send its output to a log or to logger, and mail on a change only.",
    source="Security-Onion-Solutions/securityonion issue 461; bit-team/backintime issue 2057",
)
VERBOSE = Rule(
    id="RA204",
    title="progress or verbose output goes to cron",
    severity=Severity.NOTE,
    why="cron mails whatever is printed: each file name, each percent, in every run.",
    remedy="Drop -v, -P and --progress; --stats says it in ten lines.",
    source="rsync(1), --progress; crontab(5)",
)
NO_STDERR = Rule(
    id="RA205",
    title="the mailed log lacks what went wrong",
    severity=Severity.WARNING,
    why="Errors go to standard error; only standard output is in the log that is mailed.",
    remedy="`> log 2>&1`.",
    source="neo1908/tools, kindkains/skripte (seen in public backup scripts)",
)
THROWN = Rule(
    id="RA206",
    title="the reason of a failure is thrown away",
    severity=Severity.WARNING,
    why="Standard error goes to /dev/null: a failure leaves no line to read.",
    remedy="Throw away standard output only: `> /dev/null`.",
    source="crontab(5)",
)
CUT = Rule(
    id="RA207",
    title="the log is cut before it is mailed",
    severity=Severity.NOTE,
    why="rsync's errors stand where they happened; the last lines are figures.",
    remedy="Mail the whole log; the relay shortens what is too long and keeps the evidence.",
    source="rsync prints errors unbuffered, before the list of files",
)
EMPTY = Rule(
    id="RA208",
    title="the mail has no text",
    severity=Severity.NOTE,
    why="It says that something failed, and not what.",
    remedy="Mail the job's output.",
    source="seen in public backup scripts (docs/audit.md)",
)
RULES = (ALWAYS, LOOP, OFTEN, VERBOSE, NO_STDERR, THROWN, CUT, EMPTY)

_OFTEN = 10
_LOUD = re.compile(r"-[a-zA-Z]*[vP][a-zA-Z]*$|--verbose$|--progress$|--info=progress2?$")
_PROGRESS = re.compile(r"-[a-zA-Z]*P[a-zA-Z]*$|--progress$|--info=progress2?$")
_LOUD_PROGRAMS = ("rsync", "tar", "cp", "scp", "rclone", "borg", "duplicity", "rsnapshot")
_BY_OPTION = ("mail", "mailx", "s-nail", "nail", "mutt", "neomutt", "bsd-mailx", "heirloom-mailx")


def check(document: Document) -> Iterator[tuple[Snippet, Hit]]:
    """Yield what floods, and what leaves the reason out."""
    for snippet in document.snippets:
        view = snippet.view
        found = [*_sent(view), *_lost_text(snippet), *_loud(snippet), *_often(snippet)]
        for hit in found:
            yield snippet, hit


def _sent(view: View) -> Iterator[Hit]:
    paths = [path for path in view.clean.paths if any(isinstance(e, Work) for e in path.events)]
    seen: set[int] = set()
    for path in paths:
        for sent in mails(path):
            good = claim(sent.mail) is Verdict.SUCCESS
            if good and sent.at.start not in seen:
                seen.add(sent.at.start)
                yield ALWAYS.at(
                    sent.at.start,
                    f"sent after every good run: {view.line_of(sent.at.start, sent.at.end)}",
                )
    for sent in _all_sent(view):
        if sent.in_loop and not _leaves_behind(view, sent):
            yield LOOP.at(sent.at.start, view.line_of(sent.at.start, sent.at.end))
        if _bare(sent):
            yield EMPTY.at(sent.at.start, view.line_of(sent.at.start, sent.at.end))


def _all_sent(view: View) -> list[Sent]:
    traces = (view.clean, *(run.trace for run in view.worlds))
    found: dict[int, Sent] = {}
    for trace in traces:
        for path in trace.paths:
            for sent in mails(path):
                found.setdefault(sent.at.start, sent)
    return list(found.values())


def _leaves_behind(view: View, sent: Sent) -> bool:
    """Say whether the script leaves the loop after the mail, on every path that sends it."""
    traces = (view.clean, *(run.trace for run in view.worlds))
    paths = [p for t in traces for p in t.paths if any(s.at == sent.at for s in mails(p))]
    return bool(paths) and all(path.flow == "exit" for path in paths)


def _bare(sent: Sent) -> bool:
    mail = sent.mail
    return mail.program in _BY_OPTION and bool(mail.subject) and not mail.body.strip(" \n")


def _works_of(view: View) -> Iterator[Work]:
    yield from view.works


def _lost_text(snippet: Snippet) -> Iterator[Hit]:
    view = snippet.view
    fed = _mailed_files(view)
    for work in _works_of(view):
        what = view.line_of(work.at.start, work.at.end)
        if work.err == "/dev/null":
            yield THROWN.at(work.at.start, what)
        elif work.out in fed and work.err == "cron":
            yield NO_STDERR.at(work.at.start, f"{what} > {work.out}", _with_stderr(view, work))
        elif work.out == "pipe" and work.err == "cron" and _piped_into_mail(view, work):
            yield NO_STDERR.at(work.at.start, what)
    for each in view.commands:
        if each.name in ("tail", "head") and each.into in _BY_OPTION and _few(each):
            yield CUT.at(each.at.start, view.line_of(each.at.start, each.at.end))


def _few(each: Listed) -> bool:
    return not any(arg in ("+1", "-n+1") for arg in each.argv[1:])


def _piped_into_mail(view: View, work: Work) -> bool:
    return any(each.at.start == work.at.start and each.into in _BY_OPTION for each in view.commands)


def _mailed_files(view: View) -> set[str]:
    """Return the files whose text is a mail's body."""
    found: set[str] = set()
    for each in view.commands:
        target = next((t for op, _, t in each.redirects if op == "<"), "")
        if target and mail_of(each.argv, ""):
            found.add(target)
        if each.name == "cat" and each.into in (*_BY_OPTION, "sendmail", "msmtp"):
            found |= set(each.argv[1:])
    return {each for each in found if UNKNOWN not in each} - {"/dev/null"}


def _with_stderr(view: View, work: Work) -> tuple[Edit, ...]:
    data = view.data
    end = data.find(b"\n", work.at.start)
    line = data[work.at.start : end if end >= 0 else len(data)]
    match = re.search(rb">>?\s*(?:\"[^\"]*\"|'[^']*'|[^\s;&|]+)", line)
    if match is None:
        return ()
    at = work.at.start + match.end()
    return (Edit(start=at, end=at, text=b" 2>&1"),)


def _loud(snippet: Snippet) -> Iterator[Hit]:
    to_cron = snippet.where in ("cron", "periodic")
    for each in snippet.view.commands:
        if each.name not in _LOUD_PROGRAMS:
            continue
        pattern = _LOUD if to_cron and not _redirected(each) else _PROGRESS
        if pattern is _PROGRESS and each.name != "rsync":
            continue
        flag = next((arg for arg in each.argv[1:] if pattern.match(arg)), "")
        if flag and (to_cron or pattern is _PROGRESS):
            quiet = any(re.match(r"-[a-zA-Z]*q|--quiet", arg) for arg in each.argv[1:])
            if not quiet and "/dev/null" not in _targets(each):
                yield VERBOSE.at(each.at.start, f"{each.name} {flag}")


def _targets(each: Listed) -> list[str]:
    return [t for op, fd, t in each.redirects if op in (">", ">>", "&>") and fd in (None, 1)]


def _redirected(each: Listed) -> bool:
    return bool(_targets(each)) or bool(each.into)


def _often(snippet: Snippet) -> Iterator[Hit]:
    if snippet.where != "cron" or snippet.every is None or snippet.every >= _OFTEN:
        return
    commands = snippet.view.commands
    if commands and not all(_silent(each) for each in commands):
        yield OFTEN.at(0, f"every {snippet.every} min: {snippet.view.line_of(0, 200)}")


def _silent(each: Listed) -> bool:
    quiet = each.name in ("test", "[", "cd", "sleep", "true", "logger", "flock", "export")
    return quiet or _redirected(each)
