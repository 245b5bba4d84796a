"""The bytes as SMTP carries them: line ends, line lengths, 7-bit, size (RFC 5321 s2.3.8)."""

from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.mail.transfer import has_long_lines

LINE_ENDS = Rule(
    id="RL121",
    title="a byte that mail does not carry",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5321 s2.3.8; RFC 5322 s2.3",
    remedy="End lines with CRLF; send CR or LF alone, and NUL, only inside base64.",
)
LONG_LINES = Rule(
    id="RL122",
    title="a line is longer than 998 characters",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s2.1.1; RFC 5321 s4.5.3.1.6",
    remedy="Encode the part as quoted-printable or base64; fold the field.",
)
RAW_BYTES = Rule(
    id="RL123",
    title="8-bit bytes in a body that says it is 7-bit",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 2045 s2.7, s6.2; RFC 6152",
    remedy="Encode the part, or label it 8bit and send it where 8BITMIME is offered.",
)
SIZE = Rule(
    id="RL124",
    title="larger than the large mailbox providers take",
    severity=Severity.ERROR,
    basis=Basis.PROVIDER,
    source="Gmail help on attachment sizes (25 MB); Yahoo and Outlook.com take no more",
    remedy="Limit the body by policy, and put large logs where people can fetch them.",
)
RULES = (LINE_ENDS, LONG_LINES, RAW_BYTES, SIZE)

_MOST_BYTES = 25_000_000


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield what no server may be expected to carry."""
    raw, body = mail.content, mail.message.body
    ends = raw.count(b"\r\n")
    if raw.count(b"\r") != ends or raw.count(b"\n") != ends:
        yield LINE_ENDS.broken("", "CR or LF alone")
    elif b"\0" in raw:
        yield LINE_ENDS.broken("", "NUL")
    if has_long_lines(raw):
        yield LONG_LINES.broken("", "at least one is")
    if not body.isascii() and not _labelled(mail):
        yield RAW_BYTES.broken("Content-Transfer-Encoding", "no part is labelled 8bit")
    if len(raw) > _MOST_BYTES:
        yield SIZE.broken("", f"{len(raw)} bytes")


def _labelled(mail: Mail) -> bool:
    """Say whether each part that holds 8-bit bytes says so."""
    body = mail.message.body
    return all(
        part.encoding in ("8bit", "binary") or body[part.start : part.end].isascii()
        for part in mail.message.parts
    )
