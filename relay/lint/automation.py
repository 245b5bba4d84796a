"""Machines say that they are machines, and nobody takes a person for one.

Auto-responders keep quiet only where Auto-Submitted tells them to (RFC 3834); a List field of ours
on a person's mail would let its reader unsubscribe from a colleague.
"""

import re
from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site

UNMARKED = Rule(
    id="RL501",
    title="a machine's mail does not say so",
    severity=Severity.ERROR,
    basis=Basis.PRODUCT,
    source="RFC 3834 s5",
    remedy="Add Auto-Submitted: auto-generated; the relay does for what it knows to be automated.",
)
KEYWORD = Rule(
    id="RL502",
    title="Auto-Submitted has no known value",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 3834 s5; RFC 5436 s2.7.1",
    remedy="Write no, auto-generated, auto-replied or auto-notified.",
)
PERSON = Rule(
    id="RL503",
    title="a person's mail has our opt-out",
    severity=Severity.ERROR,
    basis=Basis.PRODUCT,
    source="RFC 2369 s1 (these fields are for lists)",
    remedy="Report it: only automated mail gets List-Id and List-Unsubscribe.",
)
LIST_ID = Rule(
    id="RL504",
    title="List-Id is malformed",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 2919 s2, s3",
    remedy="Write <name.domain>, at most 255 characters, with a domain of yours.",
)
PRECEDENCE = Rule(
    id="RL505",
    title="Precedence is discouraged",
    severity=Severity.NOTE,
    basis=Basis.STANDARD,
    source="RFC 2076 s3.9; RFC 3834 s3.1.8",
    remedy="Auto-Submitted and List-Id say it better; old auto-responders still look at it.",
)
RULES = (UNMARKED, KEYWORD, PERSON, LIST_ID, PRECEDENCE)

_KEYWORD = re.compile(r"(?i)(?:no|auto-generated|auto-replied|auto-notified)\s*(?:[;(].*)?")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LIST_ID = re.compile(rf"[^<>]*<({_ATOM}(?:\.{_ATOM})+)>")
_LONGEST_ID = 255


def check(mail: Mail, site: Site) -> Iterator[Breach]:
    """Yield where a mail is not what it says it is: a machine's or a person's."""
    said = mail.flat("auto-submitted")
    if not mail.automated and mail.looks_automated:
        yield UNMARKED.broken("Auto-Submitted", said or "it is not there")
    if said is not None and not _KEYWORD.fullmatch(said):
        yield KEYWORD.broken("Auto-Submitted", said)
    text = mail.flat("list-id")
    match = _LIST_ID.fullmatch(text) if text is not None else None
    if text is not None and (match is None or len(match[1]) > _LONGEST_ID):
        yield LIST_ID.broken("List-Id", text)
    if not mail.automated and not mail.looks_automated and _ours(mail, site):
        yield PERSON.broken("List-Unsubscribe", "it leads to our pages")
    precedence = mail.flat("precedence")
    if precedence is not None:
        yield PRECEDENCE.broken("Precedence", precedence)


def _ours(mail: Mail, site: Site) -> bool:
    offered = mail.flat("list-unsubscribe") or ""
    return site.opt_out_url is not None and f"<{site.opt_out_url}" in offered
