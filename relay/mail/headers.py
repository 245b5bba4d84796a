"""Header fields read: found, unfolded, decoded, made harmless.

`decoded` is what callers mostly want: a field's text as a person sees it, with RFC 2047 words and
raw 8-bit bytes decoded and control characters made spaces, so that nothing read here can break a
line, a terminal or a log. `flat` is the same without decoding, for structured fields. All of it is
linear in the size of the field. Writing is encode.py's work.
What happens next: address.py and parameters.py read what the texts say.
"""

import binascii
import re
from collections.abc import Sequence

from relay.mail.charset import decode_text
from relay.mail.message import Field, Message

# RFC 2047 s2, with a language as in RFC 2231 s5.
_WORD = re.compile(r"=\?([^?\s*]{1,60})(?:\*[^?\s]{0,60})?\?([bBqQ])\?([^?\r\n]*+)\?=")
_ESCAPE = re.compile(rb"=([0-9A-Fa-f]{2})")

# C0, DEL, C1, line and paragraph separators: none of them belongs into a header's text.
_UNSAFE = dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029), " ")
# Lone surrogates cannot be encoded; bidirectional overrides make a text read differently.
_UNSAFE |= dict.fromkeys(
    (*range(0xD800, 0xE000), *range(0x202A, 0x202F)), "\N{REPLACEMENT CHARACTER}"
)
_UNSAFE |= dict.fromkeys(range(0x2066, 0x206A), "\N{REPLACEMENT CHARACTER}")


def harmless(text: str) -> str:
    """Return `text` on one line, with nothing in it that could act."""
    return text.translate(_UNSAFE)


def clean(text: str) -> str:
    """Return `text` harmless and without outer spaces, as a header field carries it."""
    return harmless(text).strip(" ")


def find(fields: Sequence[Field], name: str) -> Field | None:
    """Return the first field called `name`, in any case."""
    name = name.lower()
    return next((field for field in fields if field.name.lower() == name), None)


def first(message: Message, name: str) -> Field | None:
    """Return the message's first field called `name`."""
    return find(message.fields, name)


def every(message: Message, name: str) -> tuple[Field, ...]:
    """Return all fields called `name`, from the top."""
    name = name.lower()
    return tuple(field for field in message.fields if field.name.lower() == name)


def without(fields: Sequence[Field], *names: str) -> tuple[Field, ...]:
    """Return the fields that are called otherwise."""
    lower = {name.lower() for name in names}
    return tuple(field for field in fields if field.name.lower() not in lower)


def put(fields: Sequence[Field], field: Field) -> tuple[Field, ...]:
    """Return the fields with `field` in the place of the first of its name, or at the end."""
    name = field.name.lower()
    for number, old in enumerate(fields):
        if old.name.lower() == name:
            return (*fields[:number], field, *without(fields[number + 1 :], name))
    return (*fields, field)


def value(field: Field) -> bytes:
    """Return the bytes after the colon, unfolded (RFC 5322 s2.2.3) and stripped."""
    unfolded = field.raw.replace(b"\r\n", b"").replace(b"\n", b"")
    return unfolded.partition(b":")[2].strip(b" \t\r") if field.name else unfolded


def flat(field: Field) -> str:
    """Return the value as harmless text, encoded words left as they are."""
    return clean(decode_text(value(field)))


def decode(field: Field) -> str:
    """Return the value as a person reads it."""
    return clean(decode_words(decode_text(value(field))))


def decoded(message: Message, name: str) -> str:
    """Return the decoded text of the first field called `name`, or an empty one."""
    found = first(message, name)
    return decode(found) if found else ""


def text_of(fields: Sequence[Field], name: str) -> str:
    """Return the flat text of the first field called `name`, or an empty one."""
    found = find(fields, name)
    return flat(found) if found else ""


def decode_words(text: str) -> str:
    """Replace the encoded words in `text`; the white space between two of them goes (s6.2)."""
    if "=?" not in text:
        return text
    out: list[str] = []
    waiting: list[tuple[str, bytes]] = []
    at = 0
    for match in _WORD.finditer(text):
        between = text[at : match.start()]
        if between.strip(" \t\r\n") or not waiting:
            out += [_spelled(waiting), between]
            waiting = []
        waiting.append((match[1].lower(), _word_bytes(match[2], match[3])))
        at = match.end()
    return "".join((*out, _spelled(waiting), text[at:]))


def _spelled(words: list[tuple[str, bytes]]) -> str:
    """Decode adjacent words; one character may be split between two of the same charset."""
    out: list[str] = []
    start = 0
    for end in range(1, len(words) + 1):
        if end == len(words) or words[end][0] != words[start][0]:
            out.append(decode_text(b"".join(data for _, data in words[start:end]), words[start][0]))
            start = end
    return "".join(out)


def _word_bytes(how: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if how in "qQ":
        data = data.replace(b"_", b" ")
        return _ESCAPE.sub(lambda match: binascii.unhexlify(match[1]), data)
    return decode_base64(data)


_NOT_BASE64 = bytes(
    set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")
)
_MOST_PADS = 1000


def decode_base64(data: bytes) -> bytes:
    """Decode base64 as far as it goes: foreign bytes skipped, padding optional (RFC 2045 s6.8)."""
    pieces = data.translate(None, _NOT_BASE64).split(b"=", _MOST_PADS)[:_MOST_PADS]
    return b"".join(_base64_piece(piece) for piece in pieces if piece)


def _base64_piece(piece: bytes) -> bytes:
    if len(piece) % 4 == 1:
        piece = piece[:-1]  # six bits make no byte
    return binascii.a2b_base64(piece + b"=" * (-len(piece) % 4))
