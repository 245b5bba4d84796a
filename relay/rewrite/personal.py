"""What differs between the recipients of one mail: the opt-out fields, and the link in the footer.

A message is rewritten once, with a mark where the link's token goes; each recipient's copy gets its
token in place of the mark, which costs a search and no parsing. A text in quoted-printable may have
broken the mark by a soft line break, and one in base64 hides it: `is_marked` says so beforehand,
and such a mail goes without the link in its text; the header has it all the same.
What happens next: pipeline/personal.py calls it for each outgoing mail.
"""

import re
from collections.abc import Sequence

from relay.mail.block import read_block
from relay.mail.encode import write_tokens
from relay.mail.headers import find

MARK = "thisplaceistakenbythelinkofeachrecipient000000"
"""As long as a token, so that lines are as long as they will be."""

_SOFT_BREAK = b"(?:=\r\n)?"
_BROKEN = re.compile(_SOFT_BREAK.join(re.escape(letter.encode()) for letter in MARK))


def is_marked(content: bytes) -> bool:
    """Whether a token can be put in the place of the mark."""
    return _place(content) is not None


def _place(content: bytes) -> tuple[int, int] | None:
    """Return where the last mark is, for the footer is at the end."""
    whole = MARK.encode()
    at = content.rfind(whole)
    if at >= 0:
        return at, at + len(whole)
    broken = _BROKEN.search(content)
    return broken.span() if broken else None


def personal(content: bytes, fields: Sequence[tuple[str, str]], token: str) -> bytes:
    """Return the mail with `fields`, but for those it has, and with `token` for the mark."""
    found = _place(content)
    if found is not None:
        start, end = found
        # A line that was broken in the mark is broken before the token instead.
        soft = b"=\r\n" if b"\n" in content[start:end] else b""
        content = content[:start] + soft + token.encode() + content[end:]
    present = read_block(content).fields
    added = (write_tokens(*each).raw for each in fields if find(present, each[0]) is None)
    return b"".join((*added, content))
