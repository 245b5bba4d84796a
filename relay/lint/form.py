"""The header's form: each required field once, all of them readable (RFC 5322 s3.6).

A second reader, on purpose: rewrite/repair.py makes headers valid, and this does not ask it how.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.mail.address import is_address, is_public, mailboxes
from relay.mail.date import read_date
from relay.mail.headers import flat, value
from relay.mail.message import Field

MISSING = Rule(
    id="RL101",
    title="a required header field is missing",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.6; Gmail sender guidelines (RFC 5322 form)",
    remedy="Send it through the relay, which adds Date and From; see what the sender wrote.",
)
REPEATED = Rule(
    id="RL102",
    title="a header field stands more than once",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.6; RFC 2045 s3; Gmail sender guidelines (single-instance headers)",
    remedy="Find out who adds the second one: the sender's script, its MTA or a filter.",
)
DATE = Rule(
    id="RL103",
    title="Date is no date",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.3",
    remedy="Write it in the C locale, with a numeric zone, or leave it out: the relay adds one.",
)
CLOCK = Rule(
    id="RL104",
    title="Date lies in the future",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.6.1",
    remedy="Set the sending host's clock; filters count such a mail as spam.",
)
MESSAGE_ID = Rule(
    id="RL105",
    title="Message-ID is missing or malformed",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.6.4; Gmail sender guidelines (valid Message-ID)",
    remedy="Leave it out at the source: the relay makes one from the queue ID.",
)
ID_DOMAIN = Rule(
    id="RL106",
    title="Message-ID may not be unique",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.6.4",
    remedy="Give the sending host a full domain name; two hosts called localhost make equal IDs.",
)
NOBODY = Rule(
    id="RL107",
    title="no To or Cc names anybody",
    severity=Severity.WARNING,
    basis=Basis.PRODUCT,
    source="RFC 5322 s3.6.3; common spam filters (SpamAssassin MISSING_HEADERS)",
    remedy="Name the recipient in To; the relay does where the sender did not.",
)
NO_ADDRESS = Rule(
    id="RL108",
    title="an address field holds what is no address",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.4",
    remedy="Write local@domain; a bare name such as root means nothing to anybody else.",
)
BLIND = Rule(
    id="RL109",
    title="blind copies are disclosed",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.6.3",
    remedy="Remove Bcc before the mail leaves.",
)
MALFORMED = Rule(
    id="RL110",
    title="the header holds what is no field",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s2.2",
    remedy="Put an empty line between header and text; write no control characters.",
)
EIGHT_BIT = Rule(
    id="RL111",
    title="the header is not 7-bit",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s2.2; RFC 2047 s1; RFC 6532 s3",
    remedy="Encode it as RFC 2047 words; raw UTF-8 needs SMTPUTF8 all the way.",
)
LARGE = Rule(
    id="RL112",
    title="the header is very large",
    severity=Severity.WARNING,
    basis=Basis.PROVIDER,
    source="Postfix header_size_limit (100 kB); Gmail sender guidelines (no very large headers)",
    remedy="Find what grows: References, Received, or lists of recipients.",
)
HOPS = Rule(
    id="RL113",
    title="it has passed very many servers",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 5321 s6.3",
    remedy="Look for a loop: the same host more than once among the Received fields.",
)
RULES = (
    *(MISSING, REPEATED, DATE, CLOCK, MESSAGE_ID, ID_DOMAIN, NOBODY, NO_ADDRESS, BLIND),
    *(MALFORMED, EIGHT_BIT, LARGE, HOPS),
)

_SINGLE = """
    date from sender reply-to to cc bcc message-id in-reply-to references subject mime-version
    content-type content-transfer-encoding auto-submitted list-id list-unsubscribe
    list-unsubscribe-post
"""
_ONCE = frozenset(_SINGLE.split())
_ATOMS = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_ID = re.compile(rf"<({_ATOMS}|\"[^\"\\]{{1,200}}\")@({_ATOMS}|\[[!-Z^-~]{{1,100}}\])>")
_LONGEST_ID = 900
_AHEAD = timedelta(days=1)
_MOST_BYTES = 100_000
_MOST_HOPS = 25
_ODD = frozenset(range(0x20)) - {9, 10, 13} | {0x7F}
_PLAIN = bytes(set(range(256)) - _ODD)
_DEFECTS = {"mbox-line", "garbage-line", "body-runs-into-header", "no-separator", "header-too-long"}


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield what is wrong with the header's form."""
    for name in ("Date", "From"):
        if not mail.every(name.lower()):
            yield MISSING.broken(name, "it is not there")
    for name, found in mail.fields.items():
        if len(found) > 1 and name in _ONCE:
            yield REPEATED.broken(found[0].name, f"it stands {len(found)} times")
    yield from _date(mail)
    yield from _message_id(mail)
    yield from _addresses(mail)
    yield from _bytes(mail)
    if len(mail.every("received")) >= _MOST_HOPS:
        yield HOPS.broken("Received", f"{len(mail.every('received'))} fields")


def _date(mail: Mail) -> Iterator[Breach]:
    text = mail.flat("date")
    if text is None:
        return
    at = read_date(text)
    if at is None:
        yield DATE.broken("Date", text)
    elif mail.now is not None and at > mail.now + _AHEAD:
        yield CLOCK.broken("Date", text)


def _message_id(mail: Mail) -> Iterator[Breach]:
    text = mail.flat("message-id")
    match = _ID.fullmatch(text) if text and len(text) <= _LONGEST_ID else None
    if match is None:
        yield MESSAGE_ID.broken("Message-ID", text or "it is not there")
    elif not is_public(f"x@{match[2]}") and not match[2].startswith("["):
        yield ID_DOMAIN.broken("Message-ID", f"{match[2]} is no public domain")


def _addresses(mail: Mail) -> Iterator[Breach]:
    somebody = False
    for name in ("From", "Sender", "Reply-To", "To", "Cc"):
        text = mail.flat(name.lower())
        if text is None:
            continue
        found = mail.authors if name == "From" else mailboxes(text)
        somebody = somebody or (name in ("To", "Cc") and bool(found))
        wrong = next((each.address for each in found if not is_address(each.address)), None)
        empty = not found and not (":" in text and text.endswith(";") and name != "From")
        if wrong is not None or empty:
            yield NO_ADDRESS.broken(name, text if wrong is None else wrong)
    if not somebody:
        yield NOBODY.broken("To", "neither it nor Cc names a mailbox")
    if mail.every("bcc"):
        yield BLIND.broken("Bcc", "it is still there")


def _bytes(mail: Mail) -> Iterator[Breach]:
    head = mail.head
    if not head.isascii():
        field = next((each for each in mail.message.fields if not each.raw.isascii()), None)
        yield EIGHT_BIT.broken(field.name if field else "", flat(field) if field else "")
    odd = head.translate(None, _PLAIN)
    defect = next((each for each in mail.message.defects if each in _DEFECTS), None)
    nameless = mail.fields.get("")
    empty = next((each.name for each in mail.message.fields if _is_empty(each)), None)
    if odd:
        yield MALFORMED.broken("", f"a control character, {odd[0]:#04x}")
    elif defect or nameless:
        yield MALFORMED.broken("", defect or "a line without a name")
    elif empty is not None:
        yield MALFORMED.broken(empty, "it is empty")
    if len(head) > _MOST_BYTES:
        yield LARGE.broken("", f"{len(head)} bytes")


def _is_empty(field: Field) -> bool:
    """Say whether nothing stands after the colon; few fields are worth unfolding for that."""
    return field.raw.rstrip().endswith(b":") and not value(field)
