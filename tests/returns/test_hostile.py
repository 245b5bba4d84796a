"""P8: whatever comes back, reading it never raises, and nothing that it says can act."""

import dataclasses
import unicodedata
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from relay.returns.read import read
from relay.returns.returned import AutoReply, Bounce, Complaint, Reply
from tests.mail.hostile import mails
from tests.returns.given import MAILS, came_back, mail

CORPUS = [mail(path).received.raw for path in sorted(MAILS.glob("*.eml"))]
PIECES = [
    b"\r\n", b"\r\n\r\n", b"\r", b"\0", b"\x1b[31m", b"\xff", b"\xc2\x85", b"\xe2\x80\xae",
    b";", b"<", b">", b"@",
    b"Final-Recipient: rfc822; ", b"Status: 5.1.1\r\n", b"Diagnostic-Code: smtp; 550\x08 ",
    b"\\x{0A}", b"\\x{110000}", b"+0A", b"=?utf-8?q?=0D=0AX:_y?=", b"--=_b1\r\n", b"a" * 3000,
    b"Original-Rcpt-To: a\x07@b.example\r\n", b"Feedback-ID: \x1b]0;x\x07\r\n",
]  # fmt: skip

paths = st.sampled_from(["", "<>", "anna@example.org", "mailer-daemon@mail.example.net"])


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return a mail of the corpus with some pieces put in, taken out or doubled."""
    raw = draw(st.sampled_from(CORPUS))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(raw)))
        end = min(len(raw), at + draw(st.integers(0, 60)))
        piece = draw(st.sampled_from(PIECES) | st.binary(max_size=8))
        raw = raw[:at] + piece + raw[draw(st.sampled_from([at, end])) :]
    return raw


def texts(value: Any) -> Iterator[str]:
    """Yield every text in a result."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from texts(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from texts(getattr(value, field.name))


def assert_harmless(raw: bytes, path: str) -> None:
    found = read(came_back(raw, path))
    assert isinstance(found, Bounce | Complaint | AutoReply | Reply)
    for text in texts(found):
        assert len(text) <= 500
        assert not any(unicodedata.category(char) in ("Cc", "Cs", "Zl", "Zp") for char in text)
    if isinstance(found, Bounce):
        assert 1 <= len(found.recipients) <= 100
        for each in found.recipients:
            assert each.recipient is None or " " not in each.recipient


@given(raw=mutated(), path=paths)
@settings(max_examples=400, deadline=None)
def test_p8_a_damaged_report_never_raises_and_says_nothing_harmful(raw: bytes, path: str) -> None:
    assert_harmless(raw, path)


@given(raw=mails | st.binary(max_size=300), path=paths)
@settings(max_examples=300, deadline=None)
def test_p8_any_bytes_are_read(raw: bytes, path: str) -> None:
    assert_harmless(raw, path)
