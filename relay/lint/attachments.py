"""Attachments that receivers throw back, by their names. Archives are not looked into."""

import re
from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site

BLOCKED = Rule(
    id="RL801",
    title="an attachment that mailbox providers refuse",
    severity=Severity.ERROR,
    basis=Basis.PROVIDER,
    source="Gmail help on blocked file types (support.google.com/mail/answer/6590)",
    remedy="Leave it out, or put it where people can fetch it; an archive is looked into.",
)
DISGUISED = Rule(
    id="RL802",
    title="an attachment whose name hides what it is",
    severity=Severity.ERROR,
    basis=Basis.PROVIDER,
    source="Unicode UTR 36 (bidirectional spoofing); RFC 2183 s2.3",
    remedy="Give the file one ending, and no control characters in its name.",
)
MACROS = Rule(
    id="RL803",
    title="a document that may hold macros",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="Gmail help on blocked messages (documents with malicious macros)",
    remedy="Send a format without macros, or PDF.",
)
RULES = (BLOCKED, DISGUISED, MACROS)

_BLOCKED_ENDINGS = """
    ade adp apk appx appxbundle bat cab chm cmd com cpl diagcab diagcfg diagpkg dll dmg ex ex_ exe
    hta img ins iso isp jar jnlp js jse lib lnk mde mjs msc msi msix msixbundle msp mst nsh pif ps1
    scr sct shb sys vb vbe vbs vhd vxd wsc wsf wsh xll
"""
_BLOCKED = frozenset(_BLOCKED_ENDINGS.split())
_MACROS = {"docm", "dotm", "xlsm", "xltm", "xlam", "xlsb", "pptm", "potm", "ppam", "ppsm", "sldm"}
_HARMLESS = "(?:pdf|txt|log|csv|docx?|xlsx?|jpe?g|png|gif|html?)"
_DOUBLE = re.compile(rf"(?i).*\.{_HARMLESS}\s*\.(\w+)")
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufffd]|\s{8,}")


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield attachments that may not arrive; the first of each kind."""
    found: dict[Rule, str] = {}
    for part in mail.message.parts:
        name = part.filename
        if name and (rule := _broken(name.strip())):
            found.setdefault(rule, name)
    for rule, name in found.items():
        yield rule.broken("Content-Disposition", name)


def _broken(name: str) -> Rule | None:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    double = _DOUBLE.fullmatch(name[-200:])
    if _HIDDEN.search(name[:1000]) or (double and double[1].lower() in _BLOCKED):
        return DISGUISED
    if ending in _BLOCKED:
        return BLOCKED
    return MACROS if ending in _MACROS else None
