"""Texts with places to fill in: `{tag} {host} {job}: {what}`.

Names in braces and nothing else: no attributes, no formats, no code. `{{` and `}}` are braces. An
operator's mistake is found when the file is loaded; filling in never raises.
"""

from collections.abc import Collection, Iterator, Mapping
from string import Formatter

from relay.yamlfile import quoted, suggestion


def problem(template: str, known: Collection[str]) -> str | None:
    """Return what is wrong with `template`, None if it can be filled in with `known`."""
    try:
        pieces = list(Formatter().parse(template))
    except ValueError:
        return "has a brace without its partner; write {{ or }} for a brace itself"
    for _, name, form, conversion in pieces:
        if name is not None and name not in known:
            return f"unknown {quoted(f'{name}', 'placeholder')}; {suggestion(name, known)}"
        if form or conversion:
            return f"only plain names may stand in braces; write {{{name}}}"
    return None


def fill(template: str, values: Mapping[str, str]) -> str:
    """Return `template` with `values` in it; a name without a value is left out."""
    return "".join(_filled(template, values))


def _filled(template: str, values: Mapping[str, str]) -> Iterator[str]:
    for literal, name, _, _ in Formatter().parse(template):
        yield literal
        if name is not None:
            yield values.get(name, "")
