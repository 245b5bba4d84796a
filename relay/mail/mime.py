"""The MIME tree as its leaves, by offsets: no body is copied (RFC 2045, RFC 2046).

One pass over the lines that begin with `--` finds the delimiters of all open multiparts at once,
so nesting costs nothing extra. Depth and number of parts are limited; what lies beyond is left
unread and named as a defect. A multipart in which no delimiter is found is read as plain text,
because that is what it most likely is. Attached messages are leaves: nobody looks inside.
What happens next: text.py decodes the leaves that a person would read.
"""

from dataclasses import dataclass, field, replace

from relay.mail.block import read_block
from relay.mail.headers import find, flat
from relay.mail.message import Field, Part
from relay.mail.parameters import Parameters, parse_parameters

MAX_DEPTH = 20
MAX_PARTS = 1000
_LONGEST_BOUNDARY = 200  # RFC 2046 s5.1.1 says 70; be lenient
_WINDOW = _LONGEST_BOUNDARY + 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The leaves of a body, and where which boundaries should have been closed but were not."""

    parts: tuple[Part, ...]
    unclosed: tuple[tuple[int, bytes], ...]
    defects: tuple[str, ...]


@dataclass(slots=True)
class _Open:
    """A multipart whose closing delimiter has not come yet; `plain` is how to read it without."""

    boundary: bytes
    digest: bool
    plain: Part
    seen: bool = False


@dataclass(slots=True)
class _Walk:
    """What is known halfway through a body."""

    body: bytes
    parts: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)
    unclosed: list[tuple[int, bytes]] = field(default_factory=list)
    open: list[_Open] = field(default_factory=list)
    leaf: Part | None = None

    def enter(self, fields: tuple[Field, ...], head_start: int, start: int) -> None:
        """Begin the part whose header fields are given: a leaf, or one more multipart."""
        digest = bool(self.open) and self.open[-1].digest
        kind = content_type(fields, "message/rfc822" if digest else "text/plain")
        if not kind.value.startswith("multipart/"):
            self.leaf = _leaf(fields, kind, head_start, start)
            return
        plain = _leaf(fields, Parameters(value="text/plain", pairs=()), head_start, start)
        boundary = kind.get("boundary").encode("utf-8", "surrogateescape").rstrip(b" \t")
        defect = self._unusable(boundary)
        if defect is None:
            self.open.append(_Open(boundary, kind.value == "multipart/digest", plain))
        else:
            self.defects.append(defect)
            self.leaf = plain

    def _unusable(self, boundary: bytes) -> str | None:
        if not boundary or len(boundary) > _LONGEST_BOUNDARY or self.depth(boundary) is not None:
            return "multipart-without-boundary"
        return "too-deep" if len(self.open) >= MAX_DEPTH else None

    def depth(self, boundary: bytes) -> int | None:
        """Return which open multipart has this boundary, counted from the outermost."""
        for depth, multipart in enumerate(self.open):
            if multipart.boundary == boundary:
                return depth
        return None

    def leave(self, end: int, depth: int) -> None:
        """End the open leaf at `end`, and all multiparts from `depth` on."""
        if self.leaf is not None:
            self.parts.append(replace(self.leaf, end=max(end, self.leaf.start)))
            self.leaf = None
        for multipart in reversed(self.open[depth:]):
            self.defects.append("unclosed-multipart")
            if multipart.seen:
                self.unclosed.append((end, multipart.boundary))
            else:
                self.defects.append("multipart-without-parts")
                self.parts.append(replace(multipart.plain, end=max(end, multipart.plain.start)))
        del self.open[depth:]


def walk(fields: tuple[Field, ...], body: bytes) -> Tree:
    """Find the leaves of `body`, the body of a message with these header fields."""
    state = _Walk(body)
    state.enter(fields, 0, 0)
    at = 0 if body.startswith(b"--") else _next_dashes(body, 0)
    while at >= 0 and state.open:
        at = _next_dashes(body, _pass_dashes(state, at))
        if len(state.parts) >= MAX_PARTS:
            state.defects.append("too-many-parts")
            break
    state.leave(len(body), 0)
    return Tree(
        parts=tuple(state.parts),
        unclosed=tuple(state.unclosed),
        defects=tuple(dict.fromkeys(state.defects)),
    )


def _next_dashes(body: bytes, at: int) -> int:
    """Return the offset of the next line that begins with two hyphens, -1 if there is none."""
    found = body.find(b"\n--", max(at - 1, 0))
    return found + 1 if found >= 0 else -1


def _pass_dashes(state: _Walk, at: int) -> int:
    """Act on the line at `at` if it is a delimiter; return the offset where to go on."""
    line = state.body[at + 2 : at + _WINDOW].split(b"\n", 1)[0].rstrip()
    depth, closing = state.depth(line), False
    if depth is None and line.endswith(b"--"):
        depth, closing = state.depth(line[:-2]), True
    if depth is None or (closing and not state.open[depth].seen):
        return at + 2
    # RFC 2046 s5.1.1: the line end before a delimiter belongs to the delimiter.
    before = at - 2 if state.body[at - 2 : at] == b"\r\n" else max(at - 1, 0)
    state.leave(before, depth + 1)
    state.open[depth].seen = True
    newline = state.body.find(b"\n", at)
    after = newline + 1 if newline >= 0 else len(state.body)
    if closing:
        del state.open[depth]
        return after
    block = read_block(state.body, after, part=True)
    state.enter(block.fields, after, block.body_at)
    return block.body_at


def content_type(fields: tuple[Field, ...], default: str = "text/plain") -> Parameters:
    """Return the Content-Type; RFC 2045 s5.2 on a missing or malformed one."""
    found = find(fields, "Content-Type")
    if found is None:
        return Parameters(value=default, pairs=())
    kind = parse_parameters(flat(found))
    major, slash, minor = kind.value.partition("/")
    valid = bool(major and slash and minor) and " " not in kind.value
    return kind if valid else Parameters(value="text/plain", pairs=kind.pairs)


def _leaf(fields: tuple[Field, ...], kind: Parameters, head_start: int, start: int) -> Part:
    encoding = find(fields, "Content-Transfer-Encoding")
    disposition = find(fields, "Content-Disposition")
    placed = parse_parameters(flat(disposition) if disposition else "")
    return Part(
        head_start=head_start,
        start=start,
        end=start,
        content_type=kind.value,
        charset=kind.get("charset").lower() or None,
        encoding=parse_parameters(flat(encoding)).value if encoding else "7bit",
        disposition=placed.value or None,
        filename=placed.get("filename") or kind.get("name") or None,
    )
