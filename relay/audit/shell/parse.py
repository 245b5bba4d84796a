"""Bytes of a shell script to a tree, by tree-sitter's grammar of bash (which reads POSIX sh, too).

It never raises and takes time linear in the size: what the grammar cannot read becomes Opaque, and
nodes nested deeper than a person would write are left out. Whether anything was unreadable is told.
What happens next: run.py.
"""

import re
from dataclasses import dataclass
from functools import partial

import tree_sitter
import tree_sitter_bash

from relay.audit.shell.tree import (
    AndOr,
    Background,
    Case,
    Count,
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
    Test,
)
from relay.audit.shell.words import assign as read_assign
from relay.audit.shell.words import redirect as read_redirect
from relay.audit.shell.words import word as read_word

_LANGUAGE = tree_sitter.Language(tree_sitter_bash.language())
_SPLIT_REDIRECT = re.compile(rb"(?<=[<>])[ \t]*\\\r?\n")
_DEEPEST = 60
_MOST_OPERANDS = 200
_MOST_MEMBERS = 50  # of a pipeline

Raw = tree_sitter.Node


@dataclass(frozen=True, slots=True, kw_only=True)
class Script:
    """A script as read; `broken` is the offset of the first place that could not be, or None."""

    body: Node
    broken: int | None = None


def parse(data: bytes) -> Script:
    """Return the tree of a script."""
    # The grammar trips over `>>\` at a line's end; blanks of the same length mean the same.
    shown = _SPLIT_REDIRECT.sub(lambda match: b" " * len(match[0]), data)
    root = tree_sitter.Parser(_LANGUAGE).parse(shown).root_node
    broken = _first_error(root) if root.has_error else None
    return Script(body=_sequence(root, list(root.children), 0), broken=broken)


def _first_error(root: Raw) -> int:
    node = root
    while True:
        for child in node.children:
            if child.is_error or child.is_missing:
                return int(child.start_byte)
            if child.has_error:
                node = child
                break
        else:
            return int(node.start_byte)


def node_of(raw: Raw, depth: int) -> Node:
    """Return the node for one of the parser's; what is too deep is Opaque."""
    make = _MAKERS.get(raw.type)
    if depth > _DEEPEST or make is None:
        inside = () if depth > _DEEPEST else _inside(raw, depth)
        return Opaque(start=raw.start_byte, end=raw.end_byte, inside=inside)
    return make(raw, depth + 1)


def _inside(raw: Raw, depth: int) -> tuple[Node, ...]:
    return tuple(node_of(child, depth + 1) for child in raw.named_children if child.type in _MAKERS)


def _sequence(raw: Raw, children: list[Raw], depth: int) -> Node:
    items: list[Node] = []
    for child in children:
        if child.type == "&" and items:
            last = items.pop()
            items.append(Background(start=last.start, end=child.end_byte, body=last))
        elif child.type in _MAKERS or child.is_error:
            items.append(node_of(child, depth))
    if len(items) == 1:
        return items[0]
    return Sequence(start=raw.start_byte, end=raw.end_byte, items=tuple(items))


def _simple(raw: Raw, depth: int) -> Node:
    words = []
    assigns = []
    redirects = []
    for child in raw.children:
        if child.type == "command_name":
            words += [word(each, depth) for each in child.children] or [word(child, depth)]
        elif child.type == "variable_assignment" and not words:
            assigns.append(assign(child, depth))
        elif child.type.endswith("_redirect"):
            redirects.append(redirect(child, depth))
        elif child.is_named and child.type != "comment":
            words.append(word(child, depth))
    start, end = raw.start_byte, raw.end_byte
    bare = Simple(start=start, end=end, words=tuple(words), assigns=tuple(assigns))
    if not redirects:
        return bare
    return Redirected(start=start, end=end, body=bare, redirects=tuple(redirects))


def _assignment(raw: Raw, depth: int) -> Node:
    each = assign(raw, depth)
    return Simple(start=raw.start_byte, end=raw.end_byte, words=(), assigns=(each,))


def _assignments(raw: Raw, depth: int) -> Node:
    found = tuple(assign(c, depth) for c in raw.children if c.type == "variable_assignment")
    return Simple(start=raw.start_byte, end=raw.end_byte, words=(), assigns=found)


def _declaration(raw: Raw, depth: int) -> Node:
    found = tuple(assign(c, depth) for c in raw.children if c.type == "variable_assignment")
    kind = raw.children[0].type
    return Simple(
        start=raw.start_byte, end=raw.end_byte, words=(), assigns=found, declares=str(kind)
    )


def _pipeline(raw: Raw, depth: int) -> Node:
    members = [node_of(child, depth) for child in _named(raw)[:_MOST_MEMBERS]]
    first = members[0]
    negated = isinstance(first, Not)
    if isinstance(first, Not):  # `! a | b` negates the pipeline, whatever the grammar says
        members[0] = first.body
    made = Pipeline(start=raw.start_byte, end=raw.end_byte, members=tuple(members))
    return Not(start=raw.start_byte, end=raw.end_byte, body=made) if negated else made


def _named(raw: Raw) -> list[Raw]:
    return [child for child in raw.children if child.is_named and child.type != "comment"]


def _list(raw: Raw, depth: int) -> Node:
    sides = [child for child in raw.children if child.is_named and child.type != "comment"]
    operator = next((c.type for c in raw.children if c.type in ("&&", "||")), "&&")
    if len(sides) != 2:
        return _sequence(raw, list(raw.children), depth)
    left, right = node_of(sides[0], depth), node_of(sides[1], depth)
    return AndOr(
        start=raw.start_byte, end=raw.end_byte, left=left, operator=str(operator), right=right
    )


def _negated(raw: Raw, depth: int) -> Node:
    body = node_of(raw.children[-1], depth)
    return Not(start=raw.start_byte, end=raw.end_byte, body=body)


def _if(raw: Raw, depth: int) -> Node:
    branches: list[tuple[Node, Node]] = []
    other: Node | None = None
    for part in (raw, *(c for c in raw.children if c.type == "elif_clause")):
        condition, body = _guarded(part)
        branches.append((_sequence(part, condition, depth), _sequence(part, body, depth)))
    for child in raw.children:
        if child.type == "else_clause":
            other = _sequence(child, list(child.children), depth)
    return If(start=raw.start_byte, end=raw.end_byte, branches=tuple(branches), other=other)


def _guarded(raw: Raw) -> tuple[list[Raw], list[Raw]]:
    """Part the children of an if or elif at `then`."""
    children = [c for c in raw.children if c.type not in ("elif_clause", "else_clause")]
    at = next((n for n, child in enumerate(children) if child.type == "then"), len(children))
    return children[:at], children[at:]


def _for(raw: Raw, depth: int) -> Node:
    body = next((c for c in raw.children if c.type == "do_group"), None)
    named = [c for c in raw.children if c.is_named and c.type not in ("do_group", "comment")]
    name = named[0].text.decode("utf-8", "replace") if named and named[0].text else ""
    return Loop(
        start=raw.start_byte,
        end=raw.end_byte,
        kind="for",
        name=name,
        words=tuple(word(each, depth) for each in named[1:]),
        body=_do(raw, body, depth),
    )


def _counted(raw: Raw, depth: int) -> Node:
    body = next((c for c in raw.children if c.type in ("do_group", "compound_statement")), None)
    return Loop(start=raw.start_byte, end=raw.end_byte, kind="for", body=_do(raw, body, depth))


def _do(raw: Raw, body: Raw | None, depth: int) -> Node:
    return _sequence(body or raw, list(body.children) if body else [], depth)


def _while(raw: Raw, depth: int) -> Node:
    body = next((c for c in raw.children if c.type == "do_group"), None)
    condition = [c for c in raw.children if c.type != "do_group"]
    return Loop(
        start=raw.start_byte,
        end=raw.end_byte,
        kind=str(raw.children[0].type),
        condition=_sequence(raw, condition, depth),
        body=_do(raw, body, depth),
    )


def _case(raw: Raw, depth: int) -> Node:
    items = []
    named = [c for c in raw.children if c.is_named and c.type not in ("case_item", "comment")]
    for child in raw.children:
        if child.type == "case_item":
            at = next((n for n, c in enumerate(child.children) if c.type == ")"), 0)
            patterns = tuple(word(c, depth) for c in child.children[:at] if c.is_named)
            items.append((patterns, _sequence(child, child.children[at:], depth)))
    return Case(
        start=raw.start_byte,
        end=raw.end_byte,
        word=word(named[0] if named else raw, depth),
        items=tuple(items),
    )


def _compound(raw: Raw, depth: int) -> Node:
    start, end = raw.start_byte, raw.end_byte
    if raw.children and raw.children[0].type == "((":
        text = (raw.text or b"").decode("utf-8", "replace")
        return Count(start=start, end=end, text=text[2:-2])
    return Group(start=start, end=end, body=_sequence(raw, list(raw.children), depth))


def _subshell(raw: Raw, depth: int) -> Node:
    body = _sequence(raw, list(raw.children), depth)
    return Group(start=raw.start_byte, end=raw.end_byte, body=body, subshell=True)


def _function(raw: Raw, depth: int) -> Node:
    named = [child for child in raw.children if child.is_named]
    name = (named[0].text or b"").decode("utf-8", "replace")
    body = node_of(named[-1], depth)
    return Define(start=raw.start_byte, end=raw.end_byte, name=name, body=body)


def _test(raw: Raw, depth: int) -> Node:
    words = tuple(word(leaf, depth) for leaf in _operands(raw))
    return Test(start=raw.start_byte, end=raw.end_byte, words=words)


def _operands(raw: Raw) -> list[Raw]:
    """Return the leaves of nested expressions, in their order, however deep they are."""
    found: list[Raw] = []
    todo = list(reversed(raw.children))
    while todo and len(found) < _MOST_OPERANDS:
        child = todo.pop()
        if child.type in _BRANCHES:
            todo += reversed(child.children)
        elif child.type not in ("[", "[[", "]", "]]", "comment"):
            found.append(child)
    return found


_BRANCHES = {
    "binary_expression", "unary_expression", "negated_expression", "parenthesized_expression",
}  # fmt: skip


def _redirected(raw: Raw, depth: int) -> Node:
    start, end = raw.start_byte, raw.end_byte
    body: Node = Simple(start=start, end=start, words=())
    redirects = []
    after: list[Raw] = []
    for child in raw.children:
        if child.type.endswith("_redirect"):
            redirects.append(redirect(child, depth))
            after += [c for c in child.children if child.type == "heredoc_redirect"]
        elif child.type in _MAKERS:
            body = node_of(child, depth)
    found = tuple(redirects)
    last = isinstance(body, Pipeline)  # what is redirected is the last of a pipeline
    if isinstance(body, Pipeline) and last:
        tail = body.members[-1]
        held = Redirected(start=tail.start, end=end, body=tail, redirects=found)
        made: Node = Pipeline(start=start, end=end, members=(*body.members[:-1], held))
    elif isinstance(body, Not):
        held = Redirected(start=start, end=end, body=body.body, redirects=found)
        made = Not(start=start, end=end, body=held)
    elif isinstance(body, AndOr):
        held = Redirected(start=body.right.start, end=end, body=body.right, redirects=found)
        made = AndOr(start=start, end=end, left=body.left, operator=body.operator, right=held)
    else:
        made = Redirected(start=start, end=end, body=body, redirects=found)
    return _continued(made, after, depth)


def _continued(made: Node, after: list[Raw], depth: int) -> Node:
    """Join what follows a here-document on its first line: `cat <<X | mail`, `cat <<X || exit`."""
    operator = next((child.type for child in after if child.type in ("&&", "||")), "")
    for child in after:
        if child.type == "pipeline":
            rest = [node_of(each, depth) for each in child.children if each.is_named]
            made = Pipeline(start=made.start, end=made.end, members=(made, *rest))
        elif operator and child.type in _MAKERS:
            right = node_of(child, depth)
            made = AndOr(start=made.start, end=made.end, left=made, operator=operator, right=right)
    return made


_MAKERS = {
    "command": _simple,
    "variable_assignment": _assignment,
    "variable_assignments": _assignments,
    "declaration_command": _declaration,
    "pipeline": _pipeline,
    "list": _list,
    "negated_command": _negated,
    "if_statement": _if,
    "for_statement": _for,
    "c_style_for_statement": _counted,
    "while_statement": _while,
    "case_statement": _case,
    "compound_statement": _compound,
    "subshell": _subshell,
    "function_definition": _function,
    "test_command": _test,
    "redirected_statement": _redirected,
}


word = partial(read_word, body=_sequence)
assign = partial(read_assign, body=_sequence)
redirect = partial(read_redirect, body=_sequence)
