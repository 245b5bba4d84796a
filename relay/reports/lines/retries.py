"""Wrappers that try again: which lines announce another try, and which only speak of one.

A successful retry outranks the failure before it, so a line counts only if it begins a try: the
end of one (`attempt 3 failed`), giving up and `no retry` are none, for what follows them may be
another job's success. A first try is marked as well: what failed before it is never forgiven.
What happens next: rsync_runs.py forgives what was made good.
"""

import re2

MARKS = (
    r"(?i:retry|attempt|try|trying again|versuch|tentativ|essai|intento|poging|opnieuw|pr[oó]b|"
    r"ponown|попытка|повтор|再試行|リトライ|重试|重試)"
)

SEARCHED = re2.compile(MARKS.encode())
"""Finds the lines that may announce another try."""

_RETRY = re2.compile(
    r"(?i)^[^/]*(?:\bretry(?:ing)?\b|\b(?:attempt|try) ?#? ?[2-9]\b|\btrying again\b|"
    r"\b(?:second|third|2nd|3rd|[4-9]th) (?:attempt|try)\b|"
    r"\b(?:[2-9]|zweiter|dritter)\.? versuch\b|"
    r"\bversuch ?(?:nr\.? ?)?[2-9]\b|\berneuter versuch\b|\bnouvel(?:le)? (?:tentative|essai)|"
    r"\b(?:tentative|tentativa|tentativo|intento|poging)(?: n[°o.]*)? ?[2-9]\b|\breintent|"
    r"\bnuovo tentativo|\bnova tentativa|\bnuevo intento|\bopnieuw\b|\bpr[óo]b[aęy] ?[2-9]|"
    r"\bponown|попытка ?№? ?[2-9]|повтор|再試行|リトライ|重试|重試)"
)
_ANNOUNCED = re2.compile(
    r"(?i)retrying|trying again|\bwill retry\b|next (?:attempt|try)|erneut|neuer versuch|nouvel|"
    r"nuov[oa] tentativ|nov[oa] tentativ|nuevo intento|reintentando|opnieuw|ponown|повтор"
)
_GIVES_UP = re2.compile(
    r"(?i)failed after|after \d+ (?:tries|retries|attempts)|giving up|gave up|"
    r"exhausted|\bretries\b|"
    r"\b(?:no|not|never|without|max\w*) retr|\(retrying may help\)|returned error, retrying|"
    r"\bretry: \d+ of|"
    r"\b(?:attempt|try|versuch|tentative|intento|tentativo|tentativa) ?#? ?\d+"
    r"(?:\s*(?:/|of|von|sur|de|di)\s*\d+)?:? (?:failed|fehlgeschlagen|[ée]chou|fall|error|exit)"
)
_FIRST_TRY = re2.compile(
    r"(?i)^[^/]*\b(?:attempt|try|versuch|tentative|tentativa|tentativo|intento|poging|pr[óo]ba)"
    r" ?#? ?1\b"
)


def is_retry(text: str) -> bool:
    """Whether `text` announces that the job before it is tried again."""
    if _RETRY.match(text) is None:
        return False
    return _ANNOUNCED.search(text) is not None or _GIVES_UP.search(text) is None


def is_first_try(text: str) -> bool:
    """Whether `text` begins the first of several counted tries of a job."""
    return _FIRST_TRY.match(text) is not None
