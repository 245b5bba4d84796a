"""Header fields written: 7-bit, folded, and never more than they were meant to be.

Whatever text comes in, one field goes out: control characters become spaces, so no text can begin
a field of its own; what is not ASCII becomes RFC 2047 words; lines are folded at 78 characters
where white space allows and end before 998 in any case. What was written reads back equal:
`decode(write(name, text)) == clean(text)`. Reading is headers.py's work.
What happens next: rewrite and compose.py put fields together.
"""

import binascii
import re
from collections.abc import Callable, Sequence

from relay.mail.address import Mailbox, is_address
from relay.mail.headers import clean
from relay.mail.message import Field

_LINE = 78  # RFC 5322 s2.1.1
_LONGEST_WORD = 900  # so that no line comes near 998
_LONGEST_TEXT = 1 << 14
_ENCODED_WORD = 75  # RFC 2047 s2
_EMPTY_WORD = len("=?utf-8?q??=")
_NAME = re.compile(r"[!-9;-~]{1,200}")
_PIECES = re.compile(r"( *)([^ ]+)")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
# RFC 2047 s5 (3): what may stand unencoded in a Q word, wherever the word stands.
_PLAIN_IN_Q = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_Q = [chr(byte) if byte in _PLAIN_IN_Q else f"={byte:02X}" for byte in range(256)]
_Q[0x20] = "_"


def write(name: str, text: str) -> Field:
    """Return an unstructured field, such as Subject, that reads back as `text`."""
    text = clean(text[:_LONGEST_TEXT])
    pieces = _PIECES.findall(text)
    longest = max((len(gap) + len(word) for gap, word in pieces), default=0)
    if not text.isascii() or "=?" in text or longest > _LONGEST_WORD:
        pieces = [(" ", word) for word in encoded_words(text, len(name) + 2)]
    return _folded(name, pieces)


def write_tokens(name: str, text: str) -> Field:
    """Return a structured field: folded at its spaces, anything but ASCII replaced by `?`."""
    text = clean(text[:_LONGEST_TEXT]).encode("ascii", "replace").decode("ascii")
    pieces: list[tuple[str, str]] = []
    for gap, word in _PIECES.findall(text):
        starts = range(0, len(word), _LONGEST_WORD)
        pieces += [(gap[:_LINE] or " ", word[at : at + _LONGEST_WORD]) for at in starts]
    return _folded(name, pieces)


def write_mailboxes(name: str, mailboxes: Sequence[Mailbox]) -> Field:
    """Return an address field; an address that ASCII cannot write is left out.

    Where nothing remains it names an empty group, which needs no address (RFC 5322 s3.4).
    """
    usable = [mailbox for mailbox in mailboxes if is_address(mailbox.address)]
    pieces: list[tuple[str, str]] = []
    for mailbox in usable:
        words = [*phrase(mailbox.name, len(name) + 2), f"<{mailbox.address}>"]
        words = words if len(words) > 1 else [mailbox.address]
        words[-1] += "," if mailbox is not usable[-1] else ""
        pieces += [(" ", word) for word in words]
    return _folded(name, pieces or [(" ", "undisclosed-recipients:;")])


def phrase(text: str, taken: int = 0) -> list[str]:
    """Return `text` as the words of a display name (RFC 5322 s3.2.5); `taken` as below."""
    text = clean(text[:_LONGEST_TEXT])
    if not text:
        return []
    if not text.isascii() or "=?" in text or len(text) > _LONGEST_WORD:
        return encoded_words(text, taken)
    if _ATOMS.fullmatch(text):
        return text.split(" ")
    return ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"']


def encoded_words(text: str, taken: int = 0) -> list[str]:
    """Return RFC 2047 words for `text`; the first line has `taken` characters in front."""
    data = text.encode()
    # Quoted stays readable in the source; base64 is shorter for other scripts.
    spell = _base64 if sum(map(_quoted_size, data)) > 2 * len(data) else _quoted
    words: list[str] = []
    room = max(_LINE - taken - _EMPTY_WORD, 12)
    chunk = ""
    for character in text:
        # RFC 2047 s5 (3): no character is split between two words.
        if chunk and len(spell(chunk + character)) > room:
            words.append(_word(spell, chunk))
            chunk, room = "", _ENCODED_WORD - _EMPTY_WORD
        chunk += character
    return [*words, _word(spell, chunk)] if chunk else words


def _word(spell: Callable[[str], str], chunk: str) -> str:
    return f"=?utf-8?{'b' if spell is _base64 else 'q'}?{spell(chunk)}?="


def _quoted_size(byte: int) -> int:
    return 1 if byte in _PLAIN_IN_Q or byte == 0x20 else 3


def _quoted(text: str) -> str:
    return "".join(map(_Q.__getitem__, text.encode()))


def _base64(text: str) -> str:
    return binascii.b2a_base64(text.encode(), newline=False).decode("ascii")


def _folded(name: str, pieces: Sequence[tuple[str, str]]) -> Field:
    """Put gaps and words together, a line end before the gap that would go beyond 78."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"no name for a header field: {name!r}")
    lines, line = [], f"{name}:"
    for number, (gap, word) in enumerate(pieces):
        gap = gap if number else " "  # noqa: PLW2901 - the first gap is the one after the colon
        if number and len(line) + len(gap) + len(word) > _LINE:
            lines.append(line)
            line = ""
        line += gap + word
    raw = "\r\n".join((*lines, line)) + "\r\n"
    return Field(name=name, raw=raw.encode("ascii"))
