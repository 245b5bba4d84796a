"""ZFS snapshots and their copies: sanoid, syncoid, zfs-auto-snapshot, `zfs send | zfs receive`.

The zfs command prints nothing at a good end, and syncoid only what it sends; so `CRITICAL ERROR`,
`CRIT:` and a sentence of the zfs command (`cannot receive ...: ...`) prove a failure, a replication
that began is unknown, and only `Nothing to do, not syncing` proves a copy up to date. One case
more: what cron mails for one plain syncoid command holds its errors too, so that a list of
replications without any of them is a success. sanoid's monitor says `OK:` where all snapshots are
fresh, `WARN:` and `CRIT:` where they are too old, per dataset. A tool that is missing (mbuffer, pv)
is no trouble. What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import re2

from relay.reports.cron_mail import cron_mail
from relay.reports.finding import Finding
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
from relay.reports.lines.judge import judge, statement_words
from relay.reports.mask import news
from relay.reports.report import Kind, Verdict

_VERBS = (
    r"(?:receive|send|resume send|open|create|create snapshot|create snapshots|destroy|destroy"
    r" snapshots|mount|unmount|share|rollback|rollback to|import|export|hold|release|rename|clone|"
    r"promote|set property for|iterate filesystems|estimate space for|bookmark|create bookmark)"
)
_STREAM = r"(?: new filesystem stream| incremental stream| resume stream| stream)?"
_SENDS = r"(?:INFO: )?(?:(?:--no-stream selected; )?[Ss]ending|Updating new target filesystem with)"
_AGED = r"(?:newest \w+ snapshot is .+ old \(should be < .+\)|has no \w+ snapshots at all!).*"

_SANOID = Grammar(
    reader="sanoid",
    kind=Kind.ZFS,
    rules=(
        fails("exists", r"CRITICAL ERROR: (?P<reason>Target \S+ exists but has no snapshots.*)"),
        fails(
            "zfs",
            rf"(?:warning: )?(?P<reason>cannot {_VERBS}{_STREAM}(?: '[^']*')?:.*)",
            mark="cannot ",
        ),
        fails(
            "modified",
            r"(?P<reason>cannot receive incremental stream: destination .* has been modified)",
        ),
        fails("stream", r"(?P<reason>internal error: .*(?:send|receive|stream|dataset|pool).*)"),
        fails("command", r"CRITICAL ERROR: (?P<reason>.+)"),
        fails("critical", r"CRITICAL: (?P<reason>no snapshots exist on source .+)"),
        fails("no-snapshot", r"CRIT: (?P<reason>--no-sync-snap is set.+)"),
        fails(
            "busy",
            r"(?P<reason>Cannot sync now: \S+ is already target of a zfs receive process)\.?",
        ),
        fails("pools", r"(?P<reason>Unable to enumerate pools \(is zfs available\?\).*)"),
        fails(
            "old",
            rf"(?:.*, )?CRIT: (?P<dataset>\S+) {_AGED}",
            say="{dataset}: {age}",
            mark="CRIT: ",
        ),
        fails("capacity", r".*CRITICAL (?P<reason>ZPOOL (?:\{\S+\}.*|\S+ : \S+)).*"),
        fails("removal", r"(?P<reason>could not remove \S+@\S+) : \d+.*"),
        fails(
            "sanoid",
            r"(?P<reason>(?:ERROR: (?:Valid lock already|No valid lockfile|A valid lockfile)|"
            r"FATAL: cannot load \S*sanoid).*)",
            mark="ERROR: |FATAL: cannot load",
        ),
        warns("aging", rf"WARN: (?P<dataset>\S+) {_AGED}", say="{dataset}: {age}"),
        warns("pool", r".*WARNING (?P<reason>ZPOOL \S+ : \S+).*"),
        warns("skipped", r"WARN Skipping dataset \((?P<reason>dataset no longer exists\): .+)"),
        warns("source", r"WARN: (?P<reason>--no-sync-snap is set.+)"),
        warns("prune", r"WARNING: (?P<reason>.+ failed: \d+).*", mark="WARNING: "),
        warns(
            "auto",
            r"@zfs-auto-snap\S+, \d+ created, \d+ destroyed, (?P<reason>[1-9]\d* warnings?)\.",
        ),
        succeeds(
            "current",
            r"INFO: no snapshots on source newer than .+ Nothing to do, not syncing\.",
            say="up to date",
        ),
        succeeds("no-newer", r"INFO: no incremental sync needed; .+", say="up to date"),
        succeeds(
            "fresh",
            r"OK: all monitored datasets \(.*\) have fresh snapshots",
            say="all snapshots are fresh",
        ),
        succeeds("pools-ok", r"OK ZPOOL (?P<pool>\S+) : .+", say="{pool} is healthy"),
        succeeds(
            "auto-ok",
            r"@zfs-auto-snap\S+, (?P<created>\d+) created, \d+ destroyed, 0 warnings\.",
            say="{created} snapshots created",
        ),
        begins("sends", rf"{_SENDS} .*\(~ .+\)(?: to new target filesystem)?:", mark=r"\(~ "),
        begins("resumes", r"Resuming interrupted zfs send/receive from .+"),
        notes("missing", r"WARN: .+ not available on .+ - sync will continue without .+"),
    ),
)
MARKS = _SANOID.marks

_AGES = {rule.name: rule for rule in _SANOID.rules if rule.name in ("old", "aging")}
_AGE = re2.compile(
    r"(CRIT|WARN): (\S+) (?:newest (\w+) snapshot is .+? old \(should be < .+?\)|"
    r"has no (\w+) snapshots at all!)"
)
# What pv and mbuffer show of their progress, and syncoid's own snapshot.
_HARMLESS = re2.compile(
    r"\s*(?:[\d.]+ ?[kKMGT]?i?B\b.*|NEWEST SNAPSHOT: .+|summary: .*[kKMGT]i?Byte in .*|in @ .*)"
)


def read(letter: Letter) -> Finding | None:
    """Return what the snapshot tools say, None if they say nothing."""
    said = statements(_SANOID, letter)
    told = [each for statement in said for each in _aged(statement)]
    finding = judge(_SANOID, told, letter.retried)
    if finding is None:
        return None
    finding = replace(finding, news=news(_news(told)))
    if finding.verdict is not Verdict.UNKNOWN:
        return finding
    sent = sum(each.rule.name in ("sends", "resumes") for each in said)
    if _is_whole(letter, said):
        proofs = (
            replace(proof, rule="sanoid.sent", proves=Verdict.SUCCESS) for proof in finding.evidence
        )
        what = f"{sent} dataset{'s' * (sent > 1)} sent"
        return replace(finding, verdict=Verdict.SUCCESS, what=what, evidence=tuple(proofs))
    return replace(finding, what="sends, and does not say how it ended")


def _aged(statement: Statement) -> Iterator[Statement]:
    """Yield a statement for each of the datasets that sanoid names in one line."""
    if statement.rule.name not in _AGES:
        yield statement
        return
    for level, dataset, newest, missing in _AGE.findall(statement.text):
        age = f"newest {newest} snapshot is too old" if newest else f"no {missing} snapshots"
        groups = {"dataset": dataset, "part": dataset, "age": age}
        yield replace(statement, rule=_AGES["old" if level == "CRIT" else "aging"], groups=groups)


def _news(told: Sequence[Statement]) -> Iterator[str]:
    """Yield what is bad, without the ages and sizes around it."""
    for each in told:
        if each.rule.role in (Role.FAILS, Role.WARNS):
            aged = each.rule.name in _AGES
            yield statement_words(each) if aged else each.groups.get("reason", each.text)


def _is_whole(letter: Letter, said: Sequence[Statement]) -> bool:
    """Whether cron mailed all that one syncoid command printed, and it printed nothing else."""
    cron = cron_mail(letter)
    if cron is None or cron.failed or not cron.command.only("syncoid") or letter.truncated:
        return False
    known = {each.line.number for each in said}
    lines = letter.body.written(len(letter.body))
    return all(line.number in known or _HARMLESS.fullmatch(line.text) for line in lines)
