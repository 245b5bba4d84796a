"""smartd's warnings about disks, and what smartctl says of their health.

smartd mails trouble, so each of its sentences about a device (`Device: /dev/sda [SAT], ...`)
proves a failure; a temperature limit is a warning, because the disk still does its work. Its test
mail proves that the device is watched and nothing about its health: a success under a name of its
own, so that it never ends a disk's trouble. smartctl's `PASSED` and `OK` are the drive's own
verdict, a success; `FAILED!`, an attribute that fails now, a failed self-test and a device that
does not open are failures; attributes that failed once and counted bad sectors beside `PASSED`
are warnings. Counts of sectors and errors are news: a disk with more of them is worse than it was.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterable
from dataclasses import replace

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    Grammar,
    Role,
    Statement,
    fails,
    notes,
    statements,
    succeeds,
    warns,
)
from relay.reports.lines.judge import judge, statement_words
from relay.reports.mask import mask
from relay.reports.report import Kind

_NAME = r"(?P<device>[^\s,]+(?: \[[^\]]+\])*)"
_DEVICE = rf"Device: {_NAME}, "
_UNREADABLE = (
    r"failed to read (?:SMART|NVMe).*|Read .*Log [Ff]ailed|not capable of SMART self-check|"
    r"unable to open .*device|open\(\).* failed: .*|removed .*device: .*|.*device still removed: .*"
)
_SUBJECT = r"SMART error \((?P<type>\w+)\) detected on host: (?P<host>[\w.-]+)"
_ATTRIBUTE = r"\d+ (?P<attribute>[\w-]+) +0x[0-9a-f]{4} +[\d-]+ +[\d-]+ +[\d-]+ +\S+ +\S+ +"
_BAD_SECTORS = (
    r"(?:5 Reallocated_Sector_Ct|197 (?:Total|Current)_Pending_Sector\w*|"
    r"198 (?:Offline_Uncorrectable|Total_Offl_Uncorrectabl))"
)

_SMARTD = Grammar(
    reader="smartd",
    kind=Kind.SMART,
    rules=(
        fails("health", rf"{_DEVICE}(?P<reason>FAILED SMART self-check)\. BACK UP DATA NOW!"),
        fails("failure", rf"{_DEVICE}(?P<reason>SMART Failure: .+)"),
        fails("critical", rf"{_DEVICE}(?P<reason>Critical Warning \(0x[0-9a-fA-F]+\).*)"),
        fails("usage", rf"{_DEVICE}(?P<reason>Failed SMART usage Attribute: .+)"),
        fails(
            "sectors",
            rf"{_DEVICE}(?P<reason>[1-9]\d* (?:(?:Currently|Total) unreadable \(pending\)|"
            r"(?:Total )?[Oo]ffline uncorrectable) sectors)(?: \(changed [+-]\d+\))?",
            mark=r"\) sectors|uncorrectable sectors",
        ),
        fails(
            "self-test",
            rf"{_DEVICE}(?P<reason>Self-Test Log error count increased from \d+ to \d+|"
            r"new Self-Test Log error at hour timestamp \d+)",
            mark="Self-Test Log error",
        ),
        fails(
            "errors",
            rf"{_DEVICE}(?P<reason>(?:ATA error count|number of Error Log entries)"
            r" increased from \d+ to \d+)",
            mark=" increased from ",
        ),
        fails("unreadable", rf"{_DEVICE}(?P<reason>{_UNREADABLE})"),
        fails(
            "subject", _SUBJECT, subject=True, say="SMART error {type}, of a disk without a name"
        ),
        fails(
            "scrutiny", r"Failure Type: (?P<reason>(?:Smart|Scrutiny|Both)Fail\w*)", say="{reason}"
        ),
        warns(
            "temperature",
            rf"{_DEVICE}(?P<reason>Temperature \d+ Celsius reached (?:critical )?limit of"
            r" \d+ Celsius)(?: .*)?",
        ),
        succeeds("test", rf"TEST EMAIL from smartd for device: {_NAME}", say="{device}: test mail"),
        succeeds("scrutiny-test", r"Failure Type: EmailTest", say="test mail"),
        succeeds("log-passed", rf"{_DEVICE}SMART health: passed"),
        succeeds("log-tested", rf"{_DEVICE}previous self-test completed without error"),
        fails(
            "failed",
            r"SMART overall-health self-assessment test result: FAILED!?.*",
            say="SMART health: FAILED",
        ),
        fails("status", r"SMART Health Status: (?P<reason>[^O].*)", say="SMART health: {reason}"),
        fails("failing", rf"{_ATTRIBUTE}FAILING_NOW .*", say="{attribute} is failing now"),
        fails(
            "tested-badly",
            r"# ?1 +(?P<test>\S+ \S+) +(?P<reason>Completed: .*failure|Fatal or unknown error) .*",
            say="self-test: {reason}",
            mark="Completed: |Fatal or unknown",
        ),
        fails("open", r"Smartctl open device: (?P<device>.+) failed: (?P<reason>.+)"),
        fails(
            "nvme", r"Critical Warning: +(?P<reason>0x(?:[1-9a-f].|.[1-9a-f]))", say="NVMe {reason}"
        ),
        warns("past", rf"{_ATTRIBUTE}In_the_past .*", say="{attribute} failed in the past"),
        warns(
            "attribute",
            rf"(?P<reason>{_BAD_SECTORS}) .* (?P<raw>[1-9]\d*)",
            mark="_Sector|_Uncorrectab|_Offl_",
            say="{raw} {reason}",
        ),
        warns(
            "media", r"Media and Data Integrity Errors: +(?P<reason>[1-9]\d*)", say="{reason} bad"
        ),
        succeeds("passed", r"SMART overall-health self-assessment test result: PASSED"),
        succeeds("ok", r"SMART Health Status: OK"),
        notes("host-name", r"host name: +(?P<name>\S+)"),
        notes("domain", r"DNS domain: +(?P<domain>\S+)"),
        notes("model", r"(?P<model>.+), S/N:(?P<serial>[^,]+),.*"),
        notes("scrutiny-device", r"Device Name: (?P<device>/dev/\S+)"),
    ),
)
MARKS = _SMARTD.marks

_COUNTED = ("sectors", "self-test", "errors", "attribute", "media")
_TESTS = ("test", "scrutiny-test")
_NO_TROUBLE = ("EmailTest", "TEST")
_NAMES = ("name", "domain")


def read(letter: Letter) -> Finding | None:
    """Return what smartd or smartctl says, None if neither says anything."""
    said = [each for each in map(_worded, statements(_SMARTD, letter)) if each is not None]
    devices = list(dict.fromkeys(_device(each) for each in said if "device" in each.groups))
    if len(devices) > 1:
        said = [_apart(each) for each in said]
    host, said = _host(said), _body_first(said)
    finding = judge(_SMARTD, said, letter.retried)
    if finding is None:
        return None
    test = all(each.rule.name in _TESTS for each in said if each.rule.role is not Role.NOTES)
    named = f"smartd {'test ' * test}{devices[0]}" if len(devices) == 1 else None
    facts = {name: value for name, value in finding.facts.items() if name not in _NAMES}
    facts |= {"device": tuple(devices)} if devices else {}
    news = tuple(sorted(set(_news(said))))
    return replace(finding, host=host, job=named, facts=facts, news=news)


def _worded(statement: Statement) -> Statement | None:
    """Return `statement` with a reason that names the device; None if it says nothing after all."""
    groups = dict(statement.groups)
    if statement.rule.name == "subject" and groups["type"] in _NO_TROUBLE:
        return None
    if "device" in groups and "reason" in groups:
        groups["reason"] = f"{groups['device']}: {groups['reason']}"
    return replace(statement, groups=groups)


def _device(statement: Statement) -> str:
    return statement.groups["device"].removesuffix(" [SAT]")


def _apart(statement: Statement) -> Statement:
    """Return `statement` as one about a device among several."""
    if "device" not in statement.groups:
        return statement
    groups = dict(statement.groups)
    device = _device(statement)
    if "reason" in groups:
        groups["reason"] = groups["reason"].removeprefix(f"{groups['device']}: ")
    return replace(statement, groups=groups | {"part": device})


def _body_first(said: list[Statement]) -> list[Statement]:
    """Return the statements without what the subject proves, where the body proves something."""
    if not any(each.line.number > 0 and each.rule.role is not Role.NOTES for each in said):
        return said
    return [each for each in said if each.line.number > 0]


def _news(said: Iterable[Statement]) -> Iterable[str]:
    """Yield the bad news; counts stay, for their growth is news, and how they changed does not."""
    for each in said:
        if each.rule.role in (Role.FAILS, Role.WARNS):
            text = statement_words(each)
            yield text if each.rule.name in _COUNTED else mask(text)


def _host(said: Iterable[Statement]) -> str | None:
    """Return the host's name as smartd prints it, full where it knows its domain."""
    groups = {name: text for each in said for name, text in each.groups.items()}
    name, domain = groups.get("name"), groups.get("domain", "[")
    if name is None:
        return groups.get("host")
    return name if domain.startswith(("[", "(")) or "." in name else f"{name}.{domain}"
