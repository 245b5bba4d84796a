"""A digest's mail, complete and ready to be signed.

multipart/mixed of the two texts and the originals that are given, each as the mail it was. A mail
of ours is 7-bit, and nothing may re-encode a message/rfc822 (RFC 2046 s5.2.1): an original that is
not 7-bit goes along as a file in base64 instead, so every one comes back byte for byte (P5).
What happens next: pipeline/bulletin.py addresses it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from relay.mail.compose import Letterhead, header, multipart, part, text_part
from relay.mail.encode import write, write_tokens
from relay.mail.transfer import encode_base64, is_plain
from relay.pipeline.batch import Batch, Item
from relay.pipeline.digest.about import About
from relay.pipeline.digest.columns import named, shown
from relay.pipeline.digest.page import page
from relay.pipeline.digest.sheet import sheet
from relay.pipeline.digest.subject import subject
from relay.pipeline.digest.text import text

_UNFIT = re.compile(r"[^A-Za-z0-9.]+")
_LONGEST = 60
_DESCRIPTION = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A mail of ours as it reads; `html` is empty where it is text alone."""

    subject: str
    text: str
    html: str


def render(batch: Batch, about: About) -> Rendered:
    """Return the subject of a digest and both of its texts."""
    shown_as = sheet(batch, about)
    title = subject(batch.key.name, shown_as.counts, about)
    return Rendered(subject=title, text=text(shown_as), html=page(shown_as))


def compose(batch: Batch, about: About, head: Letterhead) -> bytes:
    """Return the digest that closes `batch`."""
    rendered = render(batch, about)
    texts = (text_part("text/plain", rendered.text), text_part("text/html", rendered.html))
    both = multipart("multipart/alternative", f"{head.id}A", texts)
    parts = (both, *_originals(batch, about))
    fields = header(head, rendered.subject, submitted="auto-generated")
    return multipart("multipart/mixed", f"{head.id}M", parts, fields)


def _originals(batch: Batch, about: About) -> Iterator[bytes]:
    items = {item.message_id: item for item in batch.items}
    for message_id, raw in about.originals.items():
        yield _original(message_id, items.get(message_id), raw)


def _original(message_id: str, item: Item | None, raw: bytes) -> bytes:
    name = _named(item) if item else ""
    fields = (
        write("Content-Description", f"{name} {message_id}".strip()),
        write_tokens("Content-Disposition", f'attachment; filename="{_file(name, message_id)}"'),
    )
    if is_plain(raw):
        return part("message/rfc822", "7bit", raw, *fields)
    return part("application/octet-stream", "base64", encode_base64(raw), *fields)


def _named(item: Item) -> str:
    return named(shown(item.host, _DESCRIPTION), shown(item.job or item.kind, 2000), _DESCRIPTION)


def _file(name: str, message_id: str) -> str:
    """Return a name that any file system takes: `web01-rsync-srv-www-06H0Q331K5GSRXYT.eml`."""
    fit = _UNFIT.sub("-", name)[:_LONGEST].strip("-.")
    return "-".join(filter(None, (fit, _UNFIT.sub("", message_id)[:_LONGEST]))) + ".eml"
