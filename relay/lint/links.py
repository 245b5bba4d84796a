"""Links in the text: they go where they say, by names that people know.

Reports quote what programs print, so that most links are not ours: only what runs code is an error.
One breach a rule, with the first link that breaks it.
"""

import re
from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.lint.tags import Anchor, anchors
from relay.mail.address import aligned

PLAIN = Rule(
    id="RL701",
    title="a link without TLS",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="RFC 9325 s3.2; common spam filters",
    remedy="Link to https.",
)
ELSEWHERE = Rule(
    id="RL702",
    title="a link shows one domain and leads to another",
    severity=Severity.WARNING,
    basis=Basis.PROVIDER,
    source="Gmail sender guidelines (links that say where they lead)",
    remedy="Show the domain that the link leads to, or words that are no domain.",
)
SHORTENED = Rule(
    id="RL703",
    title="a link by a shortener",
    severity=Severity.WARNING,
    basis=Basis.PROVIDER,
    source="Spamhaus DBL (abused redirectors); common spam filters",
    remedy="Link to the page itself.",
)
NUMERIC = Rule(
    id="RL704",
    title="a link to an IP address",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="common spam filters (SpamAssassin NUMERIC_HTTP_ADDR)",
    remedy="Link by a name; fine for people inside, who alone can reach it.",
)
CODE = Rule(
    id="RL705",
    title="a link that is a program",
    severity=Severity.ERROR,
    basis=Basis.PROVIDER,
    source="Gmail help on blocked messages; HTML mail programs drop it",
    remedy="Link to a page; no javascript:, vbscript: or data: addresses.",
)
RULES = (PLAIN, ELSEWHERE, SHORTENED, NUMERIC, CODE)

_LINK = re.compile(r"(https?)://(?:[^\s/<>\"'?#@]{1,100}@)?([^\s/<>\"'?#:@]{1,255})")
_SHOWN = re.compile(
    r"\s*(?:https?://)?((?:[a-z0-9-]{1,63}\.){1,5}[a-z]{2,24})(?:[/:?#]\S*)?\s*", re.IGNORECASE
)
_NUMERIC = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|\d{8,10}|0x[0-9a-fA-F]{8}|\[.*")
_REDIRECTORS = """
    bit.ly t.co goo.gl tinyurl.com ow.ly is.gd buff.ly cutt.ly rebrand.ly t.ly rb.gy shorturl.at
    tiny.cc v.gd lnkd.in
"""
_SHORTENERS = frozenset(_REDIRECTORS.split())
_PROGRAMS = ("javascript:", "vbscript:", "data:text/html", "data:application/")


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield links that readers and filters mistrust."""
    found: dict[Rule, str] = {}
    for text in (mail.text, mail.html):
        for match in _LINK.finditer(text) if "://" in text else ():
            if rule := _mistrusted(match[1], match[2]):
                found.setdefault(rule, match[0])
    for anchor in anchors(mail.html):
        if rule := _misleading(anchor):
            found.setdefault(rule, f"{anchor.text} leads to {anchor.target}")
    for rule, link in found.items():
        yield rule.broken("", link)


def _mistrusted(scheme: str, host: str) -> Rule | None:
    if _NUMERIC.fullmatch(host):
        return NUMERIC
    if host.lower() in _SHORTENERS:
        return SHORTENED
    return PLAIN if scheme == "http" else None


def _misleading(anchor: Anchor) -> Rule | None:
    if anchor.target.lower().startswith(_PROGRAMS):
        return CODE
    shown, target = _SHOWN.fullmatch(anchor.text), _LINK.match(anchor.target)
    if shown and target and not aligned(shown[1], target[2]):
        return ELSEWHERE
    return None
