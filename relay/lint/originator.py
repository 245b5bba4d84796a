"""Who the mail says it is from: nothing false or misleading in what a reader sees.

15 U.S.C. 7704(a)(1) forbids materially false or misleading header information in commercial and in
transactional or relationship messages alike. Whether a name misleads is for people to judge; what
is found here are the forms that filters take for spoofing.
"""

import re
from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.mail.address import aligned, is_public, mailboxes, split

AUTHORS = Rule(
    id="RL301",
    title="several authors and no Sender",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s3.6.2",
    remedy="Name one author; or add a Sender that names one mailbox.",
)
OTHER_ADDRESS = Rule(
    id="RL302",
    title="the name in From holds the address of somebody else",
    severity=Severity.ERROR,
    basis=Basis.LAW,
    source="15 U.S.C. 7704(a)(1); Gmail sender guidelines (accurate From)",
    remedy="Put host and job into the name, no address.",
)
OTHER_DOMAIN = Rule(
    id="RL303",
    title="the name in From holds a foreign domain",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="Gmail sender guidelines (accurate From)",
    remedy="Harmless where it is the name of a job; filters may take it for spoofing.",
)
REPLIES = Rule(
    id="RL304",
    title="replies go to another domain",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="RFC 5322 s3.6.2; Outlook.com requirements (2025): From or Reply-To that takes replies",
    remedy="Fine if it is meant; set identity.reply_to to an address of yours otherwise.",
)
RELAY = Rule(
    id="RL305",
    title="the newest Received names a server that nobody can look up",
    severity=Severity.NOTE,
    basis=Basis.STANDARD,
    source="RFC 5321 s4.4, s2.3.5",
    remedy="Set ingest.hostname to the public name of this relay.",
)
RULES = (AUTHORS, OTHER_ADDRESS, OTHER_DOMAIN, REPLIES, RELAY)

_LONGEST = 500
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_DOMAIN = re.compile(rf"(?<![A-Za-z0-9./@-])(?:{_LABEL}\.){{1,4}}[A-Za-z]{{2,24}}(?![A-Za-z0-9.-])")
_ADDRESS = re.compile(rf"[A-Za-z0-9._%+=-]{{1,64}}@((?:{_LABEL}\.){{1,4}}[A-Za-z]{{2,24}})")
_BY = re.compile(r"\bby\s+([A-Za-z0-9.:\[\]_-]{1,255})")
# Ends of file and unit names that look like domains.
_NAMES = """
    bz2 conf daily gz hourly img json log md monthly pl pxar py rs service sh sql tar timer txt
    weekly xz yaml yml zip zst
"""
_FILES = frozenset(_NAMES.split())


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield what a reader could be misled by."""
    if len(mail.authors) > 1 and not mail.every("sender"):
        yield AUTHORS.broken("From", f"{len(mail.authors)} mailboxes")
    name = mail.authors[0].name[:_LONGEST] if mail.authors else ""
    if "." in name:
        yield from _name(name, mail.from_domain)
    yield from _replies(mail)
    newest = mail.flat("received")
    by = _BY.search(newest) if newest else None
    if by is not None and not is_public(f"x@{by[1]}"):
        yield RELAY.broken("Received", by[1])


def _name(name: str, domain: str) -> Iterator[Breach]:
    address = _ADDRESS.search(name) if "@" in name else None
    if address is not None:
        if is_public(f"x@{address[1]}") and not aligned(address[1], domain):
            yield OTHER_ADDRESS.broken("From", address[0])
        return
    for match in _DOMAIN.finditer(name):
        found = match[0]
        if found.rpartition(".")[2].lower() not in _FILES and is_public(f"x@{found}"):
            if not aligned(found, domain):
                yield OTHER_DOMAIN.broken("From", found)
            return


def _replies(mail: Mail) -> Iterator[Breach]:
    text = mail.flat("reply-to")
    for each in mailboxes(text) if text else ():
        domain = split(each.address)[1]
        if domain and not aligned(domain, mail.from_domain):
            yield REPLIES.broken("Reply-To", each.address)
            return
