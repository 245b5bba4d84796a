"""HTML to the text that it shows, simply: block elements begin lines, cells are set apart.

A scanner of our own over `<` and `>`, because the standard library's parser has been quadratic on
hostile input more than once. It knows nothing of style sheets: what is hidden by them shows. Every
byte is looked at a constant number of times.
What happens next: text.py uses it where a mail has no plain text.
"""

import html
import re
from collections.abc import Iterator

_TAG = re.compile(r"</?([A-Za-z][A-Za-z0-9]{0,20})")
_SPACES = re.compile(r"[ \t\r\n\f]++")
_ENTITY = re.compile(r"&(?:#x?[0-9A-Fa-f]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});?")

_BLOCK_NAMES = """
    address article aside blockquote body br caption dd div dl dt fieldset footer form h1 h2 h3 h4
    h5 h6 header hr html li main nav ol p pre section table tbody tfoot thead title tr ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_CELLS = {"td", "th"}
_SILENT = {"script", "style", "template"}


def html_to_text(source: str) -> str:
    """Return the text of `source`, one line a block."""
    out: list[str] = []
    at, in_pre = 0, False
    while at < len(source):
        tag = source.find("<", at)
        end = len(source) if tag < 0 else tag
        _add(out, _shown(source[at:end], in_pre), in_pre)
        if tag < 0:
            break
        name, at = _skip_tag(source, tag)
        if name in _BLOCKS:
            out.append("\n")
        elif name in _CELLS and out and not out[-1].endswith(("\n", "  ")):
            out.append("  ")
        elif name == "":
            out.append("<")
        if name == "pre":
            in_pre = source[tag + 1] != "/"
    return "\n".join(_tidy("".join(out).split("\n")))


def _add(out: list[str], text: str, in_pre: bool) -> None:
    """Add a text; the space that it may begin with means nothing at the beginning of a line."""
    if not in_pre and (not out or out[-1].endswith(("\n", "  "))):
        text = text.lstrip(" ")
    if text:
        out.append(text)


def _shown(text: str, in_pre: bool) -> str:
    if not in_pre:
        text = _SPACES.sub(" ", text)
    return _ENTITY.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _skip_tag(source: str, at: int) -> tuple[str, int]:
    """Return the name of the tag at `at`, `!` for a comment, nothing for a stray `<`; its end."""
    if source.startswith("<!--", at):
        return "!", _after(source, "-->", at)
    if source.startswith(("<!", "<?"), at):
        return "!", _after(source, ">", at)
    match = _TAG.match(source, at)
    if match is None:
        return "", at + 1
    name = match[1].lower()
    if name in _SILENT and source[at + 1] != "/":
        at = _after(source, f"</{name}", at)
    return name, _after(source, ">", at)


def _after(source: str, ending: str, at: int) -> int:
    """Return the offset after the next `ending`, or the end: so no search is made in vain twice."""
    found = source.find(ending, at)
    return len(source) if found < 0 else found + len(ending)


def _tidy(lines: list[str]) -> Iterator[str]:
    """Strip the lines' ends, and let at most one blank line stand between two others."""
    blank = True
    for line in map(str.rstrip, lines):
        if line or not blank:
            yield line
        blank = not line
