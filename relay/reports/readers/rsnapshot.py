"""rsnapshot: its messages, its log file and syslog, its trace (`-v`), and rsnapreport.pl's table.

`ERROR:` lines are failures (exit status 1), and so is a copy that rsync made only in part (23),
which rsnapshot itself calls a warning: files are missing from the snapshot. Other `WARNING:` lines
are warnings (exit status 2). Success is `completed successfully` in the log, in syslog or in the
trace of the call of logger; and a row of rsnapreport.pl. A trace from lock file to lock file
without an error proves a success only in cron's own mail, which holds standard error too: elsewhere
the errors may have gone another way, and rsync's own totals must tell. A trace that breaks off is
unknown, whatever the copies in it say. General `ERROR:` lines count only beside lines that nobody
else prints.
What happens next: combine.py weighs the finding against rsync's.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from relay.reports.cron_mail import cron_mail
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
    warns,
)
from relay.reports.lines.judge import judge
from relay.reports.report import Evidence, Kind, Verdict

_STAMP = r"(?:\[[\w/:-]{19,21}\] )?"
_CALL = r"\S*rsnapshot(?: -c ?(?P<config>\S+)| -\w+)* (?P<level>[\w.-]+)(?: \S+)?"
_PLAIN_CALL = r"\S*rsnapshot(?: \S+)*"
_ERROR = rf"{_STAMP}(?:{_PLAIN_CALL}: )?ERROR: "
_WARNING = rf"{_STAMP}WARNING: "
_SOME = r"Some files and/or directories in (?P<source>.+) "

_USUAL_CONFIG = "/etc/rsnapshot.conf"

_RSNAPSHOT = Grammar(
    reader="rsnapshot",
    kind=Kind.RSNAPSHOT,
    standing=Standing.WRAPPER,
    rules=(
        fails(
            "rsync",
            rf"{_ERROR}\S+ returned (?P<rsync_code>\d+) while processing (?P<source>.+)",
            say="rsync returned {rsync_code} for {source}",
        ),
        fails("usage", rf"{_ERROR}(?P<reason>\S+ syntax or usage error)\. Does this version of.+"),
        fails(
            "running",
            rf"{_ERROR}Lockfile (?P<lock>\S+) exists(?: and so does its process)?, can ?not"
            r" continue!?",
            mark="Lockfile ",
            say="another rsnapshot is running ({lock})",
        ),
        fails(
            "stale",
            rf"{_ERROR}Stale lockfile (?P<lock>\S+) detected\..*",
            say="stale lock file {lock}",
        ),
        fails(
            "lock",
            rf"{_ERROR}(?P<reason>(?:Lockfile|Could not write lockfile) .+)",
            mark="Lockfile|lockfile",
        ),
        fails(
            "script",
            rf"{_ERROR}(?P<reason>backup_script .+ returned \d+)",
        ),
        fails(
            "exec",
            rf'{_ERROR}(?:cmd_(?:pre|post)exec )?"(?P<command>.+)" returned "?(?P<command_code>\d+)'
            r'"?(?:\. Exiting\.)?',
            say="{command} returned {command_code}",
        ),
        fails(
            "root",
            rf"{_ERROR}rsnapshot refuses to create snapshot_root when no_create_root is enabled",
            say="the snapshot root does not exist (not mounted?)",
        ),
        fails(
            "partial",
            rf"{_WARNING}{_SOME}only transferred partially during rsync operation",
            say="partial transfer of {source}",
        ),
        fails("detail", rf"{_ERROR}(?P<reason>\w+ .+ - \S.*)", mark="ERROR: "),
        fails(
            "configuration",
            rf"{_ERROR}(?P<config_file>\S+) on line (?P<config_line>\d+):",
            mark=" on line ",
            say="configuration error: {config_file} line {config_line}",
        ),
        fails("refuses", rf"{_ERROR}(?P<reason>(?:.+ )?rsnapshot can not continue)\..*"),
        fails("level", rf'{_ERROR}(?P<reason>Interval "\S+" unknown, check \S+)'),
        fails("signal", rf"{_ERROR}(?P<reason>rsnapshot was sent \w+ signal).*"),
        fails(
            "errors",
            rf"{_ERROR}{_CALL}: completed, but with (?:some errors|no definite .+)",
            say="completed with errors",
        ),
        fails(
            "banner",
            r"rsnapshot encountered an error! The program was invoked with these .+",
            say="encountered an error",
        ),
        fails("error", rf"{_ERROR}(?P<reason>[^-\s].*)", mark="ERROR: "),
        warns(
            "vanished",
            rf"{_WARNING}{_SOME}vanished during rsync operation",
            say="files in {source} vanished during the copy",
        ),
        warns(
            "rolled-back",
            rf'{_WARNING}(?P<reason>Rolling back ".+"|.+ skipped due to rollback'
            r" plan)",
            mark="Rolling back|rollback plan",
        ),
        warns(
            "exec-warned",
            rf'{_WARNING}"(?P<command>.+)" returned "(?P<command_code>\d+)"',
            say="{command} returned {command_code}",
        ),
        warns("stale-removed", rf"{_WARNING}(?P<reason>Removing stale lockfile \S+)"),
        warns("other-lock", rf"{_WARNING}(?P<reason>About to remove lockfile \S+) which .+"),
        warns(
            "warnings",
            rf"{_WARNING}{_CALL}: completed, but with some warnings",
            say="completed with warnings",
        ),
        warns("warning", rf"{_WARNING}(?P<reason>\S.*)", mark="WARNING: "),
        succeeds("completed", rf"{_STAMP}{_CALL}: completed successfully"),
        begins("started", rf"{_STAMP}{_CALL}: started"),
        begins("locked", rf"{_STAMP}echo \d+ > (?:(?P<lock>/\S+)|\\)", mark="echo "),
        notes("logged", rf"{_STAMP}\S*logger -p \w+\.info -t rsnapshot\[\d+\] .+"),
        notes("touched", rf"{_STAMP}touch (?:/\S+/(?P<level>[\w-]+)\.0/|\\)"),
        notes("unlocked", rf"{_STAMP}rm -f (?:(?P<lock>/\S+)|\\)"),
        notes("call", _CALL, mark="rsnapshot "),
    ),
)
MARKS = _RSNAPSHOT.marks

_COMPLETED = next(rule for rule in _RSNAPSHOT.rules if rule.name == "completed")

_WEAK = {"detail", "error", "warning", "configuration", "locked", "touched", "unlocked", "call"}
"""Rules of lines that others print as well: they count only beside one that nobody else does."""

_SUMMARIES = {"banner", "errors", "warnings"}
_ENDS = {"unlocked", "completed", "errors", "warnings"}
_MOST_WRAPPED = 20


def read(letter: Letter) -> Finding | None:
    """Return what rsnapshot says, None if it says nothing."""
    said = _own([_whole(each, letter) for each in statements(_RSNAPSHOT, letter)])
    over = _is_over(said)
    telling = [each for each in _telling(said) if not over or each.rule.role is not Role.BEGINS]
    finding = judge(_RSNAPSHOT, telling) or judge(_RSNAPSHOT, said)
    if finding is None:
        return None
    if finding.verdict is Verdict.UNKNOWN and over:
        finding = _of_trace(finding, said, letter)
    job = None if cron_mail(letter) else _job(said)
    return replace(finding, exit_code=_exit_code(said, finding.verdict), job=job)


def _whole(each: Statement, letter: Letter) -> Statement:
    """Read what rsnapshot broke at the end of its column, and its call of logger.

    It calls user.info for good ends only.
    """
    logged = each.rule.name == "logged"
    if not logged and not each.text.endswith("\\"):
        return each
    text = _joined(each, letter)
    rule = _COMPLETED if logged else each.rule
    match = rule.compiled.fullmatch(text.rpartition("] ")[2] if logged else text)
    if match is None:
        return each
    groups = {name: value for name, value in match.groupdict().items() if value}
    return replace(each, rule=rule, text=text, groups=groups)


def _joined(each: Statement, letter: Letter) -> str:
    """Return a text that rsnapshot broke with backslashes in one piece."""
    text, number = each.text.strip(), each.line.number
    while text.endswith("\\") and number < min(len(letter.body), each.line.number + _MOST_WRAPPED):
        number += 1
        text = f"{text[:-1].strip()} {letter.body.line(number).text.strip()}"
    return text


def _own(said: Sequence[Statement]) -> list[Statement]:
    """Leave out what is rsnapshot's only if it speaks at all."""
    strong = any(each.rule.name not in _WEAK for each in said)
    if not strong and not any(_locks(each) for each in said):
        return []
    banners = {each.line.number + 1 for each in said if each.rule.name == "banner"}
    return [each for each in said if each.rule.name != "call" or each.line.number in banners]


def _locks(each: Statement) -> bool:
    return each.rule.name == "locked" and "rsnapshot" in each.groups.get("lock", "")


def _is_over(said: Sequence[Statement]) -> bool:
    """Whether the last run came to an end: its last word, or the removal of its lock file."""
    steps = [each for each in said if each.rule.role is Role.BEGINS or each.rule.name in _ENDS]
    return bool(steps) and steps[-1].rule.name in _ENDS


def _telling(said: Sequence[Statement]) -> Iterator[Statement]:
    """Leave out the words over or under the errors, if there are any."""
    roles = {each.rule.role for each in said if each.rule.name not in _SUMMARIES}
    for each in said:
        if each.rule.name not in _SUMMARIES or each.rule.role not in roles:
            yield each


def _exit_code(said: Sequence[Statement], verdict: Verdict) -> int | None:
    """Return the exit status: any ERROR makes it 1, any WARNING 2, whatever rsync's was."""
    if verdict in (Verdict.SUCCESS, Verdict.UNKNOWN):
        return 0 if verdict is Verdict.SUCCESS else None
    warned = all("WARNING: " in each.text for each in said if each.rule.role is Role.FAILS)
    return 2 if warned else 1


def _job(said: Sequence[Statement]) -> str | None:
    """Name the job by level and configuration, as far as it is not the usual one."""
    calls = [each.groups for each in said if "level" in each.groups]
    if not calls:
        return None
    config = next((call["config"] for call in calls if "config" in call), _USUAL_CONFIG)
    option = "" if config == _USUAL_CONFIG else f" -c {config}"
    return f"rsnapshot{option} {calls[-1]['level']}"


def _of_trace(finding: Finding, said: Sequence[Statement], letter: Letter) -> Finding:
    """Judge a whole trace without errors by whether errors would be in it."""
    if not _holds_errors(letter):
        what = "the trace shows no error, but may not hold them"
        return replace(finding, what=what, defers=True)
    end = next(each for each in reversed(said) if each.rule.name in _ENDS)
    proof = Evidence(
        line=end.line.number,
        text=end.line.text.strip(),
        rule="rsnapshot.trace",
        proves=Verdict.SUCCESS,
    )
    return replace(finding, verdict=Verdict.SUCCESS, what="succeeded", evidence=(proof,))


def _holds_errors(letter: Letter) -> bool:
    """Whether cron mailed all that rsnapshot alone printed, standard error included."""
    cron = cron_mail(letter)
    if cron is None or cron.failed:
        return False
    text = cron.command.text.replace("2>&1", "")
    names = {step.name for step in cron.command.steps}
    return names == {"rsnapshot"} and not {"|", ">"} & set(text)
