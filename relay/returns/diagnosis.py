"""What a server's own words say: addresses, codes, names, and the words as one line.

Everything that leaves this package passes through here, so here is where it becomes harmless:
one line, bounded, without controls; an address only if it can be written as it stands.
What happens next: delivery_status.py, text_form.py, complaint.py and original.py use it.
"""

import re
from collections.abc import Sequence

from relay.mail.address import is_address, mailboxes
from relay.mail.enhanced import codes
from relay.mail.headers import clean

_LONGEST_TEXT = 500
_LONGEST_ADDRESS = 320  # 64 for the local part, the sign, 255 for the domain: RFC 5321 s4.5.3.1
_LONGEST_READ = 4000
_LONGEST_ID = 250
_LONGEST_NAME = 253

# RFC 5321 s4.2.1, where a server's reply begins: after `said:`, `reason:`, `<<<`, `#`, or at once.
_REPLY = r"(2[0-5]\d|4[2357]\d|5[0-57]\d)"
_CODE = re.compile(
    r"(?:^|[:;#(\[']|<<<|<--|\b(?:said|reason|returned))\s{0,5}'?"
    rf"{_REPLY}(?=[ :;-]|$)|\b{_REPLY}[ -]#?[245]\.\d{{1,3}}\.\d{{1,3}}\b",
    re.IGNORECASE,
)
_NAME = r"([A-Za-z0-9][A-Za-z0-9-]{0,62}\.[A-Za-z0-9.-]{1,189})"
_REMOTE = re.compile(
    r"(?:\bhost:?|while talking to|generating server:|delivering to|remote server at)\s{1,5}"
    rf"{_NAME}|^{_NAME}\s?\[[0-9A-Fa-f.:]{{3,45}}\]",
    re.IGNORECASE,
)
# RFC 6531 s3.3: what is not ASCII may stand in an address; what would break it may not.
_INTERNATIONAL = re.compile(
    r"[^\s\x00-\x1f\x7f()<>\[\]:;@\\,\"]{1,64}@[^\s\x00-,/:-@\[-`{-\x7f]{1,255}"
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,248}>")


def one_line(text: str) -> str:
    """Return `text` as one harmless line."""
    return " ".join(clean(text[:_LONGEST_READ]).split())[:_LONGEST_TEXT].strip()


def address(text: str) -> str | None:
    """Return the address that `text` is, or that stands in it as in a From field."""
    found = mailboxes(clean(text[:_LONGEST_READ]))
    return valid(found[0].address) if found else None


def valid(text: str) -> str | None:
    """Return `text` if it is an address, ASCII or internationalised."""
    text = text.strip("'\".")
    if is_address(text):
        return text
    known = len(text) <= _LONGEST_ADDRESS and not text.isascii() and clean(text) == text
    return text if known and _INTERNATIONAL.fullmatch(text) else None


def message_id(text: str) -> str | None:
    """Return the first Message-ID in a field's value (RFC 5322 s3.6.4)."""
    match = _MESSAGE_ID.search(text[:_LONGEST_READ])
    return match[0] if match and len(match[0]) <= _LONGEST_ID and "@" in match[0] else None


def smtp_code(text: str) -> int | None:
    """Return the SMTP reply code that `text` quotes, of several the first that is no success."""
    found = [match[1] or match[2] for match in _CODE.finditer(text[:_LONGEST_READ])]
    chosen = _bad_first(found)
    return int(chosen) if chosen else None


def enhanced_code(text: str) -> str | None:
    """Return the enhanced status code that `text` quotes, of several as with `smtp_code`."""
    return _bad_first(codes(text[:_LONGEST_READ]))


def _bad_first(found: Sequence[str]) -> str | None:
    return next((code for code in found if not code.startswith("2")), next(iter(found), None))


def remote(text: str) -> str:
    """Return the server that `text` names as the one that spoke."""
    match = _REMOTE.search(text[:_LONGEST_READ])
    return (match[1] or match[2]).rstrip(".-") if match else ""


def server(text: str) -> str:
    """Return the name of a server that stands first in `text`, perhaps with its address behind."""
    return next(iter(one_line(text).split()), "").strip("[]<>().")[:_LONGEST_NAME]
