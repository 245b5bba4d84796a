"""The cause of a reply: by its words, then by its enhanced code, then by its code.

Whoever says most exactly what is meant comes first: a blocklist named in a text, a receiver's own
words, those of filters and servers, and at last the codes, which many servers use as they like. All
of it is a search for literals, linear in a reply that is cut to what anybody reads.
What happens next: delivery/reply.py and pipeline/settle.py act by it.
"""

from dataclasses import dataclass

from relay.mail.enhanced import first_code
from relay.reputation import lists, receivers, servers, standard
from relay.reputation.cause import ADVICE, Advice, Cause
from relay.reputation.row import Row

_MOST_READ = 2000
WORDS: tuple[Row, ...] = (*receivers.ROWS, *lists.ROWS, *servers.ROWS)
CODES: tuple[Row, ...] = standard.ROWS


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """Why it was said, by whose words, and where that is written.

    `in_words` tells that the text says so, and not a code alone, which many use as they like.
    """

    cause: Cause
    who: str = ""
    source: str = ""
    in_words: bool = False

    @property
    def advice(self) -> Advice:
        """What the cause means, and what to do."""
        return ADVICE[self.cause]

    @property
    def is_ours(self) -> bool:
        """Whether it says that the fault is ours, so that the next mail would share it."""
        return self.in_words and self.advice.shared


UNKNOWN = Diagnosis(cause=Cause.UNKNOWN)


def diagnose(code: int | None, text: str) -> Diagnosis:
    """Return the cause of a reply that said no; without a code, `text` says what came instead."""
    read = text[:_MOST_READ].lower()
    status = first_code(read) or ""
    number = str(code or "")
    for row in (*WORDS, *CODES):
        if row.holds(number, status, read):
            told = bool(row.words)
            return Diagnosis(cause=row.cause, who=row.who, source=row.source, in_words=told)
    return Diagnosis(cause=Cause.NETWORK) if code is None else UNKNOWN
