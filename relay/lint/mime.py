"""The MIME structure: labels that readers know, multiparts that are closed (RFC 2045, RFC 2046)."""

import re
from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.mail.charset import bears_out
from relay.mail.message import Part
from relay.mail.transfer import decode_transfer

VERSION = Rule(
    id="RL131",
    title="MIME fields without MIME-Version: 1.0",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 2045 s4",
    remedy="Add MIME-Version: 1.0; the relay does unless a signature forbids it.",
)
LABELS = Rule(
    id="RL132",
    title="Content-Type or Content-Transfer-Encoding is none that readers know",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 2045 s5.1, s6.1, s6.4",
    remedy="Write type/subtype, and 7bit, 8bit, binary, quoted-printable or base64.",
)
STRUCTURE = Rule(
    id="RL133",
    title="the MIME structure is broken",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 2046 s5.1.1",
    remedy="Give each multipart a boundary of its own, at least one part, and a closing delimiter.",
)
CHARSET = Rule(
    id="RL134",
    title="a text is not in the charset that it names",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 2046 s4.1.2",
    remedy="Name the charset that the bytes are in, UTF-8 for new texts.",
)
RULES = (VERSION, LABELS, STRUCTURE, CHARSET)

_TYPE = re.compile(r"[!#$%&'*+.^_`{|}~0-9A-Za-z-]+/[!#$%&'*+.^_`{|}~0-9A-Za-z-]+(?:\s*[;(].*)?")
_ENCODINGS = ("7bit", "8bit", "binary", "quoted-printable", "base64")
_IDENTITY = ("7bit", "8bit", "binary")
_DEFECTS = ("multipart", "unclosed", "too-deep", "too-many-parts")
_MOST_SAMPLE = 1 << 16


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield what a reader of MIME would stumble over."""
    version = mail.flat("mime-version")
    if version is None and ("content-type" in mail.fields or "content-disposition" in mail.fields):
        yield VERSION.broken("MIME-Version", "it is not there")
    elif version is not None and not version.startswith("1.0"):
        yield VERSION.broken("MIME-Version", version)
    yield from _labels(mail)
    for defect in mail.message.defects:
        if defect.startswith(_DEFECTS):
            yield STRUCTURE.broken("", defect)
    part = next((each for each in mail.message.parts if _lies(mail, each)), None)
    if part is not None:
        yield CHARSET.broken(part.content_type, part.charset or "none, so it should be ASCII")


def _labels(mail: Mail) -> Iterator[Breach]:
    kind = mail.flat("content-type")
    if kind is not None and not _TYPE.fullmatch(kind):
        yield LABELS.broken("Content-Type", kind)
    encoding = mail.flat("content-transfer-encoding")
    multipart = kind is not None and kind.lower().startswith("multipart/")
    if multipart and encoding is not None and encoding.lower() not in _IDENTITY:
        yield LABELS.broken("Content-Transfer-Encoding", f"{encoding} on a multipart")
    odd = next((each for each in mail.message.parts if each.encoding not in _ENCODINGS), None)
    if odd is not None:
        yield LABELS.broken("Content-Transfer-Encoding", odd.encoding)


def _lies(mail: Mail, part: Part) -> bool:
    if not part.content_type.startswith("text/"):
        return False
    raw = mail.message.body[part.start : min(part.end, part.start + _MOST_SAMPLE)]
    if part.encoding in _IDENTITY and raw.isascii():
        return False
    if part.end - part.start > _MOST_SAMPLE:
        raw = raw.rpartition(b"\n")[0]
    data = decode_transfer(raw, part.encoding)
    return not data.isascii() and not bears_out(data, part.charset)
