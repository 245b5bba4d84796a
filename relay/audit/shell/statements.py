"""Where things stand in a script: the command at a byte, and the statement that it is part of."""

from collections.abc import Iterator
from dataclasses import fields

from relay.audit.shell.tree import (
    AndOr,
    Case,
    Define,
    Group,
    If,
    Loop,
    Node,
    Not,
    Opaque,
    Pipeline,
    Redirected,
    Sequence,
    Simple,
    Span,
    Word,
)

_HOLDERS = (Sequence, If, Loop, Case, Define, Group)
_INNER = (Simple, Pipeline, Redirected, AndOr, Not)


def statement_at(body: Node, start: int) -> Node | None:
    """Return the whole statement around the byte `start`; None inside of a condition."""
    found: Node | None = None
    node: Node | None = body
    while node is not None:
        if isinstance(node, _INNER):
            found = node if found is None else found
        elif isinstance(node, _HOLDERS):
            found = None
            if isinstance(node, Group) and node.subshell:
                return None
        node = next((each for each in _children(node) if each.start <= start < each.end), None)
    return found


def command_end(body: Node, start: int) -> int | None:
    """Return where the command that begins at `start` ends, with its redirections and its pipe."""
    node: Node | None = body
    end: int | None = None
    while node is not None:
        if isinstance(node, (Simple, Redirected, Pipeline)):
            end = node.end if end is None else end
        elif not (isinstance(node, (AndOr, Not)) and end is not None):
            end = None
        node = next((each for each in _children(node) if each.start <= start < each.end), None)
    return end


def command_at(body: Node, start: int) -> Node | None:
    """Return the simple command that begins at the byte `start`."""
    todo: list[object] = [body]
    while todo:
        each = todo.pop()
        if isinstance(each, tuple):
            todo += each
        elif isinstance(each, Simple) and each.start == start:
            return each
        elif isinstance(each, Span) and each.start <= start < max(each.end, each.start + 1):
            todo += [getattr(each, one.name) for one in fields(each)]
        elif hasattr(each, "body") or hasattr(each, "pieces"):
            todo += [getattr(each, one.name) for one in fields(each)]  # type: ignore[arg-type]  # they are dataclasses
    return None


def _children(node: Node) -> Iterator[Node]:
    """Yield the nodes right below; not those in words, which are no statements here."""
    if isinstance(node, Opaque):
        return
    for one in fields(node):
        value = getattr(node, one.name)
        todo: list[object] = list(value) if isinstance(value, tuple) else [value]
        while todo:
            each = todo.pop(0)
            if isinstance(each, tuple):
                todo += each
            elif isinstance(each, Span) and not isinstance(each, Word):
                if hasattr(each, "operator") and hasattr(each, "descriptor"):
                    continue
                yield each  # type: ignore[misc]  # every span that is no word or redirect is a node
