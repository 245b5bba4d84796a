"""A body that any server carries unchanged: 7-bit, CRLF, lines of at most 998 (P7).

Each leaf is looked at on its own and left byte for byte where it may stay. A text that was edited,
lies about its charset or could not travel is encoded anew, as UTF-8; an attachment that could not
travel goes as base64, its content unchanged. Multiparts that were never closed are closed. What
still cannot be carried after that (a broken MIME skeleton) is sent as the text that it shows: the
original stays with the relay (P5).
What happens next: repair.py finishes the header.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from relay.mail.block import Block, read_block
from relay.mail.charset import bears_out, decode_text
from relay.mail.encode import write_tokens
from relay.mail.headers import find, flat, put, without
from relay.mail.message import Field, Message, Part
from relay.mail.mime import content_type, walk
from relay.mail.parameters import Parameters, parse_parameters
from relay.mail.parse import with_body
from relay.mail.splice import Cut, splice
from relay.mail.text import read_lines
from relay.mail.transfer import decode_transfer, encode_base64, encode_text, is_plain
from relay.rewrite.soundness import sound, sound_fields

TextEdit = Callable[[Part, str], str]

_STALE = ("Content-Length", "Content-MD5", "Lines")  # they describe the bytes that were


@dataclass(frozen=True, slots=True, kw_only=True)
class _New:
    """A part's new content, and what its header must say about it."""

    kind: Parameters
    encoding: str
    payload: bytes


def carry(message: Message, edit_for: Callable[[Message], TextEdit]) -> Message:
    """Return `message` with a body fit to be carried, its texts edited by `edit_for(message)`."""
    carried = _recut(message, edit_for(message))
    if carried is not None:
        return carried
    # Broken beyond that, or a text with a delimiter in it: send what it shows.
    shown = _shown(message)
    return _recut(shown, edit_for(shown)) or shown


def _recut(message: Message, edit: TextEdit) -> Message | None:
    """Replace the parts that cannot stay; None where that does not make a body fit to be carried.

    The bytes between parts are left alone.
    """
    fields = message.fields
    cuts: list[Cut] = []
    sizes: list[int] = []
    # The last of too many parts holds delimiters that nobody has read.
    parts = message.parts[:-1] if "too-many-parts" in message.defects else message.parts
    for part in parts:
        head = _head(message, part)
        new = _renewed(message, part, head.fields, edit)
        sizes.append(len(new.payload) if new else part.end - part.start)
        if part.start == 0 and new is not None:
            fields = _described(head.fields, new)
            cuts.append((0, part.end, new.payload))
        elif part.start and (new is not None or not _sound_head(head)):
            cuts.append((part.head_start, part.end, _written(message, part, head, new)))
    # Sorted by their ends, a closing at the end of a part comes after that part.
    cuts = sorted(cuts + _closings(message), key=lambda cut: cut[1])
    recut = with_body(message, fields, splice(message.body, cuts)) if cuts else message
    found = [part.end - part.start for part in recut.parts]
    # A new text that holds a delimiter would end its part early.
    intact = len(found) == len(message.parts) and found[: len(sizes)] == sizes
    return recut if intact and is_plain(recut.body) else None


def _closings(message: Message) -> list[Cut]:
    """Return the closing delimiters that the body lacks (RFC 2046 s5.1.1)."""
    if "unclosed-multipart" not in message.defects:
        return []
    unclosed = walk(message.fields, message.body).unclosed
    return [(at, at, b"\r\n--" + boundary + b"--") for at, boundary in unclosed]


def _head(message: Message, part: Part) -> Block:
    """Return the part's own header; that of the message where it is all there is."""
    if part.start == 0:
        return Block(fields=message.fields, separator=b"\r\n", body_at=0, defects=())
    return read_block(message.body[part.head_start : part.start], part=True)


def _sound_head(head: Block) -> bool:
    return head.separator == b"\r\n" and all(map(sound, head.fields))


def _renewed(message: Message, part: Part, head: tuple[Field, ...], edit: TextEdit) -> _New | None:
    """Return what the part must become, None where it may stay."""
    raw = message.body[part.start : part.end]
    kind = content_type(head)
    if part.content_type.startswith("text/"):
        # A multipart that is none is read as text, and has no use for its boundary.
        pairs = () if kind.value.startswith("multipart/") else kind.pairs
        kind = Parameters(value=part.content_type, pairs=pairs)
        return _renewed_text(part, raw, kind, head, edit)
    if not is_plain(raw):
        if part.content_type.startswith("message/"):
            # RFC 2046 s5.2.1: a message cannot be base64, so it goes as a file.
            kind = Parameters(value="application/octet-stream", pairs=(("name", "message.eml"),))
        data = decode_transfer(raw, part.encoding)
        return _New(kind=kind, encoding="base64", payload=encode_base64(data))
    return _New(kind=kind, encoding="7bit", payload=raw) if _overstated(part) else None


def _renewed_text(
    part: Part, raw: bytes, kind: Parameters, head: tuple[Field, ...], edit: TextEdit
) -> _New | None:
    data = decode_transfer(raw, part.encoding)
    text = decode_text(data, part.charset)
    edited = edit(part, text)
    plain = is_plain(raw)
    if edited == text and not plain and part.start and part.disposition == "attachment":
        return _New(kind=kind, encoding="base64", payload=encode_base64(data))
    if edited != text or not plain or not (data.isascii() or bears_out(data, part.charset)):
        new = encode_text(edited)
        kind = kind.with_pair("charset", new.charset)
        return _New(kind=kind, encoding=new.encoding, payload=new.payload)
    if _mislabelled(part, data, kind, head):
        kind = kind.with_pair("charset", "us-ascii") if data.isascii() else kind
        encoding = "7bit" if _overstated(part) else part.encoding
        return _New(kind=kind, encoding=encoding, payload=raw)
    return None


def _overstated(part: Part) -> bool:
    """Say whether plain bytes are called 8-bit (RFC 2045 s6.2)."""
    return part.encoding in ("8bit", "binary")


def _mislabelled(part: Part, data: bytes, kind: Parameters, head: tuple[Field, ...]) -> bool:
    """Say whether a text that may stay has a header that does not say what it is."""
    written = find(head, "Content-Type")
    named = written is not None and parse_parameters(flat(written)).value == kind.value
    unnamed = part.start == 0 and not named
    unlabelled = (part.start == 0 or part.charset is not None) and not bears_out(data, part.charset)
    malformed = written is not None and not named
    missing = part.start == 0 and part.charset is None
    return unnamed or unlabelled or malformed or missing or _overstated(part)


def _described(head: tuple[Field, ...], new: _New) -> tuple[Field, ...]:
    """Return a part's header fields with those that describe its content set."""
    fields = put(without(head, *_STALE), write_tokens("Content-Type", str(new.kind)))
    return put(fields, write_tokens("Content-Transfer-Encoding", new.encoding))


def _written(message: Message, part: Part, head: Block, new: _New | None) -> bytes:
    """Return a nested part, header and all."""
    fields = _described(head.fields, new) if new else head.fields
    payload = new.payload if new else message.body[part.start : part.end]
    return b"".join(field.raw for field in sound_fields(fields)) + b"\r\n" + payload


def _shown(message: Message) -> Message:
    """Return a message of one text part, with the lines that a reader of `message` would see."""
    text = encode_text("\n".join((*read_lines(message), "")))
    fields = without(message.fields, *_STALE, "Content-Disposition", "Content-ID")
    kind = f"text/plain; charset={text.charset}"
    fields = put(fields, write_tokens("Content-Type", kind))
    fields = put(fields, write_tokens("Content-Transfer-Encoding", text.encoding))
    return replace(with_body(message, fields, text.payload), defects=())
