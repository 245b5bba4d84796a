"""Unraid's notifications: parity checks, disks, pools, the array's health, the appdata backup.

Each mail has the fields Event, Subject, Description and Importance, which the server's own script
writes. Importance `alert` is a failure and `warning` a warning; `[FAIL]` and counted errors are
failures whatever the importance. `normal` proves nothing by itself (an update to install is
normal): only an end told in the system's words is a success, and what only started is unknown.
The disks of a health report are its parts.
What happens next: combine.py weighs it against other tools.
"""

from dataclasses import replace

from relay.reports.body import Line
from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Statement,
    begins,
    fails,
    notes,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge, statement_words
from relay.reports.lines.notice import ANY, fields, no_report, understood
from relay.reports.report import Kind, Verdict

_LABELS = {
    "event": "event",
    "subject": "subject",
    "description": "description",
    "importance": "importance",
}
_SERVER = r"(?:\w+ \[(?P<host>[^\]]+)\] - )?"
_ENDED = (
    r"array health report \[PASS\]|array turned good|.+ finished \(0 errors\)|"
    r".+ returned to normal .+|Pool \S+ recovered to \w+|USB drive returned .+"
)

# What a notice's subject says; the importance decides where none of these does.
_SUBJECTS = (
    fails("errors", rf"{_SERVER}(?P<reason>.+ finished \((?P<errors>[1-9]\d*) errors?\))"),
    fails("health", rf"{_SERVER}(?P<reason>array health report \[FAIL\])"),
    begins("started", rf"{_SERVER}(?P<reason>.+ started)"),
    succeeds("ended", rf"{_SERVER}(?P<reason>{_ENDED})", say="{reason}", mark=ANY),
)
# What its description says.
_DESCRIPTIONS = (
    warns("canceled", r"(?P<reason>Cancel+ed|Error code: .+)", mark=ANY),
    warns("backup-errors", r"(?P<reason>Backup of .+ complete - Errors occurred.*)"),
    succeeds(
        "backup",
        r"(?P<reason>Backup of .+ complete|Backup done \[.*\]!?)",
        mark=ANY,
        say="{reason}",
    ),
)
# What its importance says where the subject's words do not.
_OTHER = rf"{_SERVER}(?P<reason>.*)"
_IMPORTANCE = {
    "alert": fails("alert", _OTHER, mark=ANY),
    "warning": warns("warning", _OTHER, mark=ANY),
}
_NOTICE = notes("notice", _OTHER, mark=ANY, say="{reason}")
_DISK = r"(?P<part>[A-Z]\w*(?: \d+)?) - (?P<device>.+ \(\w+\)) - (?:active|standby).*"

# The lines below: the state of each disk, and of the parity.
_BAD_DISKS = (
    fails("disk", rf"{_DISK} \((?P<reason>.+)\) \[NOK\]", say="{part}: {reason} ({device})"),
    fails(
        "disk-off",
        rf"{_DISK}\[(?P<reason>NOK|DISK.*)\]",
        say="{part}: {reason} ({device})",
        mark=ANY,
    ),
)
_LINES = (
    *_BAD_DISKS,
    succeeds("disk-ok", rf"{_DISK}\[OK\]", mark=ANY),
    warns(
        "parity",
        r"(?P<reason>Last check(?:ed| incomplete) on .+, finding (?P<errors>[1-9]\d*) errors?\.)",
    ),
    warns("no-parity", r"(?P<reason>Parity or Data is invalid)"),
)
_UNRAID = Grammar(
    reader="unraid",
    kind=Kind.NAS,
    rules=(*_BAD_DISKS, *_DESCRIPTIONS, *_SUBJECTS, *_LINES[2:], *_IMPORTANCE.values(), _NOTICE),
)
_LOOKED_AT = 120
MARKS = ""  # fields() reads the whole notice


def read(letter: Letter) -> Finding | None:
    """Return what Unraid's notice says, None if the mail is none."""
    found = fields(letter, _LABELS)
    if set(found) != set(_LABELS.values()):
        return None
    said = [_subject(found), *_description(found), *_lines(letter)]
    finding = judge(_UNRAID, said) or no_report(_UNRAID, said[0])
    what = statement_words(said[0]) if finding.verdict is Verdict.UNKNOWN else finding.what
    return replace(finding, job=_job(found["event"].text), what=what)


def _subject(found: dict[str, Line]) -> Statement:
    """Judge the notice by its subject, else by its importance."""
    line, importance = found["subject"], found["importance"].text.lower()
    stated = understood(_SUBJECTS, line)
    rule = _IMPORTANCE.get(importance, _NOTICE)
    if stated is not None and (rule is _NOTICE or stated.rule.name != "ended"):
        return stated
    said = understood((rule,), line)
    assert said is not None  # noqa: S101 - the rule takes any text
    return said


def _description(found: dict[str, Line]) -> list[Statement]:
    said = understood(_DESCRIPTIONS, found["description"])
    return [said] if said is not None else []


def _lines(letter: Letter) -> list[Statement]:
    said = (understood(_LINES, line) for line in letter.body.written(_LOOKED_AT))
    return [each for each in said if each is not None]


def _job(event: str) -> str:
    """Name the job: an error on a disk and its end (`message`) are about the same."""
    return event.removesuffix(" error").removesuffix(" message")
