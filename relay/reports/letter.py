"""A mail as the readers see it: text without secrets, numbered from 1, and a few header facts.

`letter` is the only way from a `Message` to a reader, and it redacts first, so that no secret can
reach a report, a subject or a log (P9 quotes evidence). A reader finds its lines with
`Body.matching`: one pass in C over the whole text, whatever its size, so that a reader that has
nothing to say costs milliseconds on 25 MB and only lines of interest are looked at in Python.
What happens next: understand.py shows the letter to each reader.
"""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from relay.mail.headers import decode
from relay.mail.message import Message
from relay.mail.secrets import redact
from relay.mail.text import read_text

LONGEST = 2000
"""How much of a line is matched; no tool's grammar needs more, and a hostile line may be 10 MB."""

_TAIL = 500  # a progress display has its last state at the end

_MOST_FIELDS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of the text, its middle cut out if it is too long; `number` counts from 1."""

    number: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The lines of a text; `data` is all of it in UTF-8 and `starts` where each line begins."""

    texts: tuple[str, ...] = ()
    data: bytes = b""
    starts: "array[int]" = field(default_factory=lambda: array("Q"))

    @classmethod
    def of(cls, texts: Iterable[str]) -> "Body":
        """Return the body whose lines are `texts`."""
        lines = tuple(_encodable(text) for text in texts)
        encoded = [line.encode() for line in lines]
        starts, at = array("Q"), 0
        for line in encoded:
            starts.append(at)
            at += len(line) + 1
        return cls(texts=lines, data=b"\n".join(encoded), starts=starts)

    def line(self, number: int) -> Line:
        """Return line `number`, which must exist."""
        text = self.texts[number - 1]
        if len(text) > LONGEST:
            text = f"{text[: LONGEST - _TAIL]} ... {text[-_TAIL:]}"
        return Line(number=number, text=text)

    def matching(self, pattern: Any) -> Iterator[Line]:
        """Yield the lines in which `pattern`, an re2 pattern over bytes, is found."""
        at = 0
        while (match := pattern.search(self.data, at)) is not None:
            number = bisect_right(self.starts, match.start())
            yield self.line(number)
            if number == len(self.starts):
                return
            at = self.starts[number]

    def written(self, most: int) -> list[Line]:
        """Return up to `most` lines that are not blank, from both ends of the text."""
        head = self._written(range(len(self.texts)), most)
        if len(head) < most:
            return head
        tail = self._written(range(len(self.texts) - 1, -1, -1), most // 2)
        lines = {line.number: line for line in (*head[: most - most // 2], *tail)}
        return [lines[number] for number in sorted(lines)]

    def _written(self, order: range, most: int) -> list[Line]:
        found: list[Line] = []
        for index in order:
            if len(found) == most:
                break
            if self.texts[index].strip():
                found.append(self.line(index + 1))
        return found

    @property
    def last(self) -> int:
        """The number of the last line that is not blank, 0 if there is none."""
        return next(
            (at for at in range(len(self.texts), 0, -1) if self.texts[at - 1].strip()),
            0,
        )


def _encodable(text: str) -> str:
    """Return `text` without lone surrogates, which no expression could be matched against."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True, kw_only=True)
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
        body=Body.of(redact("\n".join(text.lines)).split("\n") if text.lines else ()),
        truncated=text.truncated,
        reverse_path=received.envelope.reverse_path,
        helo=received.origin.helo,
        origin_host=received.origin.host or None,
        content_types=tuple(part.content_type for part in message.parts),
    )
