"""The longest piece of an expression that stands literally in everything it matches.

Searching 25 MB for a thousand plain words is one pass through an automaton; searching it for a
thousand expressions is not. So each rule is looked for by its literal, and only lines that hold it
meet the expression. What happens next: grammar.py asks for each of its rules.
"""

_SHORTEST = 4
_QUANTIFIERS = "?*{"
_OPERATORS = ".^$+"
_PLAIN_ESCAPES = frozenset("[](){}|*?/\\-\"'#<>@:=!&%,;~` .+$^")


def literal(pattern: str) -> str:
    """Return the longest literal that every match of `pattern` holds.

    Raises ValueError for a flag, or where no literal has `_SHORTEST` characters, as with
    alternatives that stand at the top: such a rule must name its mark.
    """
    if "(?i" in pattern:
        raise ValueError(f"needs a mark, it ignores case: {pattern}")
    longest, _ = _alternatives(pattern, 0)
    if len(longest) < _SHORTEST:
        raise ValueError(f"needs a mark, it has no literal to search for: {pattern}")
    return longest


def _alternatives(pattern: str, at: int) -> tuple[str, int]:
    """Read up to the bracket that closes a group; return its longest sure literal, and the end."""
    runs, sure = [""], True
    while at < len(pattern) and pattern[at] != ")":
        char = pattern[at]
        if char == "(":
            inner, at = _alternatives(pattern, _inside(pattern, at))
            at += 1
            optional = pattern[at : at + 1] and pattern[at] in _QUANTIFIERS
            runs += ["" if optional else inner, ""]
        elif char == "|":
            sure, at = False, at + 1
        elif char == "[":
            at = pattern.index("]", at + 2 + pattern.startswith("[^", at)) + 1
            runs.append("")
        elif char in _QUANTIFIERS:  # what stands before it may be missing
            runs[-1] = runs[-1][:-1]
            runs.append("")
            at = pattern.index("}", at) + 1 if char == "{" else at + 1
        elif char in _OPERATORS:
            runs.append("")
            at += 1
        else:
            char, at = _character(pattern, at)
            runs = [*runs, ""] if len(char) > 1 else [*runs[:-1], runs[-1] + char]
    return (max(runs, key=len) if sure else ""), at


def _inside(pattern: str, at: int) -> int:
    """Return where a group's content begins: behind `(`, `(?:` or `(?P<name>`."""
    if pattern.startswith("(?P<", at):
        return pattern.index(">", at) + 1
    return at + 3 if pattern.startswith("(?:", at) else at + 1


def _character(pattern: str, at: int) -> tuple[str, int]:
    """Return a plain character, or an escape with its backslash if it stands for a class."""
    if pattern[at] != "\\":
        return pattern[at], at + 1
    escaped = pattern[at + 1]
    return (escaped if escaped in _PLAIN_ESCAPES else f"\\{escaped}"), at + 2
