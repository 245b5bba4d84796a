"""An independent reader's opinion of a mail that leaves: Python's `email`, and plain counting."""

import email
from collections.abc import Iterator
from email.message import Message as PythonMessage

UNIQUE = ("date", "from", "sender", "reply-to", "to", "cc", "message-id", "in-reply-to", "subject")
UNIQUE += ("references", "mime-version", "content-type", "content-transfer-encoding")
REQUIRED = ("date", "from", "message-id", "mime-version", "content-type")


def assert_transportable_header(raw: bytes) -> None:
    """Check the header: each required field once, 7-bit, CRLF, lines of at most 998."""
    head = raw.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert b"\0" not in head
    assert head.count(b"\r") == head.count(b"\n") == head.count(b"\r\n")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))
    read = email.message_from_bytes(raw)
    names = [name.lower() for name in read]
    assert {name: names.count(name) for name in REQUIRED} == dict.fromkeys(REQUIRED, 1)
    assert all(names.count(name) <= 1 for name in UNIQUE)
    assert "to" in names or "cc" in names
    assert "bcc" not in names


def assert_valid(raw: bytes) -> None:
    """Check all of a mail: as above, and the body, and that its MIME structure is sound."""
    assert_transportable_header(raw)
    assert raw.isascii()
    assert b"\0" not in raw
    assert raw.count(b"\r") == raw.count(b"\n") == raw.count(b"\r\n")
    assert all(len(line) <= 998 for line in raw.split(b"\r\n"))
    for part in own_parts(email.message_from_bytes(raw)):
        assert not part.defects
        part.get_payload(decode=True)


def own_parts(part: PythonMessage) -> Iterator[PythonMessage]:
    """Yield a mail and its parts, but nothing of the mails attached to it."""
    yield part
    if part.get_content_maintype() == "multipart" and part.is_multipart():
        for child in part.get_payload():
            assert isinstance(child, PythonMessage)
            yield from own_parts(child)
