"""The edits of one mail: which of them are made, and with which words.

A rule may leave edits out, but not those that a promise hangs on: a From that is not ours is always
replaced (P7), and a subject that claims an unproved success always says what is so (P2).
What happens next: rewrite/apply.py carries them out.
"""

from relay.mail.address import mailbox
from relay.policy.case import Case
from relay.policy.decision import Destination
from relay.policy.frame import footer, original, preface
from relay.policy.identity import originator, slug
from relay.policy.rules import Edit
from relay.policy.touch import Sender, is_lie
from relay.policy.words import TEMPLATE, subject, tagged
from relay.reports.report import Kind
from relay.reports.senders import is_system
from relay.rewrite.edits import BodyLimit, Edits, Identity, Touch

_MOST_TO = 10
_LONGEST_LABEL = 63  # RFC 1035 s2.3.4, which List-Id follows (RFC 2919 s2)


def edits(case: Case, destinations: tuple[Destination, ...]) -> Edits:
    """Return what is to be done to the bytes."""
    permission, report, rules = case.permission, case.report, case.rules
    chosen = case.first(lambda then: then.edits)
    wanted = frozenset(Edit) if chosen is None else frozenset(chosen[0])
    framed = permission.touch is Touch.FULL and report.automated
    ours = (case.message.received.id, rules.identity.postal_address, rules.opt_out)
    return Edits(
        relay=rules.relay,
        touch=permission.touch,
        to=to(case, destinations),
        automated=report.automated,
        identity=identity(case) if _wants_identity(case, wanted) else None,
        subject=_subject(case) if Edit.SUBJECT in wanted or is_lie(report) else None,
        list_id=_list_id(case) if Edit.LIST_ID in wanted else None,
        preface=preface(report, case.said) if framed and Edit.PREFACE in wanted else (),
        footer=footer(rules.relay, *ours) if framed and Edit.FOOTER in wanted else (),
        body=_body(case) if framed else None,
        redact=report.automated and Edit.REDACT in wanted,
    )


def _body(case: Case) -> BodyLimit | None:
    """Return how much of the text leaves, None where no rule limits it."""
    chosen = case.first(lambda then: then.body)
    if chosen is None:
        return None
    return BodyLimit(
        most_lines=chosen[0].most_lines,
        most_bytes=chosen[0].most_bytes,
        evidence=tuple(each.text for each in case.report.evidence if each.line),
        whole=original(case.message.received.id),
    )


def _wants_identity(case: Case, wanted: frozenset[Edit]) -> bool:
    """Say whether From becomes ours: always where it is not, else if the edit is wanted."""
    if not case.permission.replace_from:
        return False
    return case.origin.sender is not Sender.OURS or Edit.IDENTITY in wanted


def _subject(case: Case) -> str | None:
    """Return the subject, with the claim in it where there is no preface to tell it."""
    chosen = case.first(lambda then: then.subject)
    text = subject(case.report, case.shown_host, case.said, chosen[0] if chosen else TEMPLATE)
    if text is None or case.permission.touch is Touch.FULL or not is_lie(case.report):
        return text
    longer = f"{text} (sender claimed success)"
    return longer if tagged(longer, case.report.verdict) == longer else text


def identity(case: Case) -> Identity:
    """Return whom the mail is from: a rule's word, the host's, or the general one."""
    settings, configured = case.rules.identity, case.rules.hosts.get(case.host.lower())
    ordered = case.first(lambda then: then.identity.from_ if then.identity else None)
    pattern = (configured.identity if configured else None) or settings.from_
    pattern = ordered[0] if ordered else pattern
    name, address = originator(pattern, case.shown_host, case.report.job or "", settings.domain)
    return Identity(
        from_name=_own_name(case) or name,
        from_address=address,
        reply_to=_reply_to(case),
        domain=settings.domain,
    )


def _own_name(case: Case) -> str:
    """Return the name of a person or a bouncing server, who must not seem to be a job."""
    if case.report.automated and case.report.kind is not Kind.BOUNCE:
        return ""
    found = mailbox(case.message, "From")
    who = (found.name or found.address) if found else ""
    return f"{who} via {case.shown_host or case.rules.relay}" if who else ""


def _reply_to(case: Case) -> str:
    """Return who answers: a rule's word, the sender if it can, the general one, the owner."""
    ordered = case.first(lambda then: then.identity.reply_to if then.identity else None)
    if ordered:
        return ordered[0]
    sender = case.origin.address
    if case.origin.sender is not Sender.LOCAL and not is_system(sender.rpartition("@")[0]):
        return sender
    return case.rules.identity.reply_to or case.owner


def _list_id(case: Case) -> str | None:
    """Return an identifier for each job (RFC 2919 s3), none where there is no job."""
    if not case.report.automated or case.report.kind is Kind.BOUNCE or not case.report.job:
        return None
    names = (slug(name).replace(".", "-") for name in (case.report.job, case.shown_host))
    labels = (name[:_LONGEST_LABEL].strip("-") for name in names)
    return ".".join([*filter(None, labels), case.rules.identity.domain])


def to(case: Case, destinations: tuple[Destination, ...]) -> tuple[str, ...]:
    """Return whom To may name: nobody where that could betray a blind copy (RFC 5322 s3.6.3)."""
    named = tuple(dict.fromkeys(each.to for each in destinations))
    most = _MOST_TO if case.report.automated else 1
    return named if len(named) <= most else ()
