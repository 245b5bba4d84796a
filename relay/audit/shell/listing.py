"""Every command that a script names, whether or not a path leads to it.

Words are expanded by what the script assigns once and for all; what depends on a run is UNKNOWN.
Wrappers are looked through, and so are texts for `sh -c` and for the far end of ssh.
What happens next: the rules about noise, secrets, transport and resilience read the list.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, fields

from relay.audit.shell.mails import UNKNOWN
from relay.audit.shell.parse import parse
from relay.audit.shell.programs import name_of, unwrap
from relay.audit.shell.state import State
from relay.audit.shell.tree import (
    Assign,
    Loop,
    Node,
    Pipeline,
    Redirect,
    Redirected,
    Simple,
    Span,
    Substitution,
    Word,
)
from relay.audit.shell.values import Expander

_MOST = 3000
_GIVEN = re.compile(r"-p")
_DEEPEST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A command with its words, its redirections, and what it is piped into."""

    at: Span
    argv: tuple[str, ...]
    wrappers: tuple[str, ...] = ()
    redirects: tuple[tuple[str, int | None, str], ...] = ()  # operator, descriptor, target
    into: str = ""
    after: str = ""  # what it reads from, in a pipe
    looped: bool = False
    password_shown: bool = False  # by sshpass, whose own words are gone

    @property
    def name(self) -> str:
        """The program's name without its folder."""
        return name_of(self.argv)


def assignments(node: Node) -> Iterator[Assign]:
    """Yield every assignment of a script."""
    for each in _nodes(node):
        if isinstance(each, Simple):
            yield from each.assigns


def names_in(node: Node) -> frozenset[str]:
    """Return the names that a script assigns itself."""
    loops = {each.name for each in _nodes(node) if isinstance(each, Loop)}
    return frozenset({each.name for each in assignments(node)} | loops)


def _nodes(node: Node) -> Iterator[Node]:
    todo: list[object] = [node]
    seen = 0
    while todo and seen < _MOST * 10:
        each = todo.pop()
        seen += 1
        if isinstance(each, tuple):
            todo += reversed(each)
        elif isinstance(each, (Word, Assign, Redirect, Substitution)):
            todo += [getattr(each, name) for name in _parts(type(each))]
        elif isinstance(each, Span):
            yield each  # type: ignore[misc]  # the other spans are caught above
            todo += [getattr(each, name) for name in _parts(type(each))]


def _parts(kind: type) -> tuple[str, ...]:
    """Return the fields that hold nodes, in reverse, so that the first is taken first."""
    known = _PARTS.get(kind)
    if known is None:
        skipped = ("start", "end", "name", "text", "operator", "kind", "descriptor", "bare", "adds")
        found = [each.name for each in fields(kind) if each.name not in skipped]
        known = _PARTS[kind] = tuple(reversed(found))
    return known


_PARTS: dict[type, tuple[str, ...]] = {}


def constants(node: Node) -> dict[str, str]:
    """Return the variables that have one value in the whole script, as far as it is known."""
    found: dict[str, str] = {}
    expander = Expander(frozenset(), lambda _node, _state: UNKNOWN)
    state = State(variables=found)
    counted: dict[str, int] = {}
    for each in assignments(node):
        counted[each.name] = counted.get(each.name, 0) + 1
        if each.value is None or each.adds or counted[each.name] > 1:
            found[each.name] = UNKNOWN
        else:
            found[each.name] = expander.text(each.value, state)
    return found


def listed(node: Node, origin: Span | None = None, depth: int = 0) -> Iterator[Listed]:
    """Yield the commands of a script in their order."""
    state = State(variables=constants(node))
    expander = Expander(frozenset(), lambda _node, _state: UNKNOWN)
    context = _contexts(node, expander, state)
    for each in _nodes(node):
        if not isinstance(each, Simple) or not each.words:
            continue
        argv = expander.words(each.words, state)
        if not argv:
            continue
        redirects, into, after, looped = context.get(id(each), ((), "", "", False))
        inner = unwrap(argv)
        at = origin or Span(start=each.start, end=each.end)
        yield Listed(
            at=at,
            argv=inner.argv or tuple(argv),
            wrappers=inner.wrappers,
            redirects=redirects,
            into=into,
            after=after,
            looped=looped,
            password_shown=any(_GIVEN.match(word) for word in argv[:8] if "sshpass" in argv[0]),
        )
        if inner.script is not None and depth < _DEEPEST:
            text = inner.script.replace(UNKNOWN, "_UNKNOWN_").encode()
            yield from listed(parse(text).body, at, depth + 1)


_Context = tuple[tuple[tuple[str, int | None, str], ...], str, str, bool]


def _contexts(node: Node, expander: Expander, state: State) -> dict[int, _Context]:
    """Return for each command its redirections, its neighbours in a pipe, whether it is looped."""
    found: dict[int, _Context] = {}
    for each in _nodes(node):
        if isinstance(each, Redirected):
            own = tuple(
                (one.operator, one.descriptor, expander.text(one.target, state)[:200])
                for one in each.redirects
            )
            for command in _commands(each.body):
                redirects, into, after, looped = found.get(id(command), ((), "", "", False))
                found[id(command)] = ((*redirects, *own), into, after, looped)
        elif isinstance(each, Pipeline):
            _piped(each, found, expander, state)
        elif isinstance(each, Loop):
            for command in _commands(each.body):
                redirects, into, after, _ = found.get(id(command), ((), "", "", False))
                found[id(command)] = (redirects, into, after, True)
    return found


def _piped(node: Pipeline, found: dict[int, _Context], expander: Expander, state: State) -> None:
    names = []
    for member in node.members:
        first = next(iter(_commands(member)), None)
        argv = expander.words(first.words, state) if first else []
        names.append(name_of(unwrap(argv).argv or argv) if argv else "")
    for number, member in enumerate(node.members):
        for command in _commands(member):
            redirects, into, after, looped = found.get(id(command), ((), "", "", False))
            into = names[number + 1] if number + 1 < len(names) else into
            after = names[number - 1] if number else after
            found[id(command)] = (redirects, into, after, looped)


def _commands(node: Node) -> list[Simple]:
    return [each for each in _nodes(node) if isinstance(each, Simple)]
