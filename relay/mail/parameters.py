"""`value; name=value; ...` of Content-Type and Content-Disposition (RFC 2045 s5.1, RFC 2231).

Read tolerantly: quoted or not, with comments after it, a missing semicolon, a stray one. RFC 2231
is taken in its simple forms: `name*=charset'lang'%C3%A9` and the numbered pieces `name*0=`. The
first of several equal parameters counts. Written with quotes wherever a token would not do.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote, unquote_to_bytes

from relay.mail.charset import decode_text

_LONGEST = 8192
_MOST = 100
_LONGEST_WRITTEN = 700
_PAIR = re.compile(r'[;\s]*+([^\s=;"()]++)\s*+=\s*+(?:"((?:[^"\\]|\\.)*+)"?|([^;\s"]*+))')
_VALUE = re.compile(r"\s*+([^\s;()]*+)")
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`{|}~0-9A-Za-z]+")
_ESCAPED = re.compile(r"\\(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """A value in lower case, and its parameters with lower-case names."""

    value: str
    pairs: tuple[tuple[str, str], ...]

    def get(self, name: str) -> str:
        """Return the parameter `name`, or an empty text."""
        for key, value in self.pairs:
            if key == name:
                return value
        return ""

    def __str__(self) -> str:
        pairs = (_written(key, text) for key, text in self.pairs if _TOKEN.fullmatch(key))
        return "; ".join((self.value, *pairs))

    def with_pair(self, name: str, text: str) -> "Parameters":
        """Return these parameters with `name` set to `text`."""
        rest = tuple(pair for pair in self.pairs if pair[0] != name)
        return Parameters(value=self.value, pairs=((name, text), *rest))


def parse_parameters(text: str) -> Parameters:
    """Read a field's unfolded value."""
    text = text[:_LONGEST]
    head = _VALUE.match(text)
    pairs: dict[str, str] = {}
    pieces: dict[str, list[tuple[str, bool]]] = {}
    for name, value in _pairs(text):
        base, star, _ = name.partition("*")
        if star:
            pieces.setdefault(base, []).append((value, name.endswith("*")))
        else:
            pairs.setdefault(name, value)
    pairs |= {name: _joined(values) for name, values in pieces.items()}
    return Parameters(value=head[1].lower() if head else "", pairs=tuple(pairs.items()))


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield names in lower case and values; what is no pair is skipped up to the next semicolon."""
    at = text.find(";")
    for _ in range(_MOST):
        if at < 0:
            return
        match = _PAIR.match(text, at)
        if match is None:
            at = text.find(";", at + 1)
            continue
        plain = match[3]
        yield match[1].lower(), _ESCAPED.sub(r"\1", match[2]) if plain is None else plain
        at = match.end()
        if text[at : at + 1] not in (";", " ", ""):
            at = text.find(";", at)


def _joined(pieces: list[tuple[str, bool]]) -> str:
    """Put the pieces of one RFC 2231 parameter together: `charset'language'text` and the rest."""
    charset = ""
    data = b""
    for number, (value, encoded) in enumerate(pieces):
        rest = value
        if number == 0 and encoded and value.count("'") >= 2:
            charset, _, rest = value.split("'", 2)
        raw = rest.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(raw) if encoded else raw
    return decode_text(data, charset)


def _written(name: str, text: str) -> str:
    """Write one parameter, in RFC 2231 form where it is not ASCII; cut where it is too long."""
    if not text.isascii():
        return f"{name}*=utf-8''{quote(text[: _LONGEST_WRITTEN // 9], safe='')}"
    text = text[:_LONGEST_WRITTEN]
    if _TOKEN.fullmatch(text):
        return f"{name}={text}"
    return f'{name}="' + re.sub(r'(["\\])', r"\\\1", text) + '"'
