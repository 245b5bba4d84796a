"""The subject: it says what the mail is about, and nothing that the body denies (P2).

15 U.S.C. 7704(a)(2) forbids deceptive subject headings in commercial mail only. Here no mail of a
machine may have one: a subject that claims a success which the report below denies is the lie that
this relay is there to end.
"""

import re
from collections.abc import Iterator

from relay.lint.finding import Basis, Breach, Rule, Severity
from relay.lint.mail import Mail, Site
from relay.mail.headers import value

EMPTY = Rule(
    id="RL401",
    title="there is no subject",
    severity=Severity.WARNING,
    basis=Basis.PROVIDER,
    source="RFC 5322 s3.6.5",
    remedy="Say which host and which job; policy does for reports.",
)
NO_REPLY = Rule(
    id="RL402",
    title="it pretends to be a reply or a forwarded mail",
    severity=Severity.ERROR,
    basis=Basis.LAW,
    source="15 U.S.C. 7704(a)(2); Gmail sender guidelines (no misleading Re: or Fwd:)",
    remedy="Drop Re: and Fwd: from the subject, or name the mail that is answered in In-Reply-To.",
)
CAPITALS = Rule(
    id="RL403",
    title="the subject shouts",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="common spam filters (SpamAssassin SUBJ_ALL_CAPS)",
    remedy="Write it in small letters.",
)
MARKS = Rule(
    id="RL404",
    title="the subject has rows of exclamation or currency marks",
    severity=Severity.NOTE,
    basis=Basis.PROVIDER,
    source="common spam filters; Gmail sender guidelines (plain subjects)",
    remedy="One mark will do.",
)
HIDDEN = Rule(
    id="RL405",
    title="control or bidirectional characters in what a reader sees",
    severity=Severity.ERROR,
    basis=Basis.STANDARD,
    source="RFC 5322 s2.2; Unicode UTR 36 (bidirectional spoofing)",
    remedy="Remove them; the relay's encoder does.",
)
ENCODING = Rule(
    id="RL406",
    title="the subject is encoded wrongly",
    severity=Severity.WARNING,
    basis=Basis.STANDARD,
    source="RFC 2047 s2, s5",
    remedy="Encode whole characters, at most 75 characters a word, each between spaces.",
)
UNTRUE = Rule(
    id="RL407",
    title="the subject claims a success that the text denies",
    severity=Severity.ERROR,
    basis=Basis.PRODUCT,
    source="promise P2; for commercial mail also 15 U.S.C. 7704(a)(2)",
    remedy="Report it with `relay show ID`: no subject may say more than its evidence.",
)
RULES = (EMPTY, NO_REPLY, CAPITALS, MARKS, HIDDEN, ENCODING, UNTRUE)

_LONGEST = 1000
_REPLY = re.compile(r"(?i)\s*(?:re|aw|fwd?|wg|sv|antw)\s*(?:\[\d+\])?:")
_MARKS = re.compile(r"[!?$\u20ac\u00a3]{3,}")
_HIDDEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]"
)
_WORD = re.compile(rb"=\?[^?\s]{1,60}\?[bBqQ]\?[^?\s]*\?=")
_LONGEST_WORD = 75
_LEAST_LETTERS = 12
_TAG = re.compile(r"\[[A-Z]+\]\s*")
# The first words of a preface (policy/frame.py); a test compares.
DENIALS = ("FAILED", "WARNING", "UNKNOWN")
_DENIAL = re.compile(rf"\s*(?:{'|'.join(DENIALS)})(?::|, by this evidence:)")
_SUCCESS = re.compile(r"(?i)\b(?:ok|okay|success(?:ful|fully)?|succeeded|passed|completed?)\b")
_FAILURE = re.compile(
    r"(?i)\b(?:fail(?:ed|ure|ures|s)?|warnings?|unknown|errors?|not|no|un\w+|problems?|missing"
    r"|incomplete|partial(?:ly)?|except|but|without)\b"
)


def check(mail: Mail, _: Site) -> Iterator[Breach]:
    """Yield what is wrong with the subject."""
    subject = mail.subject[:_LONGEST]
    if not subject.strip():
        yield EMPTY.broken("Subject", "it is empty")
        return
    threaded = "in-reply-to" in mail.fields or "references" in mail.fields
    if mail.automated and not threaded and _REPLY.match(subject):
        yield NO_REPLY.broken("Subject", subject)
    letters = [each for each in _TAG.sub("", subject) if each.isalpha()]
    if len(letters) >= _LEAST_LETTERS and all(map(str.isupper, letters)):
        yield CAPITALS.broken("Subject", subject)
    if _MARKS.search(subject):
        yield MARKS.broken("Subject", subject)
    yield from _characters(mail, subject)
    denial = _DENIAL.match(mail.text[:_LONGEST])
    if denial and mail.automated and _SUCCESS.search(subject) and not _FAILURE.search(subject):
        yield UNTRUE.broken("Subject", f"{subject!r} over {denial[0].strip()!r}")


def _characters(mail: Mail, subject: str) -> Iterator[Breach]:
    if _HIDDEN.search(subject):
        yield HIDDEN.broken("Subject", ascii(subject))
    raw = value(mail.every("subject")[0])
    long = any(len(word) > _LONGEST_WORD for word in _WORD.findall(raw))
    if long or "\N{REPLACEMENT CHARACTER}" in subject or "=?" in subject:
        yield ENCODING.broken("Subject", "a word is too long" if long else subject)
