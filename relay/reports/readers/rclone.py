"""rclone, 1.3x to 1.7x: copy, sync, move, check, by its log and its statistics, as text and JSON.

rclone prints statistics once a minute and at the end, and no word that it ended well. A block
proves success where everything it counts is done, nothing is under way and no error is counted; it
must be the run's last one, and none of those that come every full minute. `There was nothing to
transfer` and `Attempt 2/3 succeeded` are printed only at the end. `Failed to sync` is how a run
ends that failed, whatever its statistics say. Errors of an attempt that a later one made good are
forgiven; those after which a run ended well all the same are warnings.
rclone_rules.py has the lines, rclone_runs.py sorts them into runs.
What happens next: combine.py weighs it against other tools.
"""

from collections.abc import Iterator

import re2

from relay.reports.body import Line
from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Statement, statements
from relay.reports.lines.listed import owning_listed
from relay.reports.lines.unended import judge_commands
from relay.reports.readers.rclone_rules import COMMANDS, RULES
from relay.reports.readers.rclone_runs import judged_lines
from relay.reports.report import Kind

_RCLONE = Grammar(reader="rclone", kind=Kind.BACKUP_OTHER, rules=RULES)
_TEXT = r'((?:[^"\\]|\\.)*)'
_MESSAGE = re2.compile(rf'"msg":"{_TEXT}"')
_LISTED = re2.compile(rb"(?:INFO|DEBUG|NOTICE) *: .+: (?:Copied|Moved|Deleted|Skipped|Set |md5)")
_LEVEL = re2.compile(r'"level":"(\w+)"')
_OBJECT = re2.compile(rf'"object":"{_TEXT}"')
_LOGGED = re2.compile(rb'"msg":"')
_NAMED = re2.compile(rb"(?i)\brclone\b")
_OWN = {"failed", "remote", "recovered", "attempt", "consequence", "nothing", "size", "elapsed"}
_OWN |= {"one-line", "compared", "size-old", "dry", "cron"}
MARKS = f'{_RCLONE.marks}|"msg":"'


def read(letter: Letter) -> Finding | None:
    """Return what rclone says, None if it says nothing."""
    said = [*statements(_RCLONE, letter), *_in_json(letter)]
    if not any(each.rule.name in _OWN for each in said) and not _named(letter):
        return None
    said.sort(key=lambda each: each.line.number)
    own = {each.line.number for each in said}
    again = [number for number in letter.retried if number not in own]
    finding = judge_commands(_RCLONE, judged_lines(said), COMMANDS, again)
    return owning_listed(finding, letter, _LISTED)


def _named(letter: Letter) -> bool:
    named = "rclone" in letter.subject.lower()
    return named or _NAMED.search(letter.body.whole.data) is not None


def _in_json(letter: Letter) -> Iterator[Statement]:
    """Yield what stands in a log that is written with `--use-json-log`."""
    for line in letter.body.matching(_LOGGED):
        message, level = _MESSAGE.search(line.text), _LEVEL.search(line.text)
        if message is None or level is None:
            continue
        about = _OBJECT.search(line.text)
        name = f"{about.group(1)}: " if about else ""
        for text in str(message.group(1)).replace("\\t", " ").split("\\n"):
            yield from _recognised(line, f"{level.group(1).upper()} : {name}{text.strip()}")


def _recognised(line: Line, logged: str) -> Iterator[Statement]:
    """Yield what a message is, with its level in front of it or without."""
    for text in (logged, logged.partition(" : ")[2]):
        for rule in RULES:
            match = None if rule.subject else rule.compiled.fullmatch(text)
            if match is not None:
                groups = {name: found for name, found in match.groupdict().items() if found}
                yield Statement(rule, line, text, groups)
                return
