"""Words to texts: variables, defaults, `$?` and arithmetic, as far as they can be known.

A name that the script itself assigns somewhere is empty before that; any other may come from the
environment and is UNKNOWN. Commands inside of `$( )` are run by whoever asks, through `run`.
What happens next: conditions.py compares such texts, run.py runs them.
"""

import re
from collections.abc import Callable, Sequence

from relay.audit.shell.mails import COUNTED, UNKNOWN
from relay.audit.shell.state import State
from relay.audit.shell.tree import Node, Piece, Substitution, Sum, Text, Variable, Word

Run = Callable[[Node, State], str]
_LONGEST = 4000
_NUMBERS = re.compile(r"[0-9+*/%() <>=!&|-]+")
_NAME = re.compile(r"[A-Za-z_]\w*")


class Expander:
    """Expands words in a state; `own` are the names that the script assigns."""

    def __init__(self, own: frozenset[str], run: Run) -> None:
        self._own = own
        self._run = run

    def text(self, word: Word, state: State) -> str:
        """Return a word as one text."""
        return "".join(self._piece(each, state) for each in word.pieces)[:_LONGEST]

    def words(self, words: Sequence[Word], state: State) -> list[str]:
        """Return the words of a command; unquoted values are split at spaces."""
        found: list[str] = []
        for word in words:
            text = self.text(word, state)
            if word.bare:
                found += text.split()
            else:
                found.append(text)
        return found

    def _piece(self, piece: Piece, state: State) -> str:
        if isinstance(piece, Text):
            return piece.text
        if isinstance(piece, Substitution):
            return self._run(piece.body, state).rstrip("\n")
        if isinstance(piece, Sum):
            return self.sum(piece.text, state)
        return self._variable(piece, state)

    def value(self, name: str, state: State) -> str:
        """Return the value of a variable or a special parameter."""
        if name == "?":
            if state.failed and state.pending is None and state.status in ("0", UNKNOWN):
                masked = [each for each in state.lost if each.how == "next"]
                if state.here and (masked or state.read):
                    state.lose("read", state.here)
            state.read = state.read or state.pending is not None
            state.look()
            return state.status
        array, bracket, index = name.partition("[")
        if array == "PIPESTATUS":
            state.look()
            at = index.rstrip("]") if bracket else "0"
            if at.isdigit() and int(at) < len(state.statuses):
                return state.statuses[int(at)]
            return " ".join(state.statuses)
        if array in state.variables:
            return state.variables[array]
        return "" if array in self._own else UNKNOWN

    def _variable(self, piece: Variable, state: State) -> str:
        value = self.value(piece.name, state)
        operator = piece.operator.lstrip(":")
        if not operator:
            return value
        if operator == "length":  # of what holds something unknown, at least that it is not empty
            return str(len(value)) if value else "0"
        if operator not in ("-", "+", "=", "?"):
            return UNKNOWN if value else ""
        return self._or_other(piece, operator, value, state)

    def _or_other(self, piece: Variable, operator: str, value: str, state: State) -> str:
        """Return `${name:-other}` and its kin."""
        other = "".join(self._piece(each, state) for each in piece.other)
        known = value.strip(UNKNOWN + COUNTED) != "" or value == ""
        if operator == "+":
            return other if value and known else ("" if value == "" else UNKNOWN)
        if value == "":
            if operator == "=":
                state.variables[piece.name] = other
            return other
        if known:
            return value
        return UNKNOWN if piece.name not in self._own else value

    def sum(self, text: str, state: State) -> str:
        """Return the value of an arithmetic expression, UNKNOWN if it has unknown parts."""
        expanded = _STATUS.sub(lambda _: self.value("?", state), text)
        expanded = _NAMED.sub(lambda match: self.value(match[1], state) or "0", expanded)
        return arithmetic(expanded)


_STATUS = re.compile(r"\$(?:\?|\{\?\})")
_NAMED = re.compile(r"\$?\{?([A-Za-z_]\w*(?:\[\w+\])?)\}?")


def arithmetic(text: str) -> str:
    """Return the value of numbers and operators; UNKNOWN for what is none."""
    if COUNTED in text:
        return COUNTED
    if UNKNOWN in text or len(text) > 60 or not _NUMBERS.fullmatch(text) or "**" in text:
        return UNKNOWN
    return _reckon(text.replace(" ", ""))


_STEP = re.compile(r"(\d{1,6})(==|!=|<=|>=|[+*<>-])(-?\d{1,6})")


def _reckon(text: str) -> str:
    """Reckon from left to right; that is right for all that scripts write about statuses."""
    for _ in range(8):
        if re.fullmatch(r"-?\d{1,7}", text):
            return text
        match = _STEP.search(text)
        if match is None:
            return UNKNOWN
        left, right = int(match[1]), int(match[3])
        value = _OPERATIONS[match[2]](left, right)
        text = f"{text[: match.start()]}{int(value)}{text[match.end() :]}".replace("||", "+")
    return UNKNOWN


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}
