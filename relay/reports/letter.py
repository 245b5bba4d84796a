"""A mail as the readers see it: text without secrets, numbered from 1, and a few header facts.

`letter` is the only way from a `Message` to a reader, and it redacts first, so that no secret can
reach a report, a subject or a log (P9 quotes evidence). body.py holds the text.
What happens next: understand.py shows the letter to each reader.
"""

from dataclasses import dataclass, field
from functools import cached_property

from relay.mail.headers import decode
from relay.mail.message import Message
from relay.mail.secrets import redact
from relay.mail.text import read_text
from relay.reports.body import LONGEST, Body
from relay.reports.lines import retries

_MOST_FIELDS = 500


@dataclass(frozen=True, kw_only=True)  # no slots: `retried` is found once
class Letter:
    """A mail's text and header, free of secrets.

    `fields` holds lower-case names and decoded texts in the order of the header. `truncated`
    means that the mail holds more text than `body`. `reverse_path` is None where no envelope is
    known, and empty for the null sender.
    """

    subject: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    body: Body = field(default_factory=Body)
    truncated: bool = False
    reverse_path: str | None = None
    helo: str = ""
    origin_host: str | None = None
    content_types: tuple[str, ...] = ()

    @cached_property
    def retried(self) -> tuple[int, ...]:
        """The numbers of the lines that announce another try; every reader of a tool asks."""
        lines = self.body.matching(retries.SEARCHED)
        return tuple(line.number for line in lines if retries.is_retry(line.text))

    def first(self, name: str) -> str:
        """Return the first field called `name` (lower case), empty if there is none."""
        return next((text for field_name, text in self.fields if field_name == name), "")

    def every(self, name: str) -> tuple[str, ...]:
        """Return all fields called `name` (lower case), from the top."""
        return tuple(text for field_name, text in self.fields if field_name == name)


def letter(message: Message) -> Letter:
    """Read `message` for the readers; never raises for what is in it."""
    text = read_text(message)
    received = message.received
    fields = tuple(
        (each.name.lower(), _encodable(redact(decode(each))))
        for each in message.fields[:_MOST_FIELDS]
    )
    return Letter(
        subject=next((value for name, value in fields if name == "subject"), "")[:LONGEST],
        fields=fields,
        body=Body.of(redact("\n".join(text.lines))),
        truncated=text.truncated,
        reverse_path=received.envelope.reverse_path,
        helo=received.origin.helo,
        origin_host=received.origin.host or None,
        content_types=tuple(part.content_type for part in message.parts),
    )


def _encodable(text: str) -> str:
    """Return `text` without lone surrogates, which no expression could be matched against."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
