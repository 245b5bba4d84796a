"""`[ ... ]`, `[[ ... ]]`, `test` and `(( ... ))`: true, false, or not to be known before a run.

Operators bind as POSIX and bash have it: `!`, then -a and &&, then -o and ||. A comparison with an
unknown operand is None, unless the answer is the same for all of its values.
What happens next: run.py takes both ways where the answer is None.
"""

import fnmatch
from collections.abc import Sequence

from relay.audit.shell.mails import COUNTED, UNKNOWN

_NUMERIC = {"-eq", "-ne", "-gt", "-ge", "-lt", "-le"}
_TEXTUAL = {"=", "==", "!=", "<", ">", "=~"}
Truth = bool | None


def unknown(text: str) -> bool:
    """Say whether a text has pieces that only a run would tell."""
    return UNKNOWN in text or COUNTED in text


def holds(words: Sequence[str]) -> Truth:
    """Return whether the words of a test are true; None if that cannot be known."""
    return _either(list(words))


def _either(words: list[str]) -> Truth:
    at = _split(words, ("-o", "||"))
    if at is None:
        return _both(words)
    left, right = _both(words[:at]), _either(words[at + 1 :])
    if left is True or right is True:
        return True
    return None if left is None or right is None else False


def _both(words: list[str]) -> Truth:
    at = _split(words, ("-a", "&&"))
    if at is None or at == 0:
        return _single(words)
    left, right = _single(words[:at]), _both(words[at + 1 :])
    if left is False or right is False:
        return False
    return None if left is None or right is None else True


def _split(words: list[str], operators: tuple[str, ...]) -> int | None:
    depth = 0
    for at, each in enumerate(words):
        depth += (each in ("(", "\\(")) - (each in (")", "\\)"))
        if depth == 0 and each in operators and 0 < at < len(words) - 1:
            return at
    return None


def _single(words: list[str]) -> Truth:
    if words[:1] == ["!"] and len(words) > 1:
        inner = _single(words[1:])
        return None if inner is None else not inner
    if len(words) > 2 and words[0] in ("(", "\\(") and words[-1] in (")", "\\)"):
        return _either(words[1:-1])
    if len(words) == 1:
        return None if unknown(words[0]) else words[0] != ""
    if len(words) == 2:
        return _unary(words[0], words[1])
    if len(words) == 3:
        return _binary(words[0], words[1], words[2])
    return None


def _unary(operator: str, operand: str) -> Truth:
    sure = operand.strip(UNKNOWN + COUNTED) != ""  # something is there, whatever else
    if operator == "-n":
        return True if sure else (None if operand else False)
    if operator == "-z":
        return False if sure else (None if operand else True)
    return None  # files are looked at by a run only


def _binary(left: str, operator: str, right: str) -> Truth:
    if operator in _NUMERIC:
        return _compare(left.strip(), operator, right.strip())
    if operator not in _TEXTUAL or unknown(left + right):
        return None
    if operator in ("=", "=="):
        return fnmatch.fnmatchcase(left, right) if "*" in right else left == right
    return left != right if operator == "!=" else None


def _compare(left: str, operator: str, right: str) -> Truth:
    if not (left.lstrip("-").isdigit() and right.lstrip("-").isdigit()):
        if not unknown(left + right):
            return False
        # A status is never negative.
        return True if (operator, right) == ("-ge", "0") else None
    one, other = int(left[:9]), int(right[:9])
    answers = {
        "-eq": one == other,
        "-ne": one != other,
        "-gt": one > other,
        "-ge": one >= other,
        "-lt": one < other,
        "-le": one <= other,
    }
    return answers[operator]
