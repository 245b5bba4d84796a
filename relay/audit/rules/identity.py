"""RA3xx: who the mail says it is from, and whether its form is one that every server takes."""

import re
from collections.abc import Iterator

from relay.audit.document import Document, Snippet
from relay.audit.finding import Hit, Rule, Severity
from relay.audit.shell.mails import UNKNOWN
from relay.audit.shell.state import Sent
from relay.audit.view import View, mails

SENDER = Rule(
    id="RA301",
    title="the sender is local, or an address of somebody else's domain",
    severity=Severity.WARNING,
    why="root@localhost cannot be aligned, and From: of a mail provider fails its DMARC.",
    remedy="Send from the host's own domain, or leave From: to the relay.",
    source="RFC 7489 s3.1; Gmail and Yahoo sender guidelines",
)
RAW = Rule(
    id="RA302",
    title="a mail without Date or Message-ID goes out by SMTP",
    severity=Severity.WARNING,
    why="curl, nc and Python send what they are given; receivers reject such mail.",
    remedy="Write both fields, or hand the mail to sendmail or the relay.",
    source="RFC 5322 s3.6; Gmail sender guidelines",
)
EIGHT_BIT = Rule(
    id="RA303",
    title="the subject has raw 8-bit characters",
    severity=Severity.WARNING,
    why="mail(1) sends them unencoded; postfix then asks for SMTPUTF8 and bounces.",
    remedy="Plain ASCII, or encode it (RFC 2047); the relay does.",
    source="RFC 5322 s2.2; openmediavault/openmediavault issue 1058",
)
RULES = (SENDER, RAW, EIGHT_BIT)

_LOCAL = re.compile(r"(?i)@(?:localhost|localdomain|[\w-]+\.(?:local|lan|localdomain))\b|@>?\s*$")
_PROVIDERS = re.compile(
    r"(?i)@(?:gmail|googlemail|yahoo|outlook|hotmail|aol|icloud|gmx|web|live|msn|mail)\.[a-z.]{2,6}\b"
)
_RAW_CLIENTS = ("curl", "nc", "netcat", "ncat", "telnet", "openssl", "busybox sendmail")
_ENCODES = ("mutt", "neomutt", "s-nail", "swaks", "sendemail", "sendEmail")


def check(document: Document) -> Iterator[tuple[Snippet, Hit]]:
    """Yield what is wrong with the sender and the form of each mail."""
    for snippet in document.snippets:
        for sent in _every(snippet.view):
            for hit in _of(snippet.view, sent):
                yield snippet, hit


def _every(view: View) -> list[Sent]:
    found: dict[int, Sent] = {}
    for trace in (view.clean, *(run.trace for run in view.worlds)):
        for path in trace.paths:
            for sent in mails(path):
                found.setdefault(sent.at.start, sent)
    return list(found.values())


def _of(view: View, sent: Sent) -> Iterator[Hit]:
    mail = sent.mail
    sender = mail.sender.strip()
    if sender and (_LOCAL.search(sender) or _foreign(sent)):
        yield SENDER.at(_field(view, sent), f"From: {sender}")
    if mail.program in _RAW_CLIENTS and mail.header and UNKNOWN not in mail.header[:1]:
        lacking = [
            name for name in ("Date", "Message-ID") if not re.search(rf"(?im)^{name}:", mail.header)
        ]
        if lacking:
            yield RAW.at(
                sent.at.start, f"no {' and no '.join(lacking)} in what {mail.program} sends"
            )
    if mail.program not in _ENCODES and not mail.subject.isascii():
        yield EIGHT_BIT.at(sent.at.start, f"Subject: {mail.subject}")


def _field(view: View, sent: Sent) -> int:
    """Return where the From field is written, or where the mail is sent."""
    if sent.feeder is not None:
        match = re.compile(rb"(?im)from:").search(view.data, sent.feeder.start, sent.feeder.end)
        if match:
            return match.start()
    opening = re.match(r"[ -~]{4,}", sent.mail.sender)
    match = (
        re.compile(rb"(?i)from:\s*" + re.escape(opening[0].encode())).search(view.data)
        if opening
        else None
    )
    return match.start() if match else sent.at.start


def _foreign(sent: Sent) -> bool:
    """Say whether a provider's address is used without logging in there."""
    if not _PROVIDERS.search(sent.mail.sender):
        return False
    words = " ".join(sent.mail.argv)
    return sent.mail.program not in ("curl", "swaks", "sendemail", "sendEmail") or not re.search(
        r"(?:-u|--user|-xu|-au|--auth-user)\b", words
    )
