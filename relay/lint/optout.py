"""The way to say no: in the header for programs, in the text for people, and it works.

CAN-SPAM asks for an opt-out and a postal address in commercial mail only (15 U.S.C. 7704(a)(3) to
(5)); Gmail, Yahoo and Outlook.com ask bulk senders for one click in marketing mail. This relay
offers both on every automated mail that is filed under a List-Id, whoever asks for it. Whether a
token is genuine is asked of whoever makes them (`Site.opt_out`).
"""

import re
from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.mail.address import aligned, is_address

ABSENT = Rule(
    id="RL601",
    title="no opt-out in the header",
    severity=Severity.ERROR,
    basis=Basis.PRODUCT,
    source="RFC 2369 s3.2; Gmail and Yahoo requirements (2024) for marketing mail",
    remedy="Report it: mail of a job has List-Unsubscribe once opt-out is configured.",
)
MALFORMED = Rule(
    id="RL602",
    title="List-Unsubscribe is malformed",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 2369 s2; RFC 6068",
    remedy="Write <https://...>, <mailto:local@domain?subject=...>, in angle brackets and commas.",
)
ONE_URI = Rule(
    id="RL603",
    title="one-click needs exactly one https address",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 8058 s3.1",
    remedy="Name one https address; no http, and mailto only beside it.",
)
KEYWORD = Rule(
    id="RL604",
    title="List-Unsubscribe-Post has another value than the one there is",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 8058 s3.1",
    remedy="Write List-Unsubscribe-Post: List-Unsubscribe=One-Click.",
)
ALONE = Rule(
    id="RL605",
    title="an opt-out in the header, but none by one click",
    severity=Severity.WARNING,
    basis=Basis.PROVIDER,
    source="RFC 8058 s3.1; Gmail and Yahoo requirements (2024)",
    remedy="Send List-Unsubscribe and List-Unsubscribe-Post together.",
)
DEAD = Rule(
    id="RL606",
    title="the opt-out does not work",
    severity=Severity.ERROR,
    basis=Basis.LAW,
    source="15 U.S.C. 7704(a)(3)(A)(ii): it works for 30 days after the mail was sent",
    remedy="Keep the key that made the token; rotate keys, never replace them.",
)
UNSEEN = Rule(
    id="RL607",
    title="the text does not say how to opt out",
    severity=Severity.WARNING,
    basis=Basis.LAW,
    source="15 U.S.C. 7704(a)(3)(A), (a)(5)(A)(ii); Gmail sender guidelines (visible link)",
    remedy="Put the link into the footer; signed or encrypted bodies stay as they are.",
)
ADDRESS = Rule(
    id="RL608",
    title="the text does not name our postal address",
    severity=Severity.WARNING,
    basis=Basis.LAW,
    source="15 U.S.C. 7704(a)(5)(A)(iii); 16 CFR 316.2(p)",
    remedy="Put it into the footer; signed or encrypted bodies stay as they are.",
)
UNKNOWN_ADDRESS = Rule(
    id="RL609",
    title="no postal address is configured",
    severity=Severity.WARNING,
    basis=Basis.LAW,
    source="15 U.S.C. 7704(a)(5)(A)(iii); 16 CFR 316.2(p)",
    remedy="Set identity.postal_address if any of your mail is commercial.",
)
RULES = (ABSENT, MALFORMED, ONE_URI, KEYWORD, ALONE, DEAD, UNSEEN, ADDRESS, UNKNOWN_ADDRESS)

_LONGEST = 8000
_URI = re.compile(r"<\s*([^<>\s]{1,2000}+)\s*>")
_LIST = re.compile(r"(?:\s*<[^<>]{1,2000}+>\s*(?:,|$))+")
_SPACES = re.compile(r"\s+")
_COMMENT = re.compile(r"\([^()]*\)")


def check(mail: Mail, site: Site) -> Iterator[Breach]:
    """Yield what is wrong with the ways out."""
    offered = mail.flat("list-unsubscribe")
    posted = mail.flat("list-unsubscribe-post")
    uris = _URI.findall(offered[:_LONGEST]) if offered is not None else []
    if offered is not None:
        yield from _form(offered, uris)
        yield from _genuine(uris, site)
    if posted is not None and posted != "List-Unsubscribe=One-Click":
        yield KEYWORD.broken("List-Unsubscribe-Post", posted)
    yield from _one_click(uris, posted=posted is not None, offered=offered is not None)
    if mail.automated and "list-id" in mail.fields:
        if offered is None and site.opt_out_url is not None:
            yield ABSENT.broken("List-Unsubscribe", "it is not there")
        yield from _text(mail, site)


def _form(offered: str, uris: list[str]) -> Iterator[Breach]:
    if not _LIST.fullmatch(_COMMENT.sub("", offered[:_LONGEST])):
        yield MALFORMED.broken("List-Unsubscribe", offered)
    for uri in uris:
        scheme, _, rest = uri.partition(":")
        scheme = scheme.lower()
        to = rest.partition("?")[0]
        if scheme not in ("https", "http", "mailto") or (scheme == "mailto" and not is_address(to)):
            yield MALFORMED.broken("List-Unsubscribe", uri)


def _one_click(uris: list[str], *, posted: bool, offered: bool) -> Iterator[Breach]:
    if posted:
        web = [uri for uri in uris if uri.lower().startswith(("https:", "http:"))]
        if len(web) != 1 or not web[0].lower().startswith("https:"):
            yield ONE_URI.broken("List-Unsubscribe", ", ".join(web) or "none")
    elif offered:
        yield ALONE.broken("List-Unsubscribe-Post", "it is not there")


def _genuine(uris: list[str], site: Site) -> Iterator[Breach]:
    for uri in uris:
        if site.opt_out is not None and _is_ours(uri, site) and not site.opt_out(uri):
            yield DEAD.broken("List-Unsubscribe", uri)


def _is_ours(uri: str, site: Site) -> bool:
    """Say whether `uri` is one of our opt-outs; a sender's own, which is kept, is not."""
    scheme, _, rest = uri.partition(":")
    if scheme.lower() == "mailto":
        domain = rest.partition("?")[0].rpartition("@")[2]
        return site.domain is not None and aligned(domain, site.domain)
    return site.opt_out_url is not None and uri.startswith(site.opt_out_url)


def _text(mail: Mail, site: Site) -> Iterator[Breach]:
    if site.domain is not None and site.postal_address is None:
        yield UNKNOWN_ADDRESS.broken("", "identity.postal_address is not set")
    shown = (mail.text, mail.html)
    url = site.opt_out_url
    if url is not None and not any(url in each for each in shown):
        yield UNSEEN.broken("", "no link to our opt-out pages")
    if site.postal_address is not None:
        wanted = _plain(site.postal_address)
        if not any(wanted in _plain(each) for each in shown):
            yield ADDRESS.broken("", "it is not there")


def _plain(text: str) -> str:
    """Return `text` in a form that line breaks do not change."""
    return _SPACES.sub(" ", text).strip().lower()
