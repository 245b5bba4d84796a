"""One recipient's copy of an automated mail: with the ways to say no that are theirs alone.

RFC 2369 and RFC 8058 say how; the signature covers these fields, since it is made last. A person's
mail gets none, nor does one whose header is somebody else's to sign.
What happens next: conclude.py, bulletin.py and watch.py send it.
"""

from dataclasses import dataclass

from relay.choice.choice import Scope
from relay.choice.token import Purpose, write
from relay.pipeline.addressing import Addressing
from relay.rewrite.personal import personal


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """Whose copy it is, of which mail, about what; `kind` is for the statistics of receivers.

    `series` names the list that a mail of our own belongs to (RFC 2919); a report has its job's.
    """

    mail_id: str
    recipient: str
    scope: Scope
    kind: str
    series: str | None = None


def with_choice(content: bytes, copy: Copy, addressing: Addressing) -> bytes:
    """Return the recipient's own copy of a mail; the same where there are no links."""
    links = addressing.links
    if links is None:
        return content
    about = (copy.mail_id, copy.recipient, copy.scope)
    fields = links.fields(*about, shared=addressing.is_shared(copy.recipient))
    feedback = (("Feedback-ID", f"{copy.kind}:{links.sender}"),)  # as Gmail reads it
    series = (("List-Id", f"<{copy.series}.{links.sender}>"),) if copy.series else ()
    token = write(Purpose.UNSUBSCRIBE, *about, links.keys[0])
    return personal(content, (*series, *fields, *feedback), token)


def colophon(copy: Copy, addressing: Addressing) -> tuple[str, ...]:
    """Return the last lines of a mail of our own: how to get less, and who we are."""
    links, lines = addressing.links, []
    if links is not None:
        page = links.link(Purpose.UNSUBSCRIBE, copy.mail_id, copy.recipient, copy.scope)
        mailto = links.mailto(copy.mail_id, copy.recipient, copy.scope)
        lines += ["To get less of this:", page or mailto]
    if addressing.postal_address:
        lines.append(addressing.postal_address)
    return tuple(lines)
