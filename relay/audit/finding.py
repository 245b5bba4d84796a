"""What the audit says: a rule that stands for good, and the line that breaks it.

A rule's ID never changes its meaning, because people suppress and count by it; a rule that goes
leaves a gap. `source` tells where the trap is documented or has been seen. A finding may carry the
edits that mend it, as bytes of the file.
What happens next: rules/__init__.py lists them all, audit.py asks them, edits.py makes a patch.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from relay.mail.headers import clean
from relay.mail.secrets import redact

_LONGEST_DETAIL = 200


class Severity(StrEnum):
    """ERROR: mail lies or a secret is out. WARNING: a failure may pass unseen. NOTE: unwise."""

    NOTE = "note"
    WARNING = "warning"
    ERROR = "error"

    @property
    def weight(self) -> int:
        """Return a number to compare by."""
        return list(Severity).index(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Put `text` in the place of the bytes from `start` to before `end`."""

    start: int
    end: int
    text: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Something that a script, a crontab or a unit should not do."""

    id: str
    title: str
    severity: Severity
    why: str
    remedy: str
    source: str

    def at(
        self, offset: int, detail: str, edits: tuple[Edit, ...] = (), subject: str = ""
    ) -> "Hit":
        """Return that the rule is broken at `offset`; `detail` may quote anything."""
        text = clean(redact(detail[: _LONGEST_DETAIL * 2]))
        short = text if len(text) <= _LONGEST_DETAIL else f"{text[: _LONGEST_DETAIL - 3]}..."
        return Hit(rule=self, offset=offset, detail=short, edits=edits, subject=subject)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """A rule that is broken at a byte of a file; a Finding once the line is known."""

    rule: Rule
    offset: int
    detail: str
    edits: tuple[Edit, ...] = ()
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One file breaks one rule in one line; `key` stays while that line's text stays.

    `subject` is that of the mail that it is about, with NUL for what only a run would tell;
    `observed` is what the relay has seen of such mails, where a store was asked.
    """

    rule: Rule
    path: str
    line: int
    column: int
    detail: str
    text: str
    key: str
    edits: tuple[Edit, ...] = ()
    subject: str = ""
    observed: str = ""


def key_of(rule: Rule, path: str, text: str, number: int) -> str:
    """Return what a baseline knows a finding by: its line may move, but not change."""
    whole = "\x1f".join((rule.id, path, " ".join(text.split()), str(number)))
    return hashlib.sha256(whole.encode("utf-8", "replace")).hexdigest()[:16]
