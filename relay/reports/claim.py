"""What the sender's subject and first line claim, and whether the evidence agrees.

A claim is no evidence, ever; it is compared with it. Names are not claims: `error-report: OK` and
`/usr/local/bin/check-errors.sh` say nothing with their first words, and of a cron mail only cron's
own ` (failed)` counts. Negations turn a word round: `no errors`, `not OK`. `done` counts as a claim
of success, because it is read as one. A warning counts as a claim of failure (of trouble), but it
is true only of a warning.
What happens next: understand.py puts it into the report.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import re2

from relay.reports import claim_words as words
from relay.reports.cron_mail import cron_mail
from relay.reports.letter import Letter
from relay.reports.report import Claim, Verdict

_LONGEST = 500
_LONGEST_BOAST = 100


@dataclass(frozen=True, slots=True)
class Asserted:
    """A claimed verdict, UNKNOWN for none; `by_cron` if cron says it; a claimed exit status.

    `vague` claims (`alert`, `problem`) do not say how bad it is.
    """

    verdict: Verdict = Verdict.UNKNOWN
    by_cron: bool = False
    code: int | None = None
    vague: bool = False

    @property
    def claim(self) -> Claim:
        """The claim in the words of a report."""
        if self.verdict is Verdict.SUCCESS:
            return Claim.SUCCESS
        return Claim.NONE if self.verdict is Verdict.UNKNOWN else Claim.FAILURE


def claimed(letter: Letter) -> Asserted:
    """Return what the subject of `letter` claims."""
    cron = cron_mail(letter)
    if cron is not None:
        return Asserted(Verdict.FAILURE if cron.failed else Verdict.UNKNOWN, by_cron=True)
    return asserted(letter.subject)


def claimed_in_text(letter: Letter) -> Asserted:
    """Return what a first line such as `Backup successful` claims; a log's first line is none."""
    first = next(iter(letter.body.written(1)), None)
    if first is None or len(first.text) > _LONGEST_BOAST or first.text.count(":") > 1:
        return Asserted()
    return asserted(first.text)


def truthful(said: Asserted, verdict: Verdict, exit_code: int | None) -> bool | None:
    """Say whether the evidence agrees; None where nothing was claimed or nothing is known."""
    if said.verdict is Verdict.UNKNOWN or verdict in (Verdict.UNKNOWN, Verdict.NONE):
        return None
    if said.by_cron or said.vague:  # an exit status is bad for a warning, too
        return verdict is not Verdict.SUCCESS
    if said.code and exit_code and said.code != exit_code:
        return False
    return said.verdict is verdict


def asserted(subject: str) -> Asserted:
    """Return what a subject asserts by its words."""
    text = fold(subject[:_LONGEST])
    by_text = _by_text(text)
    tokens = _tokens(subject[:_LONGEST])
    code = _status(tokens)
    found = {_meaning(tokens, at) for at in range(len(tokens))}
    found.add(by_text)
    joined = f" {' '.join(tokens)} "
    if any(phrase in joined for phrase in words.SUCCESS_PHRASES):
        found.add(Verdict.SUCCESS)
    if any(phrase in joined for phrase in words.FAILURE_PHRASES):
        found.add(Verdict.FAILURE)
    if code is not None:
        found.add(Verdict.SUCCESS if code == 0 else Verdict.FAILURE)
    if words.OVER & set(tokens):
        return Asserted(Verdict.SUCCESS, code=code)
    for verdict in (Verdict.FAILURE, Verdict.WARNING, Verdict.SUCCESS):
        if verdict in found:
            return Asserted(verdict, code=code)
    troubled = any(begins(token, words.TROUBLE) for token in tokens)
    return Asserted(Verdict.FAILURE, vague=True) if troubled else Asserted()


def fold(text: str) -> str:
    """Return `text` in lower case without accents."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


_COUNTED = "|".join(fold(word) for word in words.COUNTED_IN_TEXT)
_COUNTED_NONE = re2.compile(
    rf"(?:{_COUNTED})(?:数量|数)?\s*[:=]?\s*0(?:$|[^\d.,])"
    rf"|(?:^|[^\d.,]|\D,)0\s*(?:件|个|個|{fold('개')}|{fold('건')})?の?\s*(?:{_COUNTED})"
)


_IN_TEXT = (
    (Verdict.SUCCESS, tuple(map(fold, words.NO_ERROR_IN_TEXT))),
    (Verdict.FAILURE, tuple(map(fold, words.FAILURE_IN_TEXT))),
    (Verdict.WARNING, tuple(map(fold, words.WARNING_IN_TEXT))),
    (Verdict.SUCCESS, tuple(map(fold, words.SUCCESS_IN_TEXT))),
)


def _by_text(text: str) -> Verdict:
    """Search scripts without word borders, and signs; `エラー: 0` and `0 个错误` are none."""
    text = _COUNTED_NONE.sub(" ", text)
    for verdict, phrases in _IN_TEXT:
        if any(phrase in text for phrase in phrases):
            return verdict
    return Verdict.UNKNOWN


def _tokens(subject: str) -> list[str]:
    """Split into folded words; of a compound name only a shouted last part counts."""
    found: list[str] = []
    for chunk in subject.split():
        parts = _split(chunk)
        if len(parts) > 1 and _is_name(chunk):
            last = parts[-1]
            shouted = last.isupper() and (
                begins(fold(last), words.SUCCESS) or begins(fold(last), words.FAILURE)
            )
            found += [fold(last)] if shouted else ["-"]
        else:
            found += [fold(part) for part in parts]
    return found


def _split(chunk: str) -> list[str]:
    """Split at everything that is no letter or digit; an apostrophe ends a word as well."""
    return "".join(char if char.isalnum() else " " for char in chunk).split()


def _is_name(chunk: str) -> bool:
    """Whether letters are joined by what joins the parts of a path, a host or a job."""
    inner = chunk.strip("[](){}<>:;,.!?*#\"'-_=|/")
    return any(joint in inner for joint in "-_./@\\")


def begins(token: str, stems: tuple[str, ...]) -> bool:
    """Say whether a folded word begins with one of `stems`, or is one that ends with `$`."""
    whole, openings = _parted(stems)
    return token in whole or token.startswith(openings)


@cache
def _parted(stems: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Part stems into whole words, which end with `$`, and openings of words."""
    whole = frozenset(stem[:-1] for stem in stems if stem.endswith("$"))
    return whole, tuple(stem for stem in stems if not stem.endswith("$"))


def _meaning(tokens: Sequence[str], at: int) -> Verdict:
    """Return what the word at `at` asserts, its neighbours considered."""
    token, before = tokens[at], tokens[max(0, at - 3) : at]
    after = tokens[at + 1 : at + 3]
    if begins(token, words.FAULTLESS):
        return Verdict.SUCCESS
    if begins(token, words.FAILURE):
        negated = any(word in words.NONE_OF or word in words.NOT for word in before)
        negated = negated or bool(words.NOTHING & set(before[-1:]))
        negated = negated or (bool(after) and after[0] in words.ZERO)
        return Verdict.SUCCESS if negated else Verdict.FAILURE
    if begins(token, words.WARNING):
        harmless = any(word in words.NONE_OF for word in before) or after[:1] == ["0"]
        harmless = harmless or bool(words.NOTHING & set(before[-1:]))
        return Verdict.UNKNOWN if harmless else Verdict.WARNING
    if begins(token, words.SUCCESS):
        if before[-1:] == ["0"]:
            return Verdict.UNKNOWN
        denied = before[-1:] == ["no"] or any(word in words.NOT for word in before)
        return Verdict.FAILURE if denied else Verdict.SUCCESS
    return Verdict.UNKNOWN


def _status(tokens: Sequence[str]) -> int | None:
    """Return the exit status that the words name: `rc=0`, `exit code 23`, `code 30`."""
    for at, token in enumerate(tokens[:-1]):
        following = tokens[at + 1]
        if token in words.STATUS and following.isascii() and following.isdigit():
            return int(following[:5])
    return None
