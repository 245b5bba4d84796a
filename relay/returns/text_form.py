"""Bounces told in words alone, as most servers did before RFC 3464 and some still do.

Only a mail system is believed, and only if the text opens with the words of a known form: a
person's reply that quotes a bounce, or a backup's report with a `550` in it, has neither. Then
every address that begins a line is a recipient, and what follows up to the next one is said of it;
the copy of the returned mail at the end is never read for that.
A mail system's notice of failure in an unknown form is a bounce too, but its text proves nothing:
its recipient is the one that the header names, and it is never permanent.
What happens next: automatic.py, where it is none.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from relay.mail.address import mailboxes
from relay.mail.daemon import tells_of_failure
from relay.mail.headers import decoded, first, flat
from relay.mail.message import Message
from relay.returns import leaves
from relay.returns.diagnosis import enhanced_code, one_line, remote, smtp_code, valid
from relay.returns.forms import Form, form_of
from relay.returns.original import original, quoted_header, returned_header
from relay.returns.returned import Action, Bounce, Original, RecipientStatus
from relay.returns.sender import from_daemon, has_null_sender, is_mail_system

_MOST_RECIPIENTS = 100
_MOST_SAID = 60
_LONGEST_LINE = 1000
_ADDRESS = r"([^\s<>()\[\]\",:;@]{1,64}@[^\s<>()\[\]\"',:;@]{1,255})"
_AT_START = re.compile(rf"[\s<\"'(*-]{{0,40}}{_ADDRESS}[>\"')]{{0,4}}(?=$|[\s:;,(]|\.{{3}})")
_LABELLED = re.compile(
    r"(?:(?<![-\w])to|recipient|address|recipient address|generated from|empfänger|destinataire)"
    rf"\s?:?\s{{0,5}}[<\"']{{0,2}}{_ADDRESS}",
    re.IGNORECASE,
)
# Where the returned mail begins; nothing after it is the mail system's own word.
_COPY = re.compile(
    r"[\s|*=_-]{0,80}(?:below this line is|(?:this|below|here) is a copy|a copy of"
    r"|(?:the )?headers? of the original|(?:the )?message (?:headers?|text) follow"
    r"|(?:unsent|undelivered|returned|original) message(?: headers?| text)?(?: follows?)?[: -]*$"
    r"|start of returned|kopfzeilen der ursprünglichen|ursprüngliche nachrichtenkopf"
    r"|en-têtes (?:du|de) message|encabezados de(?:l)? mensaje"
    r"|(?:return-path|received|dkim-signature):\s)",
    re.IGNORECASE,
)


def read(message: Message) -> Bounce | None:
    """Return the bounce if `message` is one that is told in words."""
    if not is_mail_system(message):
        return None
    lines = [line[:_LONGEST_LINE] for line in leaves.lines(message)]
    form = form_of(lines)
    fields = returned_header(message) or quoted_header(lines)
    if form is not None:
        return _told(message, form, lines, original(fields))
    if has_null_sender(message) and from_daemon(message) and _announced(message):
        return _unrecognised(message, original(fields))
    return None


def _told(message: Message, form: Form, lines: Sequence[str], about: Original) -> Bounce:
    own = list(_own_words(lines))
    said = _said(own)
    for ours in message.received.envelope.recipients:
        said.pop(ours.address, None)  # what came back to it did not fail to reach it
    last = next((each for each in reversed(said.values()) if _paragraphs(each)), own)
    names = _failed_recipients(message) or tuple(said) or (None,)
    statuses = [_status(name, form, said.get(name or "", own), last) for name in names]
    return Bounce(form=form.name, recipients=tuple(statuses), original=about)


def _own_words(lines: Sequence[str]) -> Iterator[str]:
    for number, line in enumerate(lines):
        if number and _COPY.match(line):
            return
        yield line


def _said(lines: Sequence[str]) -> dict[str, list[str]]:
    """Return the recipients that a text names, each with the lines that speak of it."""
    leading = _leading(lines)
    if any(leading):
        return _collected(lines, leading, whole=False)
    return _collected(lines, [_LABELLED.search(line) for line in lines], whole=True)


def _leading(lines: Sequence[str]) -> list[re.Match[str] | None]:
    """Return for each line the address that it begins with, unless a sentence only runs into it."""
    found: list[re.Match[str] | None] = []
    previous = ""
    for line in lines:
        begins = not previous[-1:].isalnum() or found[-1] is not None
        match = _AT_START.match(line) if begins else None
        found.append(match if match and valid(match[1]) else None)
        previous = line.rstrip()
    return found


def _collected(
    lines: Sequence[str], names: Sequence[re.Match[str] | None], *, whole: bool
) -> dict[str, list[str]]:
    """Return what is said of each name: its own line, `whole` or the rest, up to the next name."""
    said: dict[str, list[str]] = {}
    current: list[str] = []
    for line, match in zip(lines, names, strict=True):
        name = valid(match[1]) if match else None
        if match and name and (name in said or len(said) < _MOST_RECIPIENTS):
            current = said.setdefault(name, [])
            current.append(line if whole else line[match.end() :].lstrip(" :;,.>)"))
        elif len(current) < _MOST_SAID:
            current.append(line)
    return said


def _status(
    recipient: str | None, form: Form, said: Sequence[str], otherwise: Sequence[str]
) -> RecipientStatus:
    """Return what was said: the most telling paragraph of it, and the codes in that."""
    paragraphs = _paragraphs(said) or _paragraphs(otherwise)
    text = max(paragraphs, key=_weight, default="")
    return RecipientStatus(
        recipient=recipient,
        action=form.action,
        status=enhanced_code(text),
        code=smtp_code(text),
        text=text,
        remote=next(filter(None, map(remote, (text, *paragraphs))), ""),
    )


def _weight(paragraph: str) -> int:
    """Return how telling a paragraph is: by a code, or at least by not only announcing one."""
    if smtp_code(paragraph) or enhanced_code(paragraph):
        return 2
    return 0 if paragraph.endswith(":") else 1


def _paragraphs(lines: Sequence[str]) -> list[str]:
    groups = groupby(lines, _is_blank)
    return [one_line(" ".join(group)) for blank, group in groups if not blank]


def _is_blank(line: str) -> bool:
    return not line.strip(" \t-=_*|")


def _announced(message: Message) -> bool:
    return tells_of_failure(decoded(message, "Subject")) or bool(_failed_recipients(message))


def _unrecognised(message: Message, about: Original) -> Bounce:
    text = one_line(decoded(message, "Subject"))
    names = _failed_recipients(message) or (None,)
    return Bounce(
        form="unrecognised",
        recipients=tuple(
            RecipientStatus(recipient=name, action=Action.FAILED, text=text) for name in names
        ),
        original=about,
    )


def _failed_recipients(message: Message) -> tuple[str, ...]:
    """Return what X-Failed-Recipients names, the field of Exim and Gmail."""
    field = first(message, "X-Failed-Recipients")
    found = (valid(box.address) for box in mailboxes(flat(field))) if field else ()
    return tuple(dict.fromkeys(each for each in found if each))[:_MOST_RECIPIENTS]
