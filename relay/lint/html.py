"""HTML that every mail program shows: a plain text beside it, nothing active, nothing fetched."""

from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site, is_shown
from relay.lint.tags import Tag, tags

ALONE = Rule(
    id="RL711",
    title="HTML without a plain text",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 2046 s5.1.4; common spam filters (SpamAssassin MIME_HTML_ONLY)",
    remedy="Send multipart/alternative with a plain text first.",
)
REMOTE = Rule(
    id="RL712",
    title="images that are fetched from elsewhere",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="mail programs block them until asked",
    remedy="Attach images and refer to them by cid:, or do without.",
)
PIXEL = Rule(
    id="RL713",
    title="an image that nobody can see",
    severity=Severity.WARNING,
    basis=Basis.PRODUCT,
    source="Gmail sender guidelines (no hidden content)",
    remedy="Remove it: this relay does not track who reads what.",
)
ACTIVE = Rule(
    id="RL714",
    title="HTML that wants to act",
    severity=Severity.WARNING,
    basis=Basis.PROVIDER,
    source="mail programs remove scripts, forms and frames, and filters mistrust them",
    remedy="Link to a page that has the form.",
)
CLIPPED = Rule(
    id="RL715",
    title="HTML that Gmail cuts off",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="Gmail shows about the first 102 kB; what stands at the end is hidden",
    remedy="Shorten it, or put what must be seen at the beginning.",
)
RULES = (ALONE, REMOTE, PIXEL, ACTIVE, CLIPPED)

_ACTIVE = {"script", "form", "iframe", "frame", "object", "embed", "applet"}
_MOST_BYTES = 102 * 1024
_TINY = ("0", "1", "0px", "1px")


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield what is wrong with the HTML, if there is any."""
    shown = [part for part in mail.message.parts if is_shown(part, "text/html")]
    if not shown:
        return
    if not mail.text.strip():
        yield ALONE.broken("text/html", "no text/plain is shown")
    size = max(part.end - part.start for part in shown)
    if size > _MOST_BYTES:
        yield CLIPPED.broken("text/html", f"{size} bytes")
    found: dict[Rule, str] = {}
    for tag in tags(mail.html):
        if rule := _broken(tag):
            found.setdefault(rule, tag.name)
    for rule, name in found.items():
        yield rule.broken("text/html", f"<{name}>")


def _broken(tag: Tag) -> Rule | None:
    if tag.name in _ACTIVE:
        return ACTIVE
    if tag.name != "img" or not tag.get("src").lower().startswith(("http:", "https:", "//")):
        return None
    tiny = tag.get("width") in _TINY and tag.get("height") in _TINY
    return PIXEL if tiny else REMOTE
