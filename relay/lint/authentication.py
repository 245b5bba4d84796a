"""Can a receiver tell that the mail is from the domain that From names? (RFC 6376, RFC 9989)

DMARC takes the organisational domain from the DNS; a pure check cannot. Two domains count as
aligned here if one is the other or below it, or if both are below our own. Signatures are not
verified: the relay verified its own before it sent (P7). A mail without any is judged by its
reverse-path, and the rules on what a signature covers are left out.
"""

from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.lint.signature import Signature
from relay.mail.address import aligned, is_public, split

PRIVATE = Rule(
    id="RL201",
    title="From names a domain that is not public",
    severity=Severity.ERROR,
    basis=Basis.PROVIDER,
    source="RFC 9989 s4.2; Gmail sender guidelines (authenticated From); RFC 6761",
    remedy="Let policy replace From by an address of identity.domain.",
)
UNALIGNED = Rule(
    id="RL202",
    title="DMARC cannot pass",
    severity=Severity.ERROR,
    basis=Basis.PROVIDER,
    source="RFC 9989 s4.4; requirements of Gmail and Yahoo (2024), Outlook.com (2025)",
    remedy="Sign with, or send from, the domain that From names; or let policy replace From.",
)
UNSIGNED = Rule(
    id="RL203",
    title="there is no DKIM signature",
    severity=Severity.WARNING,
    basis=Basis.PROVIDER,
    source="RFC 6376; requirements of Gmail and Yahoo (2024), Outlook.com (2025)",
    remedy="`relay keys new` makes keys, `relay keys dns` prints the records.",
)
SIGNER = Rule(
    id="RL204",
    title="no DKIM signature is by the domain that From names",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 9989 s4.4.1",
    remedy="Set signing.domain to that domain: SPF alone does not survive forwarding.",
)
BOUNCES = Rule(
    id="RL205",
    title="the reverse-path is not of the domain that From names",
    severity=Severity.NOTE,
    basis=Basis.STANDARD,
    source="RFC 9989 s4.4.2",
    remedy="Set identity.bounce_domain below identity.domain, so that SPF counts, too.",
)
AUTHOR = Rule(
    id="RL206",
    title="the signature does not cover From",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 6376 s5.4",
    remedy="Name From in h=; a receiver ignores the signature otherwise.",
)
UNCOVERED = Rule(
    id="RL207",
    title="the signature leaves fields open that readers trust",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 6376 s5.4.1",
    remedy="Name Subject, Date, To and Message-ID in h=.",
)
ONE_CLICK = Rule(
    id="RL208",
    title="the signature does not cover the opt-out fields",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 8058 s4",
    remedy="Name both in h=; mail programs offer no one-click otherwise.",
)
LIMITED = Rule(
    id="RL209",
    title="the signature covers only the beginning of the body",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 6376 s8.2",
    remedy="Sign without l=: anybody could add a text of his own.",
)
RULES = (*(PRIVATE, UNALIGNED, UNSIGNED, SIGNER, BOUNCES, AUTHOR, UNCOVERED, ONE_CLICK, LIMITED),)

_READ = ("subject", "date", "to", "message-id")
_OPT_OUT = ("list-unsubscribe", "list-unsubscribe-post")


def check(mail: Mail, site: Site) -> Iterator[Breach]:
    """Yield what keeps receivers from believing in From."""
    domain = mail.from_domain
    if not domain:
        return
    if not is_public(f"x@{domain}"):
        yield PRIVATE.broken("From", domain)
        return
    ours = [each for each in mail.signatures if _aligned(domain, each.domain, site)]
    yield from _alignment(mail, site, signed=bool(ours))
    for signature in ours:
        yield from _coverage(mail, signature)


def _alignment(mail: Mail, site: Site, *, signed: bool) -> Iterator[Breach]:
    domain, path = mail.from_domain, mail.reverse_path
    bounces = split(path)[1] if path else ""
    sent = bool(bounces) and _aligned(domain, bounces, site)
    signers = ", ".join(each.domain for each in mail.signatures) or "nobody"
    if not mail.signatures:
        yield UNSIGNED.broken("DKIM-Signature", "none")
    if not signed and not sent and (mail.signatures or path is not None):
        yield UNALIGNED.broken("From", f"{domain}, signed by {signers}, sent from <{path or ''}>")
    elif not signed and mail.signatures:
        yield SIGNER.broken("DKIM-Signature", f"{domain}, signed by {signers}")
    elif signed and bounces and not sent:
        yield BOUNCES.broken("Return-Path", f"{domain}, sent from {bounces}")


def _aligned(domain: str, other: str, site: Site) -> bool:
    if "." not in other:
        return False
    ours = site.domain and all(f".{each}".endswith(f".{site.domain}") for each in (domain, other))
    return bool(ours) or aligned(domain, other)


def _coverage(mail: Mail, signature: Signature) -> Iterator[Breach]:
    if "from" not in signature.covered:
        yield AUTHOR.broken("DKIM-Signature", f"by {signature.domain}")
    for rule, names in ((UNCOVERED, _READ), (ONE_CLICK, _OPT_OUT)):
        left = [each for each in names if each in mail.fields and each not in signature.covered]
        if left:
            yield rule.broken("DKIM-Signature", f"by {signature.domain}, without {', '.join(left)}")
    if signature.limited:
        yield LIMITED.broken("DKIM-Signature", f"by {signature.domain}")
