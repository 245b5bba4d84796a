"""A body with some stretches replaced: everything else stays byte for byte (P5, P7).

The rewriter never serialises a MIME tree: it cuts out what it changes and leaves delimiters,
preambles and untouched parts alone. A part that follows directly on its own empty header gets the
line end that its delimiter needs.
What happens next: parse.with_body finds the parts of the new body.
"""

from collections.abc import Iterable

Cut = tuple[int, int, bytes]


def splice(body: bytes, cuts: Iterable[Cut]) -> bytes:
    """Return `body` with each `start:end` replaced; cuts are in order and do not overlap."""
    pieces: list[bytes] = []
    at = 0
    for start, end, replacement in cuts:
        pieces += [body[at:start], replacement]
        if end < len(body) and body[end : end + 1] not in (b"\r", b"\n"):
            pieces.append(b"\r\n")
        at = end
    return b"".join((*pieces, body[at:]))
