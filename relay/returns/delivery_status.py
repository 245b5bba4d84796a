"""Delivery status notifications (RFC 3464; RFC 6533 for addresses that are not ASCII).

The machine's part is groups of fields between blank lines: one on the mail, then one for each
recipient. Servers forget the report type, the blank lines, the address types, or wrap a diagnostic
without indenting it, so only this much is asked: a multipart/report, or a mail system as its
sender, with a part that holds a recipient field. A text that a person quotes is never such a part.
What happens next: text_form.py, where there is no such part.
"""

import re
from collections.abc import Iterator, Sequence

from relay.mail.block import read_block
from relay.mail.headers import clean, find, text_of
from relay.mail.message import Field, Message
from relay.returns import leaves
from relay.returns.diagnosis import address, enhanced_code, one_line, server, smtp_code
from relay.returns.original import original, quoted_header, returned_header
from relay.returns.returned import Action, Bounce, RecipientStatus
from relay.returns.sender import is_mail_system

_TYPES = ("message/delivery-status", "message/global-delivery-status")
_BEGINNINGS = (b"reporting-mta:", b"final-recipient:", b"original-recipient:")
_RECIPIENT_FIELDS = ("Final-Recipient", "Original-Recipient")
_MOST_RECIPIENTS = 100
_STATUS = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_ACTIONS = {each.value: each for each in Action}
_BY_CLASS = {"2": Action.DELIVERED, "4": Action.DELAYED, "5": Action.FAILED}
_EMBEDDED = re.compile(r"\\x\{([0-9A-Fa-f]{1,6})\}")  # RFC 6533 s3: utf-8-addr-xtext
# RFC 3461 s4: xtext writes `+` and `=` so. Anything else is more likely a real `user+20@`.
_XTEXT = re.compile(r"\+(2B|3D)")
_XTEXT_SIGN = re.compile(r"\+(2B|3D|40)")


def read(message: Message) -> Bounce | None:
    """Return the bounce if `message` is a delivery status notification."""
    kind = leaves.report_type(message)
    if kind is None and not is_mail_system(message):
        return None
    data = leaves.of_type(message, *_TYPES)
    if data is None:
        data = _mislabelled(message) if kind == "delivery-status" else None
    recipients = statuses(data) if data else ()
    if not recipients:
        return None
    fields = returned_header(message) or quoted_header(leaves.lines(message))
    return Bounce(form="rfc3464", recipients=recipients, original=original(fields))


def statuses(data: bytes) -> tuple[RecipientStatus, ...]:
    """Return the recipients' statuses that a delivery-status part holds."""
    reporting = ""
    found: list[RecipientStatus] = []
    for group in _groups(data):
        reporting = reporting or _name(group, "Reporting-MTA")
        if any(find(group, name) for name in _RECIPIENT_FIELDS):
            found.append(_status(group, reporting))
        if len(found) == _MOST_RECIPIENTS:
            break
    return tuple(found)


def _mislabelled(message: Message) -> bytes | None:
    """Return the content of a part that is a delivery status, whatever its label says."""
    for part in message.parts[:10]:
        data = leaves.content(message, part)
        if data.lstrip()[:40].lower().startswith(_BEGINNINGS):
            return data
    return None


def _groups(data: bytes) -> Iterator[Sequence[Field]]:
    """Yield the groups of fields; a second final recipient begins one, blank line or not."""
    group: list[Field] = []
    at = 0
    while at < len(data):
        block = read_block(data, at, part=True)
        for field in block.fields:
            if field.name.lower() == "final-recipient" and find(group, field.name):
                yield group
                group = []
            group.append(field)
        at = block.body_at
        if block.separator:
            yield group
            group = []
        else:  # a line that is no field
            at = data.find(b"\n", at) + 1 or len(data)
    yield group


def _status(group: Sequence[Field], reporting: str) -> RecipientStatus:
    diagnostic = _typed(group, "Diagnostic-Code")[1]
    given = _STATUS.match(text_of(group, "Status"))
    status = _finer(given[1] if given else None, enhanced_code(diagnostic))
    code = smtp_code(diagnostic)
    remote = _name(group, "Remote-MTA") or reporting
    return RecipientStatus(
        recipient=_final(group) or _original(group),
        action=_action(text_of(group, "Action"), status, code),
        status=status,
        code=code,
        text=one_line(diagnostic or text_of(group, "Status")),
        remote=remote,
    )


def _finer(given: str | None, quoted: str | None) -> str | None:
    """Return the quoted code where the given one says no more than its class (`5.0.0`)."""
    if given is None or quoted is None:
        return given or quoted
    return quoted if given[2:] == "0.0" and quoted[0] == given[0] else given


def _action(text: str, status: str | None, code: int | None) -> Action:
    """Return the action; where it is missing, the code's class says it, else it has failed."""
    word = text.partition("(")[0].strip().lower()
    by_class = _BY_CLASS.get((status or str(code or ""))[:1], Action.FAILED)
    return _ACTIONS.get(word, by_class)


def _final(group: Sequence[Field]) -> str | None:
    return address(_unembedded(_typed(group, "Final-Recipient")[1]))


def _original(group: Sequence[Field]) -> str | None:
    text = _unembedded(_typed(group, "Original-Recipient")[1])
    pattern = _XTEXT if "@" in text else _XTEXT_SIGN
    return address(pattern.sub(lambda match: chr(int(match[1], 16)), text))


def _unembedded(text: str) -> str:
    return clean(_EMBEDDED.sub(_character, text))


def _character(match: re.Match[str]) -> str:
    number = int(match[1], 16)
    return chr(number) if number <= 0x10FFFF else match[0]


def _name(group: Sequence[Field], name: str) -> str:
    """Return the name of a server (RFC 3464 s2.1.2), without its type."""
    return server(_typed(group, name)[1])


def _typed(group: Sequence[Field], name: str) -> tuple[str, str]:
    """Return `type; text` as its two halves; a field without a type has an empty one."""
    head, semicolon, text = text_of(group, name).partition(";")
    typed = bool(semicolon) and " " not in head.strip()
    return (head.strip().lower(), text.strip()) if typed else ("", head + semicolon + text)
