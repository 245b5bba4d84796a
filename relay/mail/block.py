"""A header block as fields: every byte kept, whatever is in it.

`read_block` splits the bytes at `start` into fields and finds where the body begins. It takes what
real hosts send: an mbox `From ` line on top, lines that are no field, no space after the colon,
and a text that runs into the header because its sender wrote none (msmtp and nullmailer put their
own fields directly above it). A line that is no field ends the header, as in Postfix, unless a
well-known field follows; trailing "fields" such as `rsync: link_stat failed` are given back to the
body. One pass, and bounded by MAX_BYTES and MAX_LINES: what lies beyond counts as body.
What happens next: parse.py puts a message together from it, mime.py reads the parts.
"""

import re
from dataclasses import dataclass

from relay.mail.message import Field

MAX_BYTES = 512 * 1024
MAX_LINES = 4000

# RFC 5322 s3.6.8: printable ASCII without the colon; s4.5.1 allows space before the colon.
_NAME = re.compile(rb"([!-9;-~]{1,200}+)([ \t]*+):")

# Registered names without a hyphen: the others without one are taken for programs (`rsync:`).
_KNOWN = frozenset(
    b"approved archive autocrypt bcc cc comments control date distribution encrypted expires face"
    b" followup from importance keywords language lines location mailer newsgroups organisation"
    b" organization path phone precedence priority received references sender sensitivity status"
    b" subject summary supersedes to xref".split()
)
_FAMILIES = tuple(
    b"x- list- resent- content- dkim- arc- message- mime- auto- reply- return- in-reply-"
    b" delivered- authentication-".split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A header block: its fields, the empty line after it, and the body's offset."""

    fields: tuple[Field, ...]
    separator: bytes
    body_at: int
    defects: tuple[str, ...]


def read_block(raw: bytes, start: int = 0, *, part: bool = False) -> Block:
    """Split the header block at `raw[start:]`; `part` reads a MIME part's, more literally."""
    stop = min(len(raw), start + MAX_BYTES)
    fields: list[Field] = []
    defects: list[str] = []
    separator = b""
    at = start
    for _ in range(MAX_LINES):
        if at >= len(raw):
            defects.append("no-separator")
            break
        end = _line_end(raw, at, stop)
        if end is None:
            defects.append("header-too-long")
            break
        line = raw[at:end]
        if line in (b"\r\n", b"\n"):
            separator, at = line, end
            break
        name = _name(line, part)
        if name is None and line[:1] in (b" ", b"\t") and fields:
            end = _continued(raw, end, stop)
            fields[-1] = Field(name=fields[-1].name, raw=fields[-1].raw + raw[at:end])
        elif name is None:
            defect = _oddity(raw, line, end, first=at == start, part=part)
            defects.append(defect)
            if defect == "body-runs-into-header":
                break
            fields.append(Field(name="", raw=line))
        else:
            fields.append(Field(name=name.decode("ascii"), raw=line))
        at = end
    else:
        defects.append("header-too-long")
    block = Block(fields=tuple(fields), separator=separator, body_at=at, defects=tuple(defects))
    return block if part else _give_back(block)


def _line_end(raw: bytes, at: int, stop: int) -> int | None:
    """Return the offset after the line at `at`, None where it goes beyond `stop`."""
    newline = raw.find(b"\n", at, stop)
    if newline >= 0:
        return newline + 1
    return len(raw) if stop == len(raw) else None


def _continued(raw: bytes, at: int, stop: int) -> int:
    """Return the offset after the continuation lines at `at` (RFC 5322 s2.2.3)."""
    while raw[at : at + 1] in (b" ", b"\t"):
        end = _line_end(raw, at, stop)
        if end is None:
            break
        at = end
    return at


def _name(line: bytes, part: bool) -> bytes | None:
    match = _NAME.match(line)
    if match is None or (part and line.startswith(b"--")):
        return None
    return match[1] if not match[2] or _known(match[1]) else None


def _known(name: bytes) -> bool:
    name = name.lower()
    return name in _KNOWN or name.startswith(_FAMILIES)


def _oddity(raw: bytes, line: bytes, end: int, *, first: bool, part: bool) -> str:
    """Say what a line is that is no field: the body's first, or rubbish between fields."""
    if first and not part and line.startswith((b"From ", b">From ")):
        return "mbox-line"
    following = _NAME.match(raw[end : end + 80])
    known = following is not None and _known(following[1])
    return "garbage-line" if known and not part else "body-runs-into-header"


def _give_back(block: Block) -> Block:
    """Return the trailing fields that are a program's output to the body."""
    keep = len(block.fields)
    while keep and _is_output(block.fields[keep - 1]):
        keep -= 1
    if keep == len(block.fields):
        return block
    back = sum(len(field.raw) for field in block.fields[keep:])
    return Block(
        fields=block.fields[:keep],
        separator=b"",
        body_at=block.body_at - len(block.separator) - back,
        defects=(*block.defects, "body-runs-into-header"),
    )


def _is_output(field: Field) -> bool:
    name = field.name.encode("ascii")
    return b"-" not in name.rstrip(b"-") and bool(name) and not _known(name)
