"""The cause of a reply: by its words, then by its enhanced code, then by its code.

Whoever says most exactly what is meant comes first: a receiver's own words, those of filters, a
blocklist named in a text, enhanced codes that mean one thing, the words of common servers, words
that could mean much, and at last the codes, which many servers use as they like. All of it is a
search for literals, linear in a reply that is cut to what anybody reads.
What happens next: delivery/reply.py and pipeline/settle.py act by it.
"""

import re
from dataclasses import dataclass

from relay.mail.enhanced import first_code
from relay.reputation import lists, receivers, servers, services, standard
from relay.reputation.cause import ADVICE, Advice, Cause
from relay.reputation.row import Row

_MOST_READ = 2000
WORDS: tuple[Row, ...] = (
    *receivers.ROWS,
    *services.ROWS,
    *servers.FILTERS,
    *lists.ROWS,
    *standard.EXACT,
    *servers.SERVERS,
    *standard.GONE,
    *servers.VAGUE,
)
CODES: tuple[Row, ...] = standard.ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why it was said, by whose words, and where that is written.

    `sure` tells that it was said exactly, and not by a code that many use as they like.
    """

    cause: Cause
    who: str = ""
    source: str = ""
    sure: bool = False

    @property
    def advice(self) -> Advice:
        """What the cause means, and what to do."""
        return ADVICE[self.cause]

    @property
    def is_gone(self) -> bool:
        """Whether it says for certain that the mailbox is not there, so that it may count."""
        return self.sure and self.cause is Cause.MAILBOX

    @property
    def is_ours(self) -> bool:
        """Whether it says that the fault is ours, so that the next mail would share it."""
        return self.sure and self.advice.shared


# Which one it is seldom says anything of the cause; rows may have `an address` for it.
_ADDRESS = re.compile(r"[\[(]?(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.])[\])]?")
UNKNOWN = Diagnosis(cause=Cause.UNKNOWN)


def diagnose(code: int | None, text: str) -> Diagnosis:
    """Return the cause of a reply that said no; without a code, `text` says what came instead."""
    said = _on_one_line(text[:_MOST_READ].lower())
    read = f"{said}\n{_ADDRESS.sub('an address', said)}"
    status = first_code(read) or ""
    number = str(code or "")
    for row in (*WORDS, *CODES):
        if row.holds(number, status, read):
            return Diagnosis(cause=row.cause, who=row.who, source=row.source, sure=row.sure)
    return Diagnosis(cause=Cause.NETWORK) if code is None else UNKNOWN


def _on_one_line(text: str) -> str:
    """Return a reply's lines as one, the enhanced code only where it is first (RFC 2034 s4)."""
    first, *rest = text.splitlines() or [""]
    status = first.partition(" ")[0]
    return " ".join(" ".join((first, *(line.removeprefix(status) for line in rest))).split())
