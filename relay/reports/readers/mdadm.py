"""mdadm's monitor, /proc/mdstat, checkarray: the state of Linux' RAID arrays.

An event of the monitor proves what it says: `Fail`, `FailSpare`, `DegradedArray` and
`DeviceDisappeared` a failure, `MoveSpare` and `SparesMissing` a warning, `SpareActive` a success.
`RebuildFinished` does not: a rebuild that was aborted finishes too. There the arrays' own lines
below decide, as they do alone: `[UU]` proves an array complete, `[U_]`, `(F)` and `inactive` a
failure, a rebuild in progress a warning. A rebuild that started is unknown until it has ended,
`TestMessage` a success under a name of its own where no mdstat stands below. Mismatches found by
a check are a warning. What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    PROVES,
    Grammar,
    Role,
    Rule,
    Statement,
    begins,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge, statement_words
from relay.reports.mask import mask
from relay.reports.report import Kind, Verdict

_ARRAY = r"(?P<array>/dev/[^\s,]*[^\s,.:])"
_LOGGED = r"(?:, component device (?P<disk>\S+?)\.?|: .+|\.)?"
_TROUBLE = (Role.FAILS, Role.WARNS)
_EVENTS = (
    (Role.FAILS, "Fail", "{disk} failed in {array}"),
    (Role.FAILS, "FailSpare", "spare {disk} failed in {array}"),
    (Role.FAILS, "DegradedArray", "{array} is degraded"),
    (Role.FAILS, "DeviceDisappeared", "{array} disappeared"),
    (Role.WARNS, "SparesMissing|MissingSpare", "{array} lacks spares"),
    (Role.WARNS, "MoveSpare", "spare moved to {array}"),
    (Role.SUCCEEDS, "SpareActive", "spare {disk} is active in {array}"),
    (Role.SUCCEEDS, "TestMessage", "test message about {array}"),
    (Role.BEGINS, "RebuildStarted", "rebuild of {array} has started"),
    (Role.BEGINS, r"Rebuild\d\d", "rebuild of {array} goes on"),
    (Role.BEGINS, "RebuildFinished", "rebuild of {array} has ended, well or not"),
    (Role.BEGINS, "NewArray", "new array {array}"),
)


def _event_rules() -> Iterator[Rule]:
    """Yield each event's rules: the mail's sentence, syslog's, standard output's, the subject's."""
    for role, event, say in _EVENTS:
        name = event.partition("|")[0].replace(r"\d\d", "NN")
        named = rf"(?P<event>{event})"
        for mark, form in (
            ("on md device", rf"A {named} event had been detected on md device {_ARRAY}\."),
            ("on md device", rf"{named} event detected on md device {_ARRAY}{_LOGGED}"),
            (" on /dev/", rf"{named} on {_ARRAY} (?:unknown device|(?P<disk>\S+))"),
        ):
            yield Rule(name, role, form, mark=mark, say=say)
        if role in _TROUBLE:
            subject = rf".*?\b{named} event on (?P<array>/dev/\S+):(?P<host>[\w.-]+)"
            yield Rule(name, role, subject, say=say, subject=True)


_MDADM = Grammar(
    reader="mdadm",
    kind=Kind.MDADM,
    rules=(
        *_event_rules(),
        fails(
            "faulty",
            r"(?P<md>md\S*) : active .*?(?P<disk>\w+)\[\d+\](?:\(\w\))*\(F\).*",
            say="{disk} is faulty in {md}",
        ),
        fails("inactive", r"(?P<md>md\S*) : inactive .*", say="{md} is inactive"),
        fails(
            "incomplete",
            r"\d+ blocks .*\[\d+/\d+\] \[(?P<map>[U_]*_[U_]*)\].*",
            say="{md} is degraded [{map}]",
        ),
        fails(
            "detail",
            r"State : (?P<reason>.*(?:degraded|FAILED|Not Started|broken).*)",
            say="{md}: {reason}",
        ),
        fails(
            "kernel",
            r"(?:md/)?raid\S*:\s?(?P<md>md\w+): Disk failure on (?P<disk>[^,]+), disabling.*",
            say="{disk} failed in {md}",
        ),
        fails("checkarray", r"(?:\S*/)?checkarray: E: (?P<reason>.+)"),
        fails("error", r"mdadm: (?P<reason>(?:[Cc]annot|[Ff]ailed|[Uu]nable|error|No suitable).*)"),
        warns(
            "mismatch",
            r"WARNING: mismatch_cnt is not 0 on (?P<array>\S+)",
            say="mismatches in {array}",
        ),
        warns(
            "mismatch-count",
            r"\S*/(?P<md>md\w+)/md/mismatch_cnt:\s*[1-9]\d*",
            say="mismatches in {md}",
        ),
        warns(
            "rebuild",
            r"\[[=>.]+\]\s+(?:recovery|resync|reshape) = .*",
            mark="recovery =|resync =|reshape =",
            say="{md} is being rebuilt",
        ),
        warns("mismatches", r".*\bmismatches found: [1-9]\d* \(on raid level \d+\).*"),
        warns("skipped", r"(?:\S*/)?checkarray: W: (?P<reason>.+)"),
        succeeds("complete", r"\d+ blocks .*\[\d+/\d+\] \[U+\].*", say="{md} is complete"),
        succeeds(
            "clean", r"State : (?:clean|active|read-auto|readonly)(?:, (?:checking|Not \S+))?"
        ),
        begins(
            "array",
            r"(?P<md>md\S*) : active (?:\([\w-]+\) )*raid(?:1|4|5|6|10) .*",
            say="{md} is active, of its disks nothing is said",
        ),
        notes("striped", r"(?P<md>md\S*) : active .*"),
        notes("detailed", r"(?P<md>/dev/md\S*):"),
        notes("external", r"\d+ blocks super external:.*"),
        notes("component", r"It could be related to component device (?P<disk>\S+)\."),
        notes("subject", r".*\bevent on /dev/\S+:(?P<host>[\w.-]+)", subject=True),
        notes("host", r"running on (?P<host>[\w.-]+)"),
    ),
)
MARKS = _MDADM.marks

_MDSTAT = ("faulty", "inactive", "incomplete", "detail", "complete", "clean", "rebuild")
_SETTLED = ("RebuildFinished", "NewArray", "TestMessage")
"""Events that say less about an array than its own line below does."""


def read(letter: Letter) -> Finding | None:
    """Return what mdadm or the kernel says of the arrays, None if they say nothing."""
    said = statements(_MDADM, letter)
    host = next((each.groups["host"] for each in said if "host" in each.groups), None)
    told = [_reasoned(each) for each in _told(_of_arrays(_body_first(said)))]
    arrays = list(dict.fromkeys(each.groups["md"] for each in told if _proves(each, "md")))
    events = (_short(each.groups["array"]) for each in said if "event" in each.groups)
    if len(arrays) > 1:
        told = [_apart(each) for each in told]
    finding = judge(_MDADM, told, letter.retried)
    if finding is None:
        return None
    job = next(events, None)
    test = all(each.rule.name == "TestMessage" for each in told if each.rule.role in PROVES)
    return replace(
        finding,
        what=_what(finding, told),
        host=host,
        job=f"test of {job}" if test and job else job,
        news=tuple(sorted({mask(statement_words(each)) for each in told if _is_bad(each)})),
        owns=frozenset(each.line.number for each in said),
    )


def _proves(statement: Statement, group: str) -> bool:
    return statement.rule.role in PROVES and group in statement.groups


def _is_bad(statement: Statement) -> bool:
    return statement.rule.role in _TROUBLE


def _what(finding: Finding, told: Iterable[Statement]) -> str:
    """Say which event it was that tells no end."""
    begun = (statement_words(each) for each in told if each.rule.role is Role.BEGINS)
    return finding.what if finding.verdict is not Verdict.UNKNOWN else next(begun, finding.what)


def _body_first(said: list[Statement]) -> list[Statement]:
    """Return the statements without the subject's where the text below tells the same event."""
    body = [each for each in said if each.line.number > 0]
    return body if any("event" in each.groups for each in body) else said


def _of_arrays(said: Iterable[Statement]) -> list[Statement]:
    """Give the lines below an array's name that name, and an event its component device."""
    told: list[Statement] = []
    array = None
    for each in said:
        groups = dict(each.groups)
        array = _short(groups["md"]) if "md" in groups else array
        if array is not None and "event" not in groups:
            groups["md"] = array
        if each.rule.name == "component" and told and "event" in told[-1].groups:
            told[-1] = replace(told[-1], groups={**told[-1].groups, **groups})
        told.append(replace(each, groups=groups))
    return told


def _told(said: list[Statement]) -> Iterator[Statement]:
    """Yield what counts: a container is inactive by nature, a rebuild explains a missing disk."""
    rebuilt = {each.groups.get("md") for each in said if each.rule.name == "rebuild"}
    containers = {each.groups.get("md") for each in said if each.rule.name == "external"}
    known = {each.groups.get("md") for each in said if each.rule.name in _MDSTAT}
    listed = known | {each.groups.get("md") for each in said if each.rule.name == "array"}
    for each in said:
        array = each.groups.get("md") or _short(each.groups.get("array", ""))
        if each.rule.name == "inactive" and array in containers:
            continue
        if each.rule.name == "array" and array in known:
            continue
        if each.rule.name in _SETTLED and array in listed:
            continue
        if each.rule.name in ("detail", "clean") and "md" not in each.groups:
            continue  # something else has a state
        if each.rule.name == "incomplete" and array in rebuilt:
            continue
        yield each


def _short(array: str) -> str:
    """Return `md2` for `/dev/md2` and `/dev/md/2`, and `md/root` for `/dev/md/root`."""
    name = array.removeprefix("/dev/")
    tail = name.removeprefix("md/")
    return f"md{tail}" if tail.isdecimal() else name


def _apart(statement: Statement) -> Statement:
    """Return `statement` as one about an array among several."""
    groups = statement.groups
    array = groups.get("md") or _short(groups.get("array", ""))
    return replace(statement, groups={**groups, "part": array}) if array else statement


def _reasoned(statement: Statement) -> Statement:
    """Return `statement` with its own words as the reason: they need no others beside them."""
    return replace(statement, groups={"reason": statement_words(statement), **statement.groups})
