"""Synology DSM: backups, replication, storage, drives, power, scheduled tasks, in seven languages.

DSM writes to its `Dear user`: one sentence, some fields, `From NAS`. Hyper Backup, Active Backup,
Snapshot Replication and the task scheduler tell the end of a task; the words of a good end prove a
success only as the end of their sentence, after every form of a bad one, and if nothing in it
denies them. A degraded or crashed volume or drive is a failure, one that wears out, runs full or
hot, and a power cut, a warning. A scheduled task has the status of its script, which outranks what
that prints. Updates, tests and blocked addresses are no report on a job.
A notice whose sentence is not known is unknown, and says it.
What happens next: combine.py weighs it against other tools.
"""

from dataclasses import replace

import re2

from relay.reports.claim import asserted
from relay.reports.finding import Finding
from relay.reports.letter import Letter
from relay.reports.lines.grammar import Grammar, Role, Statement
from relay.reports.lines.judge import judge, statement_words
from relay.reports.lines.notice import ANY, no_report, sentences
from relay.reports.readers.synology_words import (
    GREETINGS,
    NOTICE,
    RULES,
    SIGNATURE,
    UNHEARD,
)
from relay.reports.report import Kind, Verdict

_DSM = Grammar(reader="synology", kind=Kind.NAS, rules=RULES, signature=SIGNATURE)
MARKS = ""  # sentences() reads the whole notice

_SIGNED = re2.compile(r"(?:From|Von|De|Da|Van) ([\w.-]+)")
_QUOTED = re2.compile(r"\"[^\"]*\"|[“„][^“”]*[“”]|«[^»]*»|'[^']+'|\[[^\[\]]*\]")
_LAST_LINES = 60
_FEWEST_LINES = 3
_GREETING = re2.compile(rf"(?:{GREETINGS})\W*")
_END = re2.compile(rf"{_SIGNED.pattern}|Synology \w+")


def read(letter: Letter) -> Finding | None:
    """Return what DSM says, None if it says nothing."""
    said = [each for each in sentences(_DSM, letter) if not _is_denied(each)]
    finding = judge(_DSM, said)
    notices = [each for each in said if each.rule is NOTICE]
    if finding is None:
        finding = no_report(_DSM, notices[0]) if notices else _unheard(letter)
    if finding is None or finding.host:
        return finding
    return replace(finding, host=_signature(letter))


def _is_denied(each: Statement) -> bool:
    """Whether a good end is denied in its own sentence, outside names: `is not yet completed`."""
    if each.rule.role is not Role.SUCCEEDS or each.rule.mark != ANY:
        return False
    said = asserted(_QUOTED.sub("-", each.text))
    return said.verdict in (Verdict.FAILURE, Verdict.WARNING)


def _unheard(letter: Letter) -> Finding | None:
    """Return the finding of a notice in DSM's form that says nothing known."""
    lines = letter.body.written(_LAST_LINES)
    if len(lines) < _FEWEST_LINES or _GREETING.fullmatch(lines[0].text.strip()) is None:
        return None
    if _END.fullmatch(lines[-1].text.strip()) is None:
        return None
    line = lines[1]
    said = Statement(UNHEARD, line, line.text.strip(), {})
    finding = judge(_DSM, [said])
    return finding if finding is None else replace(finding, what=statement_words(said))


def _signature(letter: Letter) -> str | None:
    """Return the name below the notice: `From nas01`."""
    for line in reversed(letter.body.written(_LAST_LINES)):
        match = _SIGNED.fullmatch(line.text.strip())
        if match is not None:
            return str(match.group(1))
    return None
