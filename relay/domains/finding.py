"""What a check says: a finding that has an ID for good, how bad it is, the evidence, what to do.

IDs never change their meaning, because operators filter by them; one that goes leaves a gap. The
first digit is the family. OK is a finding too: a check that ran and found nothing wrong says so.
What happens next: doctor.py gathers them, cli/doctor.py prints them, workers/doctor.py raises the
alarm.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

_LONGEST = 300
_UNPRINTABLE = re.compile(r"[^\x20-\x7e\xa0-\uffff]+")


class Severity(StrEnum):
    """ERROR: mail fails, or soon will. WARNING: it may suffer. NOTE: worth knowing."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found at `subject`. `alarm`: it would make the next mail fail."""

    id: str
    severity: Severity
    subject: str
    what: str
    evidence: str
    remedy: str
    alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """Something that may be found. `remedy` says what to do."""

    id: str
    severity: Severity
    what: str
    remedy: str = ""
    alarm: bool = False

    def at(self, subject: str, evidence: str = "", remedy: str | None = None) -> Finding:
        """Return that it was found; `evidence` may hold anything that a stranger wrote."""
        return Finding(
            id=self.id,
            severity=self.severity,
            subject=_plain(subject),
            what=self.what,
            evidence=_plain(evidence),
            remedy=self.remedy if remedy is None else remedy,
            alarm=self.alarm,
        )


def fine(number: str, what: str) -> Kind:
    """Return the kind that says that nothing is wrong."""
    return Kind(id=number, severity=Severity.OK, what=what)


def note(number: str, what: str, remedy: str) -> Kind:
    """Return a kind that is worth knowing."""
    return Kind(id=number, severity=Severity.NOTE, what=what, remedy=remedy)


def warning(number: str, what: str, remedy: str) -> Kind:
    """Return a kind that mail may suffer from."""
    return Kind(id=number, severity=Severity.WARNING, what=what, remedy=remedy)


def error(number: str, what: str, remedy: str, *, alarm: bool = False) -> Kind:
    """Return a kind that makes mail fail, with `alarm` the very next one."""
    return Kind(id=number, severity=Severity.ERROR, what=what, remedy=remedy, alarm=alarm)


def _plain(text: str) -> str:
    short = _UNPRINTABLE.sub(" ", text[: _LONGEST + 1])
    return short if len(short) <= _LONGEST else f"{short[: _LONGEST - 3]}..."
