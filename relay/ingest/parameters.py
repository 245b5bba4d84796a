"""ESMTP parameters of MAIL and RCPT: which are known, and which values they take.

RFC 5321 s4.1.2 (syntax), RFC 1870 (SIZE), RFC 6152 (BODY), RFC 6531 (SMTPUTF8), RFC 3461 (RET,
ENVID, NOTIFY, ORCPT), RFC 4954 s5 (AUTH). xtext values are kept as they came, but only if what
they decode to is printable, so that nobody who decodes them later meets a line break. An unknown
parameter is 555, as RFC 5321 s4.1.1.11 wants; a known one given twice or wrongly is 501.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from relay.ingest.replies import MESSAGE_TOO_BIG, refusal

# RFC 5321 s4.1.2: esmtp-keyword and esmtp-value; RFC 6531 s3.3 adds UTF-8 to the value.
_PARAMETER = re.compile(r"([A-Za-z0-9][A-Za-z0-9-]*+)(?:=([!-<>-~\u00a1-\U0010ffff]++))?")

# RFC 3461 s4, and s4.4: what it decodes to is printable US-ASCII.
_XTEXT = r"(?:[!-*,-<>-~]|\+(?:[2-6][0-9A-F]|7[0-9A-E]))++"
_CONDITION = "(?:SUCCESS|FAILURE|DELAY)"

_MAIL = {
    "SIZE": re.compile(r"[0-9]{1,20}"),
    "BODY": re.compile(r"7BIT|8BITMIME", re.IGNORECASE),
    "SMTPUTF8": re.compile(r""),
    "RET": re.compile(r"FULL|HDRS", re.IGNORECASE),
    "ENVID": re.compile(rf"(?=.{{1,100}}\Z){_XTEXT}"),
    "AUTH": re.compile(rf"(?=.{{1,500}}\Z){_XTEXT}"),
}
_RCPT = {
    "NOTIFY": re.compile(rf"NEVER|{_CONDITION}(?:,{_CONDITION}){{0,2}}", re.IGNORECASE),
    "ORCPT": re.compile(rf"(?=.{{1,500}}\Z)[A-Za-z0-9-]++;{_XTEXT}"),
}
# RFC 6533 s3: with SMTPUTF8 the address type utf-8 may hold UTF-8 as it is.
_RCPT_UTF8 = _RCPT | {
    "ORCPT": re.compile(
        rf"(?=.{{1,500}}\Z)(?:(?i:utf-8);[!-<>-~\u00a1-\U0010ffff]++|[A-Za-z0-9-]++;{_XTEXT})"
    )
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A command that is refused: the reply, with its CRLF."""

    reply: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MailParameters:
    """Parameters of MAIL that matter later; SIZE is checked, AUTH read and forgotten."""

    eight_bit: bool = False
    smtputf8: bool = False
    ret: str | None = None
    envid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientParameters:
    """Parameters of RCPT."""

    notify: tuple[str, ...] = ()
    orcpt: str | None = None


_NO_MAIL_PARAMETERS = MailParameters()
_NO_RECIPIENT_PARAMETERS = RecipientParameters()


def mail_parameters(text: str, size_limit: int) -> MailParameters | Refused:
    """Read what follows the reverse-path; refuse a SIZE over the limit at once (RFC 1870 s6.1)."""
    if not text:
        return _NO_MAIL_PARAMETERS
    given = _read(text, _MAIL)
    if isinstance(given, Refused):
        return given
    if int(given.get("SIZE", 0)) > size_limit:
        return Refused(reply=MESSAGE_TOO_BIG)
    return MailParameters(
        eight_bit=given.get("BODY", "").upper() == "8BITMIME",
        smtputf8="SMTPUTF8" in given,
        ret=given["RET"].upper() if "RET" in given else None,
        envid=given.get("ENVID"),
    )


def recipient_parameters(text: str, smtputf8: bool) -> RecipientParameters | Refused:
    """Read what follows the forward-path; `smtputf8` is what MAIL said."""
    if not text:
        return _NO_RECIPIENT_PARAMETERS
    given = _read(text, _RCPT_UTF8 if smtputf8 else _RCPT)
    if isinstance(given, Refused):
        return given
    notify = given["NOTIFY"].upper().split(",") if "NOTIFY" in given else ()
    return RecipientParameters(notify=tuple(dict.fromkeys(notify)), orcpt=given.get("ORCPT"))


def _read(text: str, known: Mapping[str, re.Pattern[str]]) -> dict[str, str] | Refused:
    given: dict[str, str] = {}
    for word in text.split():
        match = _PARAMETER.fullmatch(word)
        if match is None or not word.isprintable():
            return Refused(reply=refusal(501, "5.5.4", "syntax error in a parameter"))
        name, value = match[1].upper(), match[2] or ""
        if name not in known:
            return Refused(reply=refusal(555, "5.5.4", "a parameter is not recognised"))
        if name in given or not known[name].fullmatch(value):
            return Refused(reply=refusal(501, "5.5.4", f"wrong value of {name}"))
        given[name] = value
    return given
