"""How mail systems that write no delivery status begin their reports: each form's own words.

A pattern must match the beginning of one of a mail's first lines, in lower case, behind stars and
rules. Forms of mails that are only late come first where a later form has the same opening.
What happens next: text_form.py reads the rest, which all forms have in common.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from relay.returns.returned import Action

_LOOKED_AT = 16
_LONGEST_LINE = 300
_ORNAMENT = " \t*#|=-_+~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How one mail system tells what became of a mail; `name` is that of the program."""

    name: str
    opening: re.Pattern[str]
    action: Action = Action.FAILED


def _form(name: str, *openings: str, action: Action = Action.FAILED) -> Form:
    return Form(name=name, opening=re.compile("|".join(openings)), action=action)


def _late(name: str, *openings: str) -> Form:
    return _form(name, *openings, action=Action.DELAYED)


FORMS = (
    _form("sendmail", "the following addresses had permanent"),
    _late(
        "sendmail", "the following addresses had transient non-fatal", "this is a warning message"
    ),
    _late("exim", "a message that you sent has not yet been delivered to"),
    _late("postfix", "this is a warning only"),
    _late(
        "gmail",
        "delivery incomplete",
        "delivery to the following recipients? has been delayed",
        "there was a temporary problem delivering your message to",
    ),
    _late("exchange", "delivery is delayed to these recipients"),
    _late("courier", "delayed mail$"),
    _late("generic", "your message has been delayed", "your message has not yet been delivered"),
    _form(
        "qmail",
        "hi. this is the qmail-send program",
        "i'm afraid i wasn't able to deliver your message to",
        "i wasn't able to deliver your message to",
        "i was unable to deliver your message to",
        "i tried to deliver a bounce message to this address",
    ),
    _form(
        "exim",
        "this message was created automatically by mail delivery software",
        "a message that you sent could not be delivered to",
        "это письмо создано автоматически",
    ),
    _form("yandex", r"это письмо отправлено почтовым сервером yandex"),
    _form("postfix", "this is the mail system at host", "this is the postfix program at host"),
    _form("sendmail", "the following addresses had delivery", "transcript of session follows"),
    _form(
        "exchange",
        "delivery has failed to these recipients",
        "your message did not reach some or all of the intended recipients",
        "your message to .{1,200} (?:couldn't|could not) be delivered",
        "diagnostic information for administrators",
        "fehler bei der nachrichtenzustellung an folgende empfänger",
        "ihre nachricht hat einige oder alle empfänger nicht erreicht",
        "ihre nachricht an .{1,200} konnte nicht zugestellt werden",
        "diagnoseinformationen für administratoren",
        "échec de la remise à ces destinataires",
        "votre message à .{1,200} n'a pas pu être remis",
        "informations de diagnostic pour les administrateurs",
        "no se pudo entregar a estos destinatarios",
        "información de diagnóstico para (?:los )?administradores",
    ),
    _form(
        "gmail",
        r"(?:address not found|message not delivered|message blocked|recipient inbox full) \*\*",
        "delivery to the following recipients? failed permanently",
        "your message wasn't delivered to",
    ),
    _form(
        "yahoo",
        "sorry, we were unable to deliver your message to the following address",
        "unable to deliver message to the following address",
    ),
    _form("domino", "was not delivered to:", "konnte nicht zugestellt werden an:"),
    _form("mimecast", "an email that you attempted to send to the following address"),
    _form("barracuda", "was blocked by our spam firewall"),
    _form(
        "courier",
        "running the courier mail server",
        "your message to the following recipients cannot be delivered",
    ),
    _form("mdaemon", "the attached message had permanent fatal delivery errors"),
    _form("aol", "your mail to the following recipients could not be delivered"),
    _form("opensmtpd", "this is the mailer-daemon, please do not reply to this"),
    _form("dma", "this is the dragonfly mail agent"),
    _form("smail", "failed addresses follow", "message log follows"),
    _form("iplanet", "your message cannot be delivered to the following recipients"),
    _form("ses", "an error occurred while trying to deliver the mail to the following recipients"),
    _form(
        "generic",
        "(?:your|the following) (?:message|e-?mail) (?:could|can) ?not be delivered",
        "the message you sent could not be delivered",
        "(?:ihre|die folgende) (?:nachricht|e-?mail) konnte (?:leider )?nicht zugestellt werden",
        "votre (?:message|courriel) n'a (?:pas pu|pu) être (?:remis|délivré|distribué)",
    ),
)


def form_of(lines: Sequence[str]) -> Form | None:
    """Return the form that a text has by its first lines."""
    first = list(islice((_plain(line) for line in lines if line.strip()), _LOOKED_AT))
    return next((form for form in FORMS if any(map(form.opening.match, first))), None)


def _plain(line: str) -> str:
    """Return a line for comparison; a `>` before it stays, so that what is quoted matches none."""
    text = line[:_LONGEST_LINE].lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    return " ".join(text.lstrip(_ORNAMENT).split())
