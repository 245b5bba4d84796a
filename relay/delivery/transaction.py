"""One mail to one recipient, as SMTP wants it: checked, with its MAIL parameters, dots stuffed.

The content goes out byte for byte, because it is signed. What could not be sent unchanged (a CR
or LF of its own, by which a second mail could be smuggled in) or safely (a path that would end
its command early) is refused here, before a connection sees it: it can only be a bug of ours.
What happens next: session.py carries it out.
"""

import re
from collections.abc import Container
from dataclasses import dataclass

from relay.pipeline.stages import Phase, Refused

# RFC 5321 s4.1.2, loosely: what must not happen is that a path ends or adds to its command.
_PATH = re.compile(
    r"""(?: " (?: [^"\\\x00-\x1f\x7f] | \\[\x20-\x7e] )* " | [^\s<>"\x00-\x1f\x7f@]+ )
        (?: @ [^\s<>"@\x00-\x1f\x7f]+ )?""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """Envelope and content of one mail to one recipient; the null sender is empty."""

    reverse_path: str
    recipient: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Commands:
    """The paths as they are written, and the parameters of MAIL."""

    reverse_path: bytes
    recipient: bytes
    parameters: tuple[bytes, ...]


def unsendable(mail: Transaction, remote: str) -> Refused | None:
    """Return why `mail` can never be sent to anybody, None if it can."""
    if mail.reverse_path and _PATH.fullmatch(mail.reverse_path) is None:
        return _refused(Phase.MAIL, "553 5.1.7 not sent: the sender is no address", remote)
    if _PATH.fullmatch(mail.recipient) is None:
        return _refused(Phase.RCPT, "553 5.1.3 not sent: the recipient is no address", remote)
    pairs = mail.content.count(b"\r\n")
    if not mail.content.count(b"\r") == mail.content.count(b"\n") == pairs:
        return _refused(Phase.DATA, "554 5.6.0 not sent: a CR or LF stands alone", remote)
    return None


def commands(mail: Transaction, offers: Container[str], remote: str) -> Commands | Refused:
    """Return `mail` as commands for an upstream that makes `offers` (its EHLO keywords)."""
    utf8 = "smtputf8" in offers and _needs_utf8(mail)
    paths = [_written(path, utf8) for path in (mail.reverse_path, mail.recipient)]
    if None in paths:
        # RFC 6531 s3.5, RFC 6533 s4.2: it cannot be delivered where nobody speaks SMTPUTF8.
        return _refused(Phase.MAIL, "553 5.6.7 not sent: upstream offers no SMTPUTF8", remote)
    parameters = (
        (b"SIZE=%d" % len(mail.content), "size" in offers),
        # RFC 6152. Where it is not offered, eight bits go out as they are: nearly every server
        # takes them, and to encode them here would break the signature.
        (b"BODY=8BITMIME", "8bitmime" in offers and not mail.content.isascii()),
        (b"SMTPUTF8", utf8),
    )
    sender, recipient = (path or b"" for path in paths)
    asked = tuple(parameter for parameter, wanted in parameters if wanted)
    return Commands(reverse_path=sender, recipient=recipient, parameters=asked)


def stuffed(content: bytes) -> bytes:
    """Return `content` as it follows DATA, without the final dot (RFC 5321 s4.5.2)."""
    first = b"." if content.startswith(b".") else b""
    last = b"" if content.endswith(b"\r\n") else b"\r\n"
    return first + content.replace(b"\r\n.", b"\r\n..") + last


def _needs_utf8(mail: Transaction) -> bool:
    head = mail.content.partition(b"\r\n\r\n")[0]
    return not (mail.reverse_path.isascii() and mail.recipient.isascii() and head.isascii())


def _written(path: str, utf8: bool) -> bytes | None:
    """Return a path in UTF-8, or in ASCII if only its domain is in the way, else None."""
    if utf8 or path.isascii():
        return path.encode()
    local, _, domain = path.rpartition("@")
    try:
        return local.encode("ascii") + b"@" + domain.encode("idna")
    except UnicodeError:
        return None


def _refused(phase: Phase, reply: str, remote: str) -> Refused:
    return Refused(phase=phase, code=int(reply[:3]), reply=reply, remote=remote)
