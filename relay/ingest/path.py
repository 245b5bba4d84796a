"""MAIL and RCPT as values: our own strict reader of the paths of RFC 5321 s4.1.2.

Nothing is guessed and nothing decoded: an encoded word in a local part is just its characters, and
no control character, CR or LF can come out, because none can come in. Three leniencies, because
the hosts we serve need them: a bare local part (`<root>`, sent by cron on hosts without a domain),
an underscore in a host name, and space around the path. Source routes are refused, which RFC 5321
s3.3 allows. What happens next: session.py asks admission.py about the result.
"""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from relay.ingest.parameters import (
    MailParameters,
    Refused,
    mail_parameters,
    recipient_parameters,
)
from relay.ingest.replies import refusal
from relay.mail.received import Recipient

# RFC 5321 s4.1.2 with RFC 6531 s3.3. The quantifiers are possessive: no input makes them go back.
_UTF8 = r"\u00a1-\ud7ff\ue000-\U0010ffff"
_ATEXT = rf"[A-Za-z0-9!#$%&'*+/=?^_`{{|}}~{_UTF8}-]"
_DOT_STRING = rf"{_ATEXT}++(?:\.{_ATEXT}++)*+"
_QUOTED = rf'"(?:[ !#-\[\]-~{_UTF8}]|\\[ -~])*+"'
_PATH = re.compile(
    rf"<(?P<local>{_DOT_STRING}|{_QUOTED})(?:@(?P<domain>[^\s<>@\[\]]++|\[[!-Z^-~]++\]))?>"
)
_LABEL = re.compile(rf"[A-Za-z0-9_{_UTF8}](?:[A-Za-z0-9_{_UTF8}-]*[A-Za-z0-9_{_UTF8}])?")
_PLAIN = re.compile(_DOT_STRING)
_ESCAPED = re.compile(r"\\(.)")

_LONGEST_LOCAL = 255  # RFC 5321 s4.5.3.1.1 says 64, but VERP and SRS senders are longer
_LONGEST_DOMAIN = 255  # s4.5.3.1.2
_LONGEST_LABEL = 63  # RFC 1035 s2.3.4


@dataclass(frozen=True, slots=True, kw_only=True)
class MailCommand:
    """MAIL: the reverse-path, empty for the null sender, and its parameters."""

    address: str
    parameters: MailParameters


def read_mail(argument: str, size_limit: int) -> MailCommand | Refused:
    """Read the argument of MAIL, `FROM:<path> parameters`."""
    split = _split(argument, "FROM:", "5.1.7")
    if isinstance(split, Refused):
        return split
    path, rest = split
    parameters = mail_parameters(rest, size_limit)
    if isinstance(parameters, Refused):
        return parameters
    if path == "<>":
        return MailCommand(address="", parameters=parameters)
    address = _address(path, parameters.smtputf8, "5.1.7")
    if isinstance(address, Refused):
        return address
    return MailCommand(address=address, parameters=parameters)


def read_rcpt(argument: str, smtputf8: bool) -> Recipient | Refused:
    """Read the argument of RCPT, `TO:<path> parameters`; `smtputf8` is what MAIL said."""
    split = _split(argument, "TO:", "5.1.3")
    if isinstance(split, Refused):
        return split
    path, rest = split
    address = _address(path, smtputf8, "5.1.3")
    if isinstance(address, Refused):
        return address
    parameters = recipient_parameters(rest, smtputf8)
    if isinstance(parameters, Refused):
        return parameters
    return Recipient(address=address, notify=parameters.notify, orcpt=parameters.orcpt)


def unquoted(local: str) -> str:
    """Return what a local part means: without its quotes and backslashes (s4.1.2)."""
    return _ESCAPED.sub(r"\1", local[1:-1]) if local.startswith('"') else local


def _split(argument: str, keyword: str, status: str) -> tuple[str, str] | Refused:
    """Split into the path with its brackets and the text of the parameters."""
    if argument[: len(keyword)].upper() != keyword:
        return Refused(reply=refusal(501, "5.5.4", f"syntax: {keyword}<address>"))
    text = argument[len(keyword) :].strip(" ")
    end = _path_end(text)
    if end is None or text[end : end + 1] not in ("", " "):
        return Refused(reply=refusal(501, status, "the address must be in angle brackets"))
    return text[:end], text[end:].strip(" ")


def _path_end(text: str) -> int | None:
    """Return the offset after the closing bracket: in a quoted local part, `>` is no bracket."""
    match = _PATH.match(text)
    if match is not None:
        return match.end()
    close = text.find(">")
    return close + 1 if text.startswith("<") and close > 0 else None


def _address(path: str, smtputf8: bool, status: str) -> str | Refused:
    """Return the address in a path, its local part without needless quotes."""
    if path.startswith("<@"):
        return Refused(reply=refusal(553, status, "source routes are refused"))
    match = _PATH.fullmatch(path)
    if match is None or not path.isprintable():
        return Refused(reply=refusal(553, status, "malformed address"))
    if not path.isascii() and not smtputf8:
        # RFC 6531 s3.5
        return Refused(reply=refusal(553, "5.6.7", "non-ASCII address without SMTPUTF8"))
    local, domain = _least_quoted(match["local"]), match["domain"]
    if len(local.encode()) > _LONGEST_LOCAL or not (domain is None or _is_host(domain)):
        return Refused(reply=refusal(553, status, "malformed or overlong address"))
    return local if domain is None else f"{local}@{domain}"


def _least_quoted(local: str) -> str:
    """Quote no more than is needed, so that one mailbox has one spelling (s4.1.2)."""
    if not local.startswith('"'):
        return local
    meant = unquoted(local)
    if _PLAIN.fullmatch(meant):
        return meant
    return '"' + meant.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _is_host(domain: str) -> bool:
    if domain.startswith("["):
        return _is_literal(domain)
    labels = domain.split(".")
    sized = len(domain.encode()) <= _LONGEST_DOMAIN and max(map(len, labels)) <= _LONGEST_LABEL
    return sized and all(map(_LABEL.fullmatch, labels))


def _is_literal(literal: str) -> bool:
    """RFC 5321 s4.1.3: an IPv4 address, or an IPv6 address with its tag."""
    inside = literal[1:-1]
    try:
        if inside[:5].upper() == "IPV6:":
            return "%" not in inside and bool(IPv6Address(inside[5:]).packed)
        return bool(IPv4Address(inside).packed)
    except AddressValueError:
        return False
