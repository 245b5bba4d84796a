"""A stable name for what runs: the same tomorrow, and the same when it fails.

A reader that knows the command names the job; else the subject does, without its verdict, dates,
numbers and the host's name, so that `[backup] team-share: success` and `[backup] team-share:
FAILED` are one job. Numbers that say which one (`VM 210`) stay. Policy can name jobs better.
One job has several names where its script and its cron mail about it; `identity` is equal for them.
What happens next: understand.py puts it into the report, store/jobs.py keeps jobs by identity.
"""

# ruff: noqa: RUF001 - other languages' letters and signs are what is looked for here

from typing import Any

import re2

from relay.reports import claim_words as words
from relay.reports.claim import begins, fold
from relay.reports.letter import Letter
from relay.reports.mask import mask_moments
from relay.reports.report import Kind

_LONGEST = 120
_VERDICTS = (*words.SUCCESS, *words.FAILURE, *words.WARNING, *words.TROUBLE)
_EDGES = " \t:;,.!?-–—|/=*#\"'()[]{}<>_"
_COUNTED = re2.compile(r"\([^()]*\d[^()]*\)")
_SCRIPT = re2.compile(r"\.(sh|bash|zsh|ksh|py|pl|rb|php|cron)$")
_SAYS_WHICH = {"vm", "ct", "vmid", "lxc", "disk", "id", "level", "slot", "host", "port", "raid"}
_FILLERS = {
    *("with", "mit", "avec", "con", "com", "met", "z", "z", "с", "without", "ohne", "sans", "sin"),
    *("was", "is", "has", "have", "been", "wurde", "ist", "a", "est", "ha", "foi", "not", "nicht"),
    *("no", "found", "status", "result", "exit", "code", "rc", "at", "am", "um", "le", "on", "of"),
    *("keine", "all", "files", "und", "and", "et", "y", "e", "en", "the", "für", "for"),
}


def find_job(letter: Letter, said: str | None, host: str | None, kind: Kind) -> str | None:
    """Return the job's name; `said` is what a reader found."""
    if said:
        return said
    named = subject_job(letter.subject, host)
    if named:
        return named
    return None if kind in (Kind.HUMAN, Kind.BOUNCE, Kind.OTHER) else str(kind)


def identity(job: str) -> str:
    """Return what the names of one job have in common: `backup-www.sh` and `Backup www` are one.

    Names with paths in them are exact, for there every sign counts.
    """
    if "/" in job:
        return job
    words = _SCRIPT.sub("", fold(job)).replace("-", " ").replace("_", " ").split()
    return " ".join(words) or job


def subject_job(subject: str, host: str | None) -> str:
    """Return what stays of a subject when all that changes is left out."""
    masked = _COUNTED.sub(_kept_group, mask_moments(subject)).replace("#", " ")
    for sign in (*words.SUCCESS_IN_TEXT, *words.FAILURE_IN_TEXT, *words.WARNING_IN_TEXT):
        masked = masked.replace(sign, " ")
    names = {host.lower(), host.lower().partition(".")[0]} if host else set()
    kept: list[str] = []
    for word in masked.split():
        if not _changes(word, names, kept):
            kept.append(word)
    while kept and _core(kept[-1]) in _FILLERS:
        kept.pop()
    while kept and _core(kept[0]) in _FILLERS:
        kept.pop(0)
    return _tidy(" ".join(kept))


def _kept_group(match: Any) -> str:
    """Drop `(12 files, 3.4 GB)`, keep `(VM 210)`."""
    group = str(match.group())
    return group if any(_core(word) in _SAYS_WHICH for word in group.split()) else " "


def _core(word: str) -> str:
    return fold(word.strip(_EDGES))


def _changes(word: str, names: set[str], before: list[str]) -> bool:
    """Whether `word` is the host, a verdict, a number, or nothing but signs."""
    core = _core(word)
    if not core or core in names:
        return True
    if core.strip("%+").replace(",", "").replace(".", "").isdigit():
        return not (before and _core(before[-1]) in _SAYS_WHICH)
    if _is_verdict(core):
        return True
    head, _, tail = core.rpartition("=")
    return bool(head) and tail.isdigit()


def _is_verdict(core: str) -> bool:
    return begins(core, _VERDICTS) and not any(joint in core for joint in "-_./")


def _tidy(text: str) -> str:
    """Remove what the left-out words leave behind: empty brackets, colons at the ends."""
    for empty in ("[]", "()", "<>", "{}"):
        text = text.replace(empty, " ")
    text = " ".join(text.split()).strip(" :;,-–—|=")
    return text[:_LONGEST].strip()
