"""TrueNAS and FreeNAS: the alerts of a pool, a disk, a replication, a task; FreeBSD's daily runs.

An alert mail lists what is new, what has been cleared and what is current. New and current alerts
are judged alike, each by its own sentence: a broken pool or disk, or a task that failed, is a
failure; a task that succeeded is a success; whatever else TrueNAS alerts of is a warning. Cleared
alerts prove a success where nothing bad is current. A test alert is no report, nor is a
`daily security run output` of the system below. FreeNAS lists alerts without a heading, below a
subject that ends in `Critical Alerts`.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterator
from dataclasses import replace

import re2

from relay.reports.body import Line
from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Statement, fails, notes, succeeds, warns
from relay.reports.lines.judge import judge
from relay.reports.lines.notice import ANY, no_report, sentences, understood
from relay.reports.report import Kind

MARKS = ""  # an alert mail is short and read whole
_LOOKED_AT = 400
_BULLET = re2.compile(r"(?:[*\x{2022}-]|\d+[.)])\s+")

_SECTIONS = {
    **dict.fromkeys(("new alert:", "new alerts:"), "new"),
    **dict.fromkeys(("current alert:", "current alerts:"), "current"),
    "the following alert has been cleared:": "cleared",
    "the following alerts have been cleared:": "cleared",
    "these alerts have been cleared:": "cleared",
}
_BAD_STATE = "DEGRADED|FAULTED|OFFLINE|UNAVAIL|SUSPENDED|REMOVED|UNKNOWN"

_ALERTS = (
    fails(
        "pool",
        rf"(?:CRITICAL: )?(?:The volume|Pool|Boot pool|Boot [Pp]ool [Ss]tatus) ?(?P<pool>\S+)"
        rf".*? (?:state|status) (?:is|is not HEALTHY|:)?\s*(?P<state>{_BAD_STATE})\b.*",
        mark=ANY,
        say="pool {pool} is {state}",
    ),
    warns(
        "pool-errors",
        r"(?:The volume|Pool) (?P<pool>\S+) (?:\(\w+\) )?(?:state|status) is (?P<state>ONLINE):"
        r" (?P<reason>.*)",
        mark=ANY,
        say="pool {pool}: {reason}",
    ),
    fails("device", r"(?P<reason>Disk .+ is (?:DEGRADED|FAULTED|OFFLINE|UNAVAIL|REMOVED).*)"),
    fails(
        "smart",
        r"(?P<reason>Device: (?P<device>\S+)[^,]*,.*(?:unreadable|uncorrectable|FAILED|"
        r"Self-Test Log|failed|error).*)",
    ),
    fails(
        "replication",
        r'Replication "(?P<task>.+)" failed: (?P<reason>.*)',
        say="replication {task} failed: {reason}",
    ),
    fails(
        "snapshot",
        r'Snapshot [Tt]ask [Ff]or [Dd]ataset "(?P<task>.+)" failed: (?P<reason>.*)',
        say="snapshot of {task} failed: {reason}",
        mark="napshot",
    ),
    fails(
        "task",
        r"(?P<reason>(?:Rsync|Cloud [Ss]ync|Scrub|Resilver|Backup|S\.M\.A\.R\.T\.) .*failed.*)",
        mark="failed",
    ),
    fails(
        "critical",
        r"(?P<reason>.*(?:has failed|is failing|is faulted|cannot be (?:mounted|opened)|"
        r"not operational).*)",
        mark=ANY,
    ),
    succeeds(
        "succeeded",
        r"(?:Replication|Rsync|Cloud [Ss]ync|Snapshot) .+ (?:succeeded|finished)\.",
        mark=ANY,
    ),
    succeeds("scrubbed", r"(?:Scrub|Resilver) of pool .+ finished\.", say="the scrub has finished"),
    notes("scrub-starts", r"(?:Scrub|Resilver) of pool .+ (?:has )?started\..*", mark="started"),
    notes("update", r"(?P<reason>.*(?:[Uu]pdate|new version).*available.*)", mark="available"),
    warns("alert", r"(?P<reason>.+)", mark=ANY),
)
_CLEARED = succeeds("cleared", r"(?P<reason>.+)", mark=ANY, say="cleared: {reason}")
_SIGNATURE = r"(?i:truenas|freenas)"
_HEAD = (
    notes("host", r"(?:TrueNAS|FreeNAS) @ (?P<host>\S+)", mark=" @ "),
    notes("test", r"This is a test alert.*", say="a test alert"),
    notes("daily", r"-- End of (?:security|daily|weekly|monthly) output --", say="the daily run"),
)
_FRAME = Grammar(reader="truenas", kind=Kind.NAS, rules=_HEAD, signature=_SIGNATURE)
_TRUENAS = Grammar(reader="truenas", kind=Kind.NAS, rules=(*_ALERTS, _CLEARED, *_HEAD))


def read(letter: Letter) -> Finding | None:
    """Return what TrueNAS alerts of, None if it says nothing."""
    frame = sentences(_FRAME, letter)
    said = list(_listed(letter)) if _signed(letter) else []
    host = next((each.groups["host"] for each in frame if "host" in each.groups), None)
    finding = judge(_TRUENAS, [*frame, *said])
    notices = [each for each in (*said, *frame) if each.rule.name != "host"]
    if finding is None and notices:
        finding = no_report(_TRUENAS, notices[0])
    if finding is None:
        return None
    return replace(finding, host=host or finding.host, job="alerts" if said else None)


def _signed(letter: Letter) -> bool:
    """Whether the mail names the system, in its head or its first lines."""
    first = "\n".join(line.text for line in letter.body.written(10))
    text = f"{letter.subject}\n{letter.first('from')}\n{letter.helo}\n{first}"
    return _FRAME.signed.search(text.encode("utf-8", "replace")) is not None


def _listed(letter: Letter) -> Iterator[Statement]:
    """Yield each alert of the lists once, as new, current or cleared.

    A gap ends a list of cleared alerts: what stands below it without a heading may be current.
    """
    section = "new" if letter.subject.strip().lower().endswith("critical alerts") else ""
    seen: dict[str, int] = {}
    for line in letter.body.written(_LOOKED_AT):
        text = line.text.strip()
        if text.lower() in _SECTIONS:
            section = _SECTIONS[text.lower()]
            seen = dict.fromkeys(seen, 0)
            continue
        if section == "cleared" and any(seen.values()) and line.number - 1 not in seen.values():
            section = "current"
        text = _bare(text)
        if section and text not in seen:
            seen[text] = line.number
            said = understood((_CLEARED,) if section == "cleared" else _ALERTS, _named(line, text))
            if said is not None:
                yield said


def _bare(text: str) -> str:
    """Return an alert without the bullet before it."""
    bullet = _BULLET.match(text)
    return text[bullet.end() :] if bullet is not None else text


def _named(line: Line, text: str) -> Line:
    return Line(number=line.number, text=text)
