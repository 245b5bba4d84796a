"""HTML as its tags, as far as the rules look at them: one pass, each byte a few times.

No tree is built. An anchor's text is what stands between it and the next tag `a`, whichever way
that one goes.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]{0,20})([^<>]{0,4000}+)>")
_ATTRIBUTE = re.compile(
    r"""([a-zA-Z-]{1,30})\s{0,20}=\s{0,20}(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))"""
)
_MOST_TAGS = 20_000
_LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Tag:
    """A tag's name in lower case, with a slash in front if it closes; its attributes; its end."""

    name: str
    attributes: str
    start: int
    end: int

    def get(self, name: str) -> str:
        """Return an attribute, or an empty text."""
        for match in _ATTRIBUTE.finditer(self.attributes):
            if match[1].lower() == name:
                return html.unescape(match[2] or match[3] or match[4] or "").strip()
        return ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A link: where it leads, and the text that is shown for it."""

    target: str
    text: str


def tags(source: str) -> Iterator[Tag]:
    """Yield the tags of an HTML text, the first 20 000."""
    for number, match in enumerate(_TAG.finditer(source)):
        if number >= _MOST_TAGS:
            return
        yield Tag(name=match[1].lower(), attributes=match[2], start=match.start(), end=match.end())


def anchors(source: str) -> Iterator[Anchor]:
    """Yield the links of an HTML text."""
    opened: Tag | None = None
    for tag in tags(source) if source else ():
        if tag.name not in ("a", "/a"):
            continue
        if opened is not None and (target := opened.get("href")):
            shown = _TAG.sub("", source[opened.end : min(tag.start, opened.end + _LONGEST_TEXT)])
            yield Anchor(target=target, text=html.unescape(shown).strip())
        opened = tag if tag.name == "a" else None
