"""What the rules look at: a finished mail, read once, and what we know of ourselves.

`read_mail` costs one parse and one look at the texts; no rule parses again. Texts are read from
both ends where they are long, since what rules look for stands there. Everything is linear and
bounded, and nothing here raises, whatever the bytes are.
What happens next: lint.py hands both to each family of rules.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from relay.lint.signature import Signature, signatures
from relay.mail.address import Mailbox, mailboxes, split
from relay.mail.charset import decode_text
from relay.mail.headers import decode_words, flat, value
from relay.mail.message import Field, Message, Part
from relay.mail.parse import parse
from relay.mail.received import Envelope, Origin, Received
from relay.mail.transfer import decode_transfer

_MOST_TEXT = 1 << 17
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)
_ORIGIN = Origin(host="", address="", helo="")
_ENVELOPE = Envelope(reverse_path="", recipients=())
_TAGS = ("[OK]", "[WARNING]", "[FAILED]", "[UNKNOWN]", "[MISSING]")
_SIGNS = ("x-auto-response-suppress", "x-cron-env")


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What we know of ourselves; what is None cannot be judged, and its rules are left out.

    `opt_out_url` is where all opt-out pages stand, `opt_out` says whether one of our opt-out
    addresses (https or mailto) is genuine and works.
    """

    domain: str | None = None
    postal_address: str | None = None
    opt_out_url: str | None = None
    opt_out: Callable[[str], bool] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as it leaves. `fields` are by lower-case name; `now` is None where nobody knows.

    `subject` is decoded but not made harmless. `text` and `html` are what a person is shown.
    `automated` is what the mail says of itself, `looks_automated` what it looks like.
    """

    content: bytes
    message: Message
    fields: Mapping[str, tuple[Field, ...]]
    reverse_path: str | None
    now: datetime | None
    authors: tuple[Mailbox, ...]
    subject: str
    signatures: tuple[Signature, ...]
    text: str
    html: str
    automated: bool
    looks_automated: bool

    def every(self, name: str) -> tuple[Field, ...]:
        """Return the fields called `name`, in lower case."""
        return self.fields.get(name, ())

    def flat(self, name: str) -> str | None:
        """Return the value of the first field called `name`, None if there is none."""
        found = self.fields.get(name)
        return flat(found[0]) if found else None

    @property
    def head(self) -> bytes:
        """Return the header's bytes."""
        return self.content[: len(self.content) - len(self.message.body)]

    @property
    def from_domain(self) -> str:
        """Return the domain of the first author, maybe empty."""
        return split(self.authors[0].address)[1] if self.authors else ""


def read_mail(content: bytes, reverse_path: str | None, now: datetime | None) -> Mail:
    """Read a finished mail, as it goes over the wire."""
    came = Received(id="", raw=content, envelope=_ENVELOPE, origin=_ORIGIN, at=_NEVER)
    message = parse(came)
    fields = _by_name(message.fields)
    author = fields.get("from")
    titles = fields.get("subject")
    subject = decode_words(decode_text(value(titles[0]))) if titles else ""
    said = flat(fields["auto-submitted"][0]).lower() if "auto-submitted" in fields else "no"
    return Mail(
        content=content,
        message=message,
        fields=fields,
        reverse_path=reverse_path,
        now=now,
        authors=mailboxes(flat(author[0])) if author else (),
        subject=subject,
        signatures=signatures(fields.get("dkim-signature", ())),
        text=_shown(message, "text/plain"),
        html=_shown(message, "text/html"),
        automated=said.partition(";")[0].strip() != "no",
        looks_automated=subject.startswith(_TAGS) or any(sign in fields for sign in _SIGNS),
    )


def _by_name(fields: tuple[Field, ...]) -> dict[str, tuple[Field, ...]]:
    lists: dict[str, list[Field]] = {}
    for field in fields:
        lists.setdefault(field.name.lower(), []).append(field)
    return {name: tuple(found) for name, found in lists.items()}


def is_shown(part: Part, kind: str) -> bool:
    """Say whether a person sees `part` as text of this `kind`."""
    return part.content_type == kind and part.disposition != "attachment"


def _shown(message: Message, kind: str) -> str:
    texts: list[str] = []
    room = _MOST_TEXT
    for part in message.parts:
        if room > 0 and is_shown(part, kind):
            raw = _ends(message.body[part.start : part.end], room)
            room -= len(raw)
            texts.append(decode_text(decode_transfer(raw, part.encoding), part.charset))
    return "\n".join(texts)


def _ends(raw: bytes, room: int) -> bytes:
    """Return `raw`, or both its ends: whole lines, so that each can be decoded by itself."""
    if len(raw) <= room:
        return raw
    head, _, _ = raw[: room // 2].rpartition(b"\n")
    _, _, tail = raw[-(room // 2) :].partition(b"\n")
    return head + b"\n" + tail
