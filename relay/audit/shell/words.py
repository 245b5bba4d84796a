"""Words, assignments and redirections of the parser's tree: quotes away, expansions kept.

A here-document is the target of its redirection, as if it were one word in double quotes.
What happens next: parse.py puts them into commands, values.py expands them.
"""

import codecs
from collections.abc import Callable

import tree_sitter

from relay.audit.shell.tree import (
    Assign,
    Node,
    Piece,
    Redirect,
    Substitution,
    Sum,
    Text,
    Variable,
    Word,
)

Raw = tree_sitter.Node
Body = Callable[[Raw, list[Raw], int], Node]
_DEEPEST = 60


def word(raw: Raw, depth: int, body: Body) -> Word:
    """Return a word as it stands in a command."""
    bare = raw.type in ("simple_expansion", "expansion", "command_substitution", "concatenation")
    if raw.type == "concatenation":
        bare = any(child.type in ("simple_expansion", "expansion") for child in raw.children)
    pieces = tuple(_pieces(raw, depth, body))
    return Word(start=raw.start_byte, end=raw.end_byte, pieces=pieces, bare=bare)


def assign(raw: Raw, depth: int, body: Body) -> Assign:
    """Return an assignment."""
    name = _text(raw.children[0]).partition("[")[0]
    last = raw.children[-1]
    adds = any(child.type == "+=" for child in raw.children)
    empty = last.type in ("=", "+=") or (last.type == "array" and not last.named_children)
    end = raw.end_byte
    value = Word(start=end, end=end, pieces=()) if empty else word(last, depth, body)
    return Assign(
        start=raw.start_byte,
        end=end,
        name=name,
        value=None if last.type == "array" and last.named_children else value,
        adds=adds,
    )


def redirect(raw: Raw, depth: int, body: Body) -> Redirect:
    """Return a redirection."""
    descriptor: int | None = None
    operator, target = "", Word(start=raw.end_byte, end=raw.end_byte, pieces=())
    for child in raw.children:
        if child.type == "file_descriptor":
            digits = _text(child)
            descriptor = int(digits[:4]) if digits.isdigit() else None
        elif not operator and not child.is_named:
            operator = child.type
        elif child.type == "heredoc_body":
            target = _document(raw, child, depth, body)
        elif child.type not in ("heredoc_start", "heredoc_end") and "redirect" not in raw.type[:7]:
            target = word(child, depth, body) if raw.type != "heredoc_redirect" else target
    simple = {"<<-": "<<", "<<<": "<<<"}
    return Redirect(
        start=raw.start_byte,
        end=raw.end_byte,
        operator=simple.get(operator, operator),
        descriptor=descriptor,
        target=target,
    )


def _document(raw: Raw, inner: Raw, depth: int, body: Body) -> Word:
    start = next((_text(c) for c in raw.children if c.type == "heredoc_start"), "")
    text = (raw.text or b"")[inner.start_byte - raw.start_byte : inner.end_byte - raw.start_byte]
    if any(mark in start for mark in "'\"\\"):
        pieces: tuple[Piece, ...] = (Text(text.decode("utf-8", "replace")),)
    else:
        pieces = tuple(_spaced(inner, text, depth, body))
    return Word(start=inner.start_byte, end=inner.end_byte, pieces=pieces)


def _text(raw: Raw) -> str:
    return (raw.text or b"").decode("utf-8", "replace")


def _spaced(raw: Raw, text: bytes, depth: int, body: Body) -> list[Piece]:
    """Return the children with the text between them, which the grammar leaves out."""
    found: list[Piece] = []
    at = raw.start_byte
    for child in raw.children:
        if child.type in ('"', "heredoc_content", "string_content"):
            continue
        if child.start_byte > at:
            found.append(_plain(text, at - raw.start_byte, child.start_byte - raw.start_byte))
        found += _pieces(child, depth, body)
        at = child.end_byte
    if raw.end_byte > at:
        found.append(_plain(text, at - raw.start_byte, raw.end_byte - raw.start_byte))
    return found


def _plain(text: bytes, start: int, end: int) -> Text:
    return Text(text[start:end].decode("utf-8", "replace"))


def _pieces(raw: Raw, depth: int, body: Body) -> list[Piece]:
    kind = raw.type
    if depth > _DEEPEST:
        return [Variable("?deep")]
    if kind == "string":
        return _quoted(raw, depth, body)
    if kind in ("concatenation", "string_expansion", "command_name"):
        return [piece for child in raw.children for piece in _pieces(child, depth + 1, body)]
    if kind in ("simple_expansion", "expansion", "command_substitution"):
        return _expanded(raw, depth, body)
    return [_plain_piece(kind, _text(raw))]


def _plain_piece(kind: str, text: str) -> Piece:
    """Return a piece that holds no other."""
    if kind == "raw_string":
        return Text(text[1:-1])
    if kind == "ansi_c_string":
        return Text(_escaped(text[2:-1]))
    if kind == "arithmetic_expansion":
        return Sum(text[3:-2])
    return Variable("?process") if kind == "process_substitution" else Text(_unescaped(text))


def _expanded(raw: Raw, depth: int, body: Body) -> list[Piece]:
    """Return an expansion; in quotes the grammar counts a space before it as a part of it."""
    text = _text(raw)
    rest = text.lstrip()
    before: list[Piece] = [Text(text[: len(text) - len(rest)])] if len(rest) < len(text) else []
    if raw.type == "simple_expansion":
        return [*before, Variable(rest[1:])]
    if raw.type == "expansion":
        return [*before, _expansion(raw, depth, body)]
    return [*before, _substitution(raw, depth, body)]


def _quoted(raw: Raw, depth: int, body: Body) -> list[Piece]:
    pieces = _spaced(raw, raw.text or b"", depth + 1, body)
    found: list[Piece] = []
    for number, piece in enumerate(pieces):
        if isinstance(piece, Text):
            text = piece.text
            text = text[1:] if number == 0 and text.startswith('"') else text
            text = text[:-1] if number == len(pieces) - 1 and text.endswith('"') else text
            text = text.replace('\\"', '"').replace("\\$", "$").replace("\\\n", "")
            found.append(Text(text))
        else:
            found.append(piece)
    return found


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    return text.replace("\\\n", "").replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")


def _escaped(text: str) -> str:
    try:
        return codecs.decode(text.encode("latin-1", "replace"), "unicode_escape")
    except UnicodeDecodeError:
        return text


_OPERATORS = (":-", ":+", ":=", ":?", "-", "+", "=", "?", "##", "#", "%%", "%", "//", "/", ":")


def _expansion(raw: Raw, depth: int, body: Body) -> Variable:
    children = [child for child in raw.children if child.type.strip() not in ("${", "}")]
    name, operator, other = "", "", []
    if children and children[0].type == "#":  # ${#name}
        return Variable(_text(children[-1]).partition("[")[0], "length")
    for child in children:
        if not name and child.type in ("variable_name", "special_variable_name", "subscript"):
            name = _text(child)
        elif name and not operator and child.type in _OPERATORS:
            operator = child.type
        elif name:
            other += _pieces(child, depth + 1, body)
    return Variable(name, operator, tuple(other))


def _substitution(raw: Raw, depth: int, body: Body) -> Substitution:
    return Substitution(body(raw, list(raw.children), depth + 1))
