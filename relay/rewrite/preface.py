"""Our words above and below the sender's: the verdict and its evidence, the way to ask why.

They go into the first plain text that is shown, as lines of their own; a mail that has only HTML
gets them as preformatted text inside its body element, escaped. Lines are taken as text whatever
they hold. Where they already stand nothing happens, and where no text part is shown at all the
mail goes without them: the subject says the essential thing.
What happens next: carriage.py encodes the edited text.
"""

import html
import re

from relay.mail.headers import harmless
from relay.mail.message import Message, Part
from relay.rewrite.edits import Edits

_BODY = re.compile(r"<body(?:\s[^>]{0,2000}+)?>", re.IGNORECASE)
_END = "</body>"


def place(message: Message) -> Part | None:
    """Return the part that preface and footer go into."""
    shown = [part for part in message.parts if part.disposition != "attachment"]
    for kind in ("text/plain", "text/html"):
        for part in shown:
            if part.content_type == kind:
                return part
    return None


def frame(part: Part, text: str, edits: Edits) -> str:
    """Return the text of `part` with the preface above it and the footer below it."""
    above = [harmless(line) for line in edits.preface]
    below = [harmless(line) for line in edits.footer]
    if part.content_type == "text/html":
        return _framed_html(text, _block(above), _block(below))
    return _framed_text(text, above, below)


def _framed_text(text: str, above: list[str], below: list[str]) -> str:
    top = "\n".join((*above, "", "")) if above else ""
    bottom = "\n".join(("", *below, "")) if below else ""
    # Only the ends are looked at: copies of a text of 25 MB are dear.
    if text[: 2 * len(top)].replace("\r\n", "\n").startswith(top):
        top = ""
    if text[max(len(text) - 2 * len(bottom), 0) :].replace("\r\n", "\n").endswith(bottom):
        bottom = ""
    ended = not bottom or not text or text.endswith("\n")
    return f"{top}{text}{'' if ended else chr(10)}{bottom}" if top or bottom else text


def _block(lines: list[str]) -> str:
    return f"<pre>{html.escape(chr(10).join(lines))}</pre>" if lines else ""


def _framed_html(text: str, above: str, below: str) -> str:
    plain = text.replace("\r\n", "\n")
    if above and above not in plain:
        body = _BODY.search(text)
        at = body.end() if body else 0
        text = text[:at] + above + text[at:]
    if below and below not in plain:
        at = max(text.rfind(_END), text.rfind(_END.upper()))
        at = at if at >= 0 else len(text)
        text = text[:at] + below + text[at:]
    return text
