"""The macros of SPF (RFC 7208 s7), such as `%{ir}.%{v}._spf.%{d}`.

What comes out is a name to look up, never more than 253 characters, or nothing.
What happens next: spf.py asks for it.
"""

import re
from dataclasses import dataclass

from relay.domains.settings import Address

_MACRO = re.compile(
    r"%(?:(?P<plain>[%_-])|\{(?P<letter>[slodiphcrtvSLODIPHCRTV])(?P<count>\d{0,3})(?P<turn>r?)(?P<at>[.\-+,/_=]*)\})"
)
_PLAIN = {"%": "%", "_": " ", "-": "%20"}
_LONGEST = 253


@dataclass(frozen=True, slots=True, kw_only=True)
class Macros:
    """What the letters stand for; with no address, for one that is nobody's."""

    sender: str
    helo: str
    address: Address | None


def expand(text: str, macros: Macros, domain: str) -> str | None:
    """Return `text` with its macros filled in, None if it cannot be a name."""
    if "%" in _MACRO.sub("", text):
        return None
    name = _MACRO.sub(lambda match: _filled(match, macros, domain), text).rstrip(".")
    while len(name) > _LONGEST and "." in name:
        name = name.partition(".")[2]  # s7.3: from the left, label by label
    labels = name.split(".")
    return name if all(0 < len(each) <= 63 for each in labels) and name.isascii() else None


def _filled(match: re.Match[str], macros: Macros, domain: str) -> str:
    if match["plain"]:
        return _PLAIN[match["plain"]]
    parts = re.split("[" + re.escape(match["at"] or ".") + "]", _value(match, macros, domain))
    if match["turn"]:
        parts.reverse()
    return ".".join(parts[-int(match["count"]) :] if match["count"].strip("0") else parts)


def _value(match: re.Match[str], macros: Macros, domain: str) -> str:
    local, _, at = macros.sender.rpartition("@")
    address = macros.address
    dotted = "0.0.0.0" if address is None else str(address)  # noqa: S104 - no one's
    if address is not None and address.version == 6:
        dotted = ".".join(address.exploded.replace(":", ""))
    return {
        "s": macros.sender,
        "l": local,
        "o": at,
        "d": domain,
        "i": dotted,
        "p": "unknown",
        "v": "ip6" if address is not None and address.version == 6 else "in-addr",
        "h": macros.helo,
    }.get(match["letter"].lower(), "unknown")
