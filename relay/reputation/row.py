"""One known reply: the words that it holds, its codes, and what it means.

What happens next: the tables in this package are tuples of these, diagnose.py searches them.
"""

from dataclasses import dataclass

from relay.reputation.cause import Cause


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """All of `words` are in the reply's text, in lower case, in any order.

    `codes` are reply codes, or their first digits; `status` begins the enhanced code; both may be
    empty for any. `who` says it, `source` is where that is written. A row is `sure` if its words or
    its code mean this and nothing else; many codes are used by many servers as they like.
    """

    who: str
    cause: Cause
    words: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    status: tuple[str, ...] = ()
    source: str
    sure: bool = True

    def holds(self, code: str, status: str, text: str) -> bool:
        """Whether a reply is this one."""
        return (
            all(word in text for word in self.words)
            and (not self.codes or code.startswith(self.codes))
            and (not self.status or _begins(status, self.status))
        )


def _begins(status: str, prefixes: tuple[str, ...]) -> bool:
    return any(status == each or status.startswith(f"{each}.") for each in prefixes)


def rows(who: str, source: str, cause: Cause, *words: str | tuple[str, ...]) -> tuple[Row, ...]:
    """Return a row for each text, or each set of words, that means the same to one server."""
    each = ((word,) if isinstance(word, str) else word for word in words)
    return tuple(Row(who=who, source=source, cause=cause, words=found) for found in each)


def statuses(who: str, source: str, cause: Cause, *status: str) -> Row:
    """Return a row for enhanced codes that have this meaning alone."""
    return Row(who=who, source=source, cause=cause, status=status)
