"""What a check of a finished mail says: a rule that stands for good, and where it is broken.

A rule's ID never changes its meaning, because operators filter logs and metrics by it; a rule that
goes leaves a gap. `basis` tells whose demand it is, since a law, a mailbox provider's terms, a
standard and a promise of ours weigh differently (docs/compliance.md).
What happens next: rules.py lists them all, lint.py asks them.
"""

from dataclasses import dataclass
from enum import StrEnum

from relay.mail.headers import clean

_LONGEST_DETAIL = 160
_DOTS = "\N{HORIZONTAL ELLIPSIS}"


class Severity(StrEnum):
    """ERROR: the mail is invalid, untrue or refused somewhere. WARNING: it may suffer. NOTE."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def weight(self) -> int:
        """Return a number to compare by."""
        return list(Severity).index(self)


class Basis(StrEnum):
    """Whose demand a rule is."""

    LAW = "law"
    PROVIDER = "provider"
    STANDARD = "standard"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something that must not be so in a mail that leaves. `source` is the text that says it."""

    id: str
    title: str
    severity: Severity
    basis: Basis
    source: str
    remedy: str

    def broken(self, where: str, detail: str) -> "Breach":
        """Return that this rule is broken at `where`; `detail` may hold anything."""
        # Cut first: what is cut off needs no cleaning.
        text = clean(detail[: _LONGEST_DETAIL + 1])
        short = text if len(text) <= _LONGEST_DETAIL else text[: _LONGEST_DETAIL - 1] + _DOTS
        return Breach(rule=self, detail=short, where=where)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One mail breaks one rule; `where` names the header field or the part."""

    rule: Rule
    detail: str
    where: str
