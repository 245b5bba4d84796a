"""systemd: `systemctl status` of a unit and its lines of the journal, as OnFailure mails them.

A unit that systemd calls failed has failed, and so has a run that is started again
(`activating (auto-restart)`), a main process with a status other than 0, and what the journal calls
failed. Success is a main process with `status=0/SUCCESS` in a unit that is not failed, a service
that is `active (running)`, or a journal that says `Deactivated successfully`, `Succeeded` or
`Finished`; that it was started proves nothing. A subject like `[Failed] x.service` proves a failure
unless the text shows an exit status of 0. Several units in one mail are parts. What the unit's
process printed is left to the readers of that tool; its last lines make it other news.
A status in the middle of another tool's log (dpkg prints one) leaves that tool's kind as it is.
systemd-cron mails such a status too: there it only adds the success that cron does not tell.
What happens next: combine.py weighs it against the tools in the journal.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import re2

from relay.reports.cron_mail import cron_mail
from relay.reports.finding import Finding, Standing
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
)
from relay.reports.lines.judge import judge
from relay.reports.mask import news
from relay.reports.report import Kind, Verdict

_TYPES = r"\.(?:service|timer|mount|automount|socket|target|path|scope|swap|device|slice)"
_UNIT = rf"(?P<unit>[\w@.:\\-]+{_TYPES})"
_NAME = r"(?P<unit>[\w@.:\\-]*[\w@])"
_BY = r"(?:.*\s)?systemd\[\d+\]: "  # for sentences that any program might print
_OF = rf"(?:{_BY})?{_UNIT}: "
_RESULT = r"(?P<result>[a-z-]+)"
_EXITED = r"code=exited,? status=(?P<exit_code>[1-9]\d*)(?:/(?P<named>[A-Z_]+))?"
_KILLED = r"code=(?P<how>killed|dumped), (?:signal|status)=(?:\d+/)?(?P<signal>[A-Z0-9]+)"
_STOPPED = r"code=killed, (?:signal|status)=(?:\d+/)?(?:TERM|HUP|INT|PIPE)"
_MAIN = r"Main PID: \d+ \("
_PROCESS = r"Process: \d+ Exec\w+=.* \("
_PROCESS_ENDED = r"(?:[Mm]ain|[Cc]ontrol) process exited,"
_ENDED_WELL = r"(?:Succeeded|Deactivated successfully)\."
_ENDED_MARK = " process exited,"
_FAILED_AT_ONCE = r"(?P<why>Failed (?:at step|to execute|to load|to run|to spawn|to set up) .*)"

_SYSTEMD = Grammar(
    reader="systemd",
    kind=Kind.SYSTEMD,
    standing=Standing.WRAPPER,
    rules=(
        notes("unit", rf"[^\w\s] {_UNIT} - .*", mark=rf"{_TYPES} - "),
        notes("crossed", rf"x {_UNIT} - .*", mark=rf"{_TYPES} - "),
        fails("failed", rf"Active: failed(?: \(Result: {_RESULT}\))?(?: since .*)?"),
        fails("restart", rf"Active: activating \(auto-restart\) \(Result: {_RESULT}\).*"),
        begins("not-ended", r"Active: (?:activating|deactivating|reloading) \(.*"),
        succeeds("running", r"Active: active \((?:running|listening|mounted|waiting)\).*"),
        succeeds("status-0", rf"{_MAIN}code=exited, status=0(?:/SUCCESS)?\)"),
        fails("main-exited", rf"{_MAIN}{_EXITED}\)"),
        notes("main-stopped", rf"{_MAIN}{_STOPPED}\)"),
        fails("main-killed", rf"{_MAIN}{_KILLED}\)"),
        notes("process-0", rf"{_PROCESS}code=exited, status=0(?:/SUCCESS)?\)"),
        fails("process", rf"{_PROCESS}{_EXITED}\)"),
        fails("process-killed", rf"{_PROCESS}{_KILLED}\)"),
        fails("oom", rf"{_OF}A process of this unit has been killed by the OOM killer\."),
        fails("at-once", rf"{_OF}{_FAILED_AT_ONCE}", mark=r": Failed (?:at|to) "),
        fails("dependency", rf"{_BY}(?P<why>Dependency failed for .*)\."),
        fails("timed-out", rf"{_OF}(?P<why>\S+ operation timed out)\..*"),
        fails("watchdog", rf"{_OF}(?P<why>Watchdog timeout) .*"),
        fails("repeated", rf"{_OF}(?P<why>Start request repeated too quickly)\."),
        notes("stopped", rf"{_OF}{_PROCESS_ENDED} {_STOPPED}", mark=_ENDED_MARK),
        fails("exited", rf"{_OF}{_PROCESS_ENDED} {_EXITED}", mark=_ENDED_MARK),
        fails("killed", rf"{_OF}{_PROCESS_ENDED} {_KILLED}", mark=_ENDED_MARK),
        fails("result", rf"{_OF}(?:Job \S+ f|F)ailed with result '{_RESULT}'\."),
        fails("state", rf"(?:{_BY})?Unit {_UNIT} entered failed state\."),
        fails("unit-state", rf"{_OF}Unit entered failed state\."),
        fails("unit-failed", rf"(?:{_BY})?{_UNIT} failed\.", mark=rf"{_TYPES} failed\."),
        fails("start", rf"{_BY}(?P<why>Failed to (?:start|mount|listen on|activate) .+)\."),
        fails(
            "listed",
            rf"(?:[^\w\s] |x )?{_UNIT} +[a-z-]+ +failed +failed .*",
            mark="failed +failed",
            say="failed",
        ),
        succeeds("ended", rf"{_OF}{_ENDED_WELL}", mark=_ENDED_WELL),
        succeeds("finished", rf"{_BY}Finished .+\."),
        fails(
            "subject", rf"\W*(?:\S+\] )?(?i:failed|failure):?\]?:? {_UNIT}(?: .*)?", subject=True
        ),
        fails(
            "subject-failed", rf".*\b{_UNIT}\S* (?:on \S+ )?(?:has )?(?i:failed)\b.*", subject=True
        ),
        fails(
            "subject-failure", rf".*\b(?i:failure)(?: (?:of|for|in|on))?:? {_UNIT}.*", subject=True
        ),
        fails(
            "subject-unit",
            rf"(?i:.*\b(?:service|unit)) {_NAME} (?:on \S+ )?(?:has )?(?i:failed)\b.*",
            subject=True,
        ),
        fails("subject-mail", rf".*\b(?i:onfailure (?:e?mail )?for) {_NAME}", subject=True),
        fails("subject-loud", rf".*\bSERVICE FAILURE\b(?:: {_NAME})?.*", subject=True),
    ),
)
MARKS = _SYSTEMD.marks

_HEADS = ("unit", "crossed", "listed")
_OUTPUT = re2.compile(r".{8,50}? (?P<program>[\w./@:-]+)\[\d+\]: (?P<text>.+)")
_LOOKED_AT = 400
_MOST_OUTPUT = 4
_FIRST_LINES = 5
_RESULTS = {
    "timeout": "timed out",
    "oom-kill": "killed for lack of memory",
    "watchdog": "watchdog timed out",
    "start-limit-hit": "started too often",
    "core-dump": "dumped core",
    "signal": "killed by a signal",
    "exit-code": "failed",
}


def read(letter: Letter) -> Finding | None:
    """Return what systemd says of its units, None if it says nothing."""
    said = _told_apart(_believed(statements(_SYSTEMD, letter)))
    finding = judge(_SYSTEMD, said)
    if finding is None:
        return None
    if "systemd-cron" in letter.first("from") and cron_mail(letter) is not None:
        return _of_cron(finding)
    if finding.verdict is Verdict.SUCCESS and not _is_last_word(letter, said):
        return None
    if _is_about(letter, said):
        finding = replace(finding, job=_unit(said))
    else:
        finding = replace(finding, standing=Standing.FRAME)
    if finding.verdict is not Verdict.FAILURE:
        return replace(finding, what=_otherwise(finding, said))
    what, told = _what(said), news(_news(letter, said))
    what = what if finding.job else f"{_unit(said) or 'a unit'}: {what}"
    return replace(finding, what=what, exit_code=_exit_code(said), news=told)


def _is_about(letter: Letter, said: Sequence[Statement]) -> bool:
    """Whether the mail is about a unit, and not a tool's log that shows one, as dpkg's does."""
    first = min(each.line.number for each in said)
    subject = letter.subject.lower()
    names = {
        each.groups["unit"].rpartition(".")[0] or "systemd"
        for each in said
        if "unit" in each.groups
    }
    return first <= _FIRST_LINES or any(name.lower() in subject for name in names)


def _is_last_word(letter: Letter, said: Sequence[Statement]) -> bool:
    """Whether a success is that of the mail's own unit: its status is shown, or it ends the text.

    A journal holds other units' good ends between the lines of what the mail is about.
    """
    if any(each.rule.name in _HEADS for each in said):
        return True
    last = max(each.line.number for each in said)
    below = [line.text for line in letter.body.written(_LOOKED_AT) if line.number > last]
    return len(_output(below)) == 0 and all(_OUTPUT.match(text) for text in below)


def _of_cron(finding: Finding) -> Finding | None:
    """Leave a failure to cron's own word; the kind is cron's, or that of the tool it ran."""
    if finding.verdict is not Verdict.SUCCESS:
        return None
    return replace(finding, kind=Kind.CRON_OTHER, standing=Standing.FRAME, parts=())


def _believed(said: Sequence[Statement]) -> list[Statement]:
    """Drop what an exit status of 0 outranks: the subject, and helpers whose end is ignored.

    A service that runs again after `[Failed]` was sent has failed all the same.
    """
    names = {each.rule.name for each in said}
    if "status-0" in names and not names & {"failed", "restart"}:
        weaker = ("subject", "process")
        return [
            each for each in said if not each.rule.name.startswith(weaker) or "-0" in each.rule.name
        ]
    return list(said)


def _told_apart(said: Sequence[Statement]) -> list[Statement]:
    """Where the mail shows several units, say of each line which one it is about."""
    units = {each.groups["unit"] for each in said if each.rule.name in _HEADS}
    if len(units) < 2:
        return list(said)
    found: list[Statement] = []
    part = ""
    for each in said:
        part = each.groups["unit"] if each.rule.name in _HEADS else part
        of = each.groups.get("unit", part)
        groups = {**each.groups, "part": of} if of in units else each.groups
        found.append(replace(each, groups=groups))
    return found


def _unit(said: Sequence[Statement]) -> str | None:
    """Return the unit that the status is about, else one of the journal, else the subject's."""
    named = [each for each in said if "unit" in each.groups]
    named.sort(key=lambda each: (each.rule.name not in _HEADS, each.line.number == 0))
    return named[0].groups["unit"] if named else None


def _otherwise(finding: Finding, said: Iterable[Statement]) -> str:
    if finding.verdict is Verdict.UNKNOWN:
        return "has not ended yet"
    running = all(each.rule.name == "running" for each in said if each.rule.name in _PROOFS)
    return "running" if running else "ended with exit status 0"


_PROOFS = ("running", "status-0", "ended", "finished")


def _exit_code(said: Sequence[Statement]) -> int | None:
    """Return the main process's exit status, else that of whatever else ended badly."""
    codes = [each for each in said if "exit_code" in each.groups]
    codes.sort(key=lambda each: each.rule.name not in ("main-exited", "exited"))
    return int(codes[0].groups["exit_code"]) if codes else None


def _group(said: Iterable[Statement], name: str) -> str:
    return next((each.groups[name] for each in said if name in each.groups), "")


def _what(said: Sequence[Statement]) -> str:
    """Say in a few words how it failed: at which step, by which signal, with which status."""
    listed = [each.groups["unit"] for each in said if each.rule.name == "listed"]
    if listed:
        more = f" and {len(listed) - 3} more" if len(listed) > 3 else ""
        return f"failed: {', '.join(listed[:3])}{more}"
    result, named = _group(said, "result"), _group(said, "named")
    words = _RESULTS.get(result, f"failed ({result})" if result else "failed")
    if result in ("exit-code", "signal", ""):
        signal = _group(said, "signal")
        words = _group(said, "why") or (f"killed by SIG{signal}" if signal else words)
    if words == "failed" and named not in ("", "FAILURE"):
        words = f"failed: {named}"  # systemd's own name of the status: EXEC, CHDIR, USER
    code = _exit_code(said)
    return f"{words} (code {code})" if code else words


def _news(letter: Letter, said: Sequence[Statement]) -> Iterator[str]:
    """Yield how each unit failed, and the last that its processes printed."""
    told = (" ".join(_told(each.groups)) for each in said if each.rule.news)
    yield from (text for text in told if text)
    yield _unit(said) or letter.subject
    lines = [line.text for line in letter.body.written(_LOOKED_AT)]
    only_claimed = all(each.rule.subject for each in said)
    yield from (lines if only_claimed else _output(lines))[-_MOST_OUTPUT:]


def _told(groups: Mapping[str, str]) -> Iterator[str]:
    for name in ("part", "result", "signal", "why"):
        if name in groups:
            yield groups[name]
    if "exit_code" in groups:
        yield f"status {groups['exit_code']}"


def _output(lines: Sequence[str]) -> list[str]:
    """Return what others than systemd wrote into the journal shown."""
    matches = (_OUTPUT.match(line) for line in lines)
    return [match["text"] for match in matches if match and match["program"] != "systemd"]
