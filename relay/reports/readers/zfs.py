"""ZFS pools: `zpool status`, `zpool list` and the mails of zed, its event daemon.

What the pool says of itself decides, whatever the event was: the same subject comes after a scrub
with and without errors. `errors: No known data errors` at the end of a status, a scan without
errors and `is healthy` prove a success; a state that is not ONLINE, data errors, a scan with
errors, a device that faulted and an event about errors a failure. Repaired bytes and counted
errors on a device that is still ONLINE are a warning, as is a `status:` that tells of trouble (not
one about features that could be enabled). A status that was cut before its end is unknown. Several
pools are parts; the job is the pool. What happens next: combine.py
weighs it against other tools.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import (
    PROVES,
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
from relay.reports.lines.judge import judge, statement_words
from relay.reports.mask import mask
from relay.reports.report import Fact, Kind, Verdict

_BAD = r"(?P<state>DEGRADED|FAULTED|UNAVAIL|REMOVED|SUSPENDED|OFFLINE)"
_BAD_MARK = r"[ \t](?:DEGRADED|FAULTED|UNAVAIL|REMOVED|SUSPENDED|OFFLINE)[ \t]"
_NUMBER = r"[\d.]+[KMGT]?"
_COUNTS = rf"(?P<read>{_NUMBER})\s+(?P<write>{_NUMBER})\s+(?P<cksum>{_NUMBER})"
_DURATION = r"(?P<seconds>(?:\d+ days? )?\d+:\d\d:\d\d|(?:\d+[dhms])+)"
_SCAN = r"(?:scan: |scrub: )?"
_SIZE = r"[\d.]+[KMGTPE]?B?"
_LISTED = r"(?P<pool>\S+)\s+(?:\S+\s+){3,8}[\d.]+x\s+"
_ROOT = r"\s+(?:-|/\S*)"
_NAMED = r"(?P<pool>\S+) on (?P<host>[\w.-]+)"

_ZFS = Grammar(
    reader="zfs",
    kind=Kind.ZFS,
    rules=(
        fails(
            "errors",
            r"errors: (?P<errors>[1-9]\d*) data errors?, use '-v' for a list",
            say="{pool}: {errors} data errors",
        ),
        fails(
            "files",
            r"errors: Permanent errors have been detected in the following files:",
            say="{pool}: permanent errors in {files}",
        ),
        fails(
            "scan-errors",
            rf"{_SCAN}(?P<scan>scrub|resilver)(?:ed)? (?:repaired |completed after )?"
            rf"(?:(?P<bytes_repaired>{_SIZE}),? in )?{_DURATION},?"
            r" with (?P<errors_found>[1-9]\d*) errors?(?: on .+)?",
            say="{scan} of {pool}: {errors_found} errors",
            mark=r" with [1-9]\d* error",
        ),
        fails(
            "device",
            rf"(?P<device>\S+)\s+{_BAD}\s+{_COUNTS}(?:\s+\S.*)?",
            mark=_BAD_MARK,
            say="{device} in {pool} is {state}",
        ),
        fails(
            "event",
            r"(?:ZFS has detected an? (?P<class>\w+) error|A ZFS \w+ error has been detected):",
            mark="ZFS has detected|A ZFS ",
            say="{class} error in {where}",
        ),
        fails(
            "faulted",
            r"The number of (?P<class>I/O|checksum) errors associated with a ZFS device.*",
            say="too many {class} errors in {where}",
        ),
        fails(
            "removed",
            r"ZFS has detected that a device was removed\.",
            say="device removed from {where}",
        ),
        fails("state", rf"state: {_BAD}", say="{pool} is {state}"),
        fails("suspended", r"(?P<reason>.*pool I/O is currently suspended.*)"),
        fails("no-pools", r"(?P<reason>no pools available)"),
        fails("listed", rf"{_LISTED}{_BAD}{_ROOT}", mark=_BAD_MARK, say="{pool} is {state}"),
        fails(
            "subject-fault",
            rf"ZFS device fault for pool {_NAMED}",
            subject=True,
            say="a device of {pool} faulted",
        ),
        fails(
            "subject-error",
            rf"ZFS (?P<class>\S+) error for {_NAMED}",
            subject=True,
            say="{class} error in {pool}",
        ),
        warns(
            "repaired",
            rf"{_SCAN}scrub repaired (?P<bytes_repaired>[0.]*[1-9][\d.]*[KMGTPE]?B?),?"
            rf" in {_DURATION} with 0 errors(?: on .+)?",
            say="scrub of {pool}: {bytes_repaired} repaired, 0 errors",
        ),
        warns(
            "counted",
            rf"(?P<device>\S+)\s+ONLINE\s+{_COUNTS}(?:\s+\S.*)?",
            mark=r"[ \t]ONLINE[ \t]",
            say="{device} in {pool}: {read} read, {write} write, {cksum} checksum errors",
        ),
        warns(
            "canceled",
            rf"{_SCAN}(?P<scan>scrub|resilver) cancell?ed(?: on .+)?",
            mark="scrub cancel|resilver cancel",
            say="{scan} of {pool} canceled",
        ),
        warns("status", r"status: (?P<reason>.+)", say="{pool}: {reason}"),
        succeeds(
            "resilvered",
            rf"{_SCAN}resilvered (?P<bytes_resilvered>{_SIZE}),? in {_DURATION} with 0 errors"
            r"(?: on .+)?",
            say="resilver of {pool}: {bytes_resilvered}, 0 errors",
        ),
        succeeds(
            "scrubbed",
            rf"{_SCAN}scrub (?:repaired 0B?,? in|completed after) {_DURATION},? with 0 errors"
            r"(?: on .+)?",
            say="scrub of {pool}: 0 errors",
        ),
        succeeds("no-errors", r"errors: No known data errors", say="{pool}: no known data errors"),
        succeeds("pool-healthy", r"pool '(?P<pool>[^']+)' is healthy", say="{pool} is healthy"),
        succeeds("healthy", r"all pools are healthy", say="all pools are healthy"),
        succeeds(
            "online-listed",
            rf"{_LISTED}ONLINE{_ROOT}",
            mark=r"x[ \t]+ONLINE[ \t]",
            say="{pool} is ONLINE",
        ),
        begins("online", r"state: ONLINE", say="{pool} is ONLINE, of errors nothing is said"),
        begins("config", r"config:", say="the status of {pool} is cut off"),
        begins(
            "finished",
            r"(?:ZFS|A ZFS pool) has finished (?:an? )?(?P<scan>scrub|resilver|trim)\w*:",
            mark="ZFS has finished|ZFS pool has finished",
            say="{scan} of {pool} finished, nobody knows how",
        ),
        begins("posted", r"ZFS has posted the following event:", say="an event of {pool}"),
        notes("pool", r"pool: (?P<pool>\S+)(?: \(\S+\))?"),
        notes("path", r"vpath: (?P<device>\S+)"),
        notes("vdev", r"vdev: \w+:(?P<device>\S+)"),
        notes("host", r"host: (?P<host>[\w.-]+)"),
        notes("subject", rf"ZFS \S+ event for {_NAMED}", subject=True),
    ),
)
MARKS = _ZFS.marks

_GROUPS = ("mirror-", "raidz", "draid", "spare-", "replacing-", "logs", "special", "dedup")
_NO_TROUBLE = (
    "Some supported ",
    "The pool is formatted using ",
    "One or more devices are configured to use a non-native block size",
)
"""Beginnings of a status that tells what could be better, not that something is wrong."""
_ANYBODYS = ("status", "online", "config", "host")
"""Words that other programs write too: they count beside a pool's name."""
_EVENTS = ("event", "faulted", "removed")
_MOST_FILES = 500
_MOST_LISTED = 5
_TROUBLE = (Role.FAILS, Role.WARNS)


def read(letter: Letter) -> Finding | None:
    """Return what ZFS says of its pools, None if it says nothing."""
    said = statements(_ZFS, letter)
    pools = list(dict.fromkeys(each.groups["pool"] for each in said if "pool" in each.groups))
    files = _files(letter, said)
    known = {each.rule.name for each in said if each.rule.name != "device" or not _is_group(each)}
    counted = [each for each in _in_place(said, pools) if _counts(each, known, pools)]
    told = [_worded(each, len(pools) > 1, files) for each in counted]
    finding = judge(_ZFS, told, letter.retried)
    if finding is None:
        return None
    begun = (statement_words(each) for each in reversed(told) if each.rule.role is Role.BEGINS)
    unknown = finding.verdict is Verdict.UNKNOWN
    bad = (mask(statement_words(each)) for each in told if each.rule.role in _TROUBLE)
    return replace(
        finding,
        what=next(begun, finding.what) if unknown else finding.what,
        job=f"pool {pools[0]}" if len(pools) == 1 else None,
        facts=_facts(finding, pools, files),
        news=tuple(sorted({*bad, *map(mask, files)})),
        owns=frozenset(each.line.number for each in said),
    )


def _facts(finding: Finding, pools: list[str], files: list[str]) -> dict[str, Fact]:
    kept = {name: fact for name, fact in finding.facts.items() if name not in ("where", "files")}
    listed = {"pool": tuple(pools), "files": tuple(files[:_MOST_LISTED])}
    return kept | {name: names for name, names in listed.items() if names}


def _in_place(said: list[Statement], pools: list[str]) -> Iterator[Statement]:
    """Yield each statement with its pool, the only one or the one named last, and its device.

    What the subject proves is left out where the text proves something.
    """
    pool = pools[0] if len(pools) == 1 else ""
    body = any(each.rule.role in PROVES and each.line.number > 0 for each in said)
    devices = (each.groups["device"] for each in said if each.rule.name in ("path", "vdev"))
    device = next(devices, "")
    for each in said:
        pool = each.groups.get("pool", pool)
        groups = {"pool": pool, **each.groups}
        if device and each.rule.name in _EVENTS:
            groups["device"] = device
        if each.line.number > 0 or not body or each.rule.role is Role.NOTES:
            yield replace(each, groups=groups)


def _counts(each: Statement, known: set[str], pools: list[str]) -> bool:
    """Whether `each` says something that nothing else says better; `known` are rules' names."""
    rule, groups = each.rule.name, each.groups
    if rule in _ANYBODYS and not pools:
        return False
    if rule == "counted":
        return any(groups[name].strip("0.") for name in ("read", "write", "cksum"))
    if rule == "status":
        return not groups["reason"].startswith(_NO_TROUBLE)
    if rule == "device" and _is_group(each):
        return "device" not in known
    # Beside an event, `state:` is the device's.
    return rule != "state" or known.isdisjoint(_EVENTS)


def _is_group(row: Statement) -> bool:
    """Whether a row of the table is not a device but the pool or a group of devices."""
    device = row.groups["device"]
    return device == row.groups.get("pool") or device.startswith(_GROUPS)


def _worded(each: Statement, several: bool, files: list[str]) -> Statement:
    """Return `each` with all that its wording needs; of several pools, as one about its pool."""
    groups = dict(each.groups)
    pool, device = groups["pool"], groups.get("device", "")
    groups["where"] = f"{device} of {pool}" if device else pool
    if files:
        more = f" and {len(files) - 1} more" if len(files) > 1 else ""
        groups["files"] = f"{files[0]}{more}"
    if several and pool:
        groups["part"] = pool
    worded = replace(each, groups=groups)
    return replace(each, groups={"reason": statement_words(worded), **groups})


def _files(letter: Letter, said: Iterable[Statement]) -> list[str]:
    """Return the files that stand below `Permanent errors`, with or without a blank line."""
    found: list[str] = []
    read = 0
    for start in (each.line.number for each in said if each.rule.name == "files"):
        for number in range(max(start, read) + 1, min(start + _MOST_FILES, len(letter.body)) + 1):
            read = number
            text = letter.body.line(number).text
            if text.strip() and not text[0].isspace():
                break
            found += [text.strip()] if text.strip() else []
    return found
