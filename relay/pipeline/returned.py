"""What to do about a mail that came back to one of our envelope senders: pure decisions.

A bounce of what upstream had taken becomes the mail's end, told to its owner; what is only late is
noted. A complaint is the recipient's own word. A machine's answer is read and kept, and nothing
more (RFC 3834 s2: it gets no answer); a person's goes to whoever answers for the host. What we send
because of it has no envelope sender, or is no answer to anybody who wrote: no loop can start.
What happens next: store/returns.py writes it in one transaction.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from relay.choice.choice import addressee
from relay.choice.links import UNSUBSCRIBE_PREFIX, carries_token
from relay.mail.address import split
from relay.mail.received import Received
from relay.pipeline.addressing import ORDINARY, Addressing
from relay.pipeline.stages import Outgoing, OutgoingKind
from relay.pipeline.verp import outgoing_of
from relay.reputation.diagnose import diagnose
from relay.returns.returned import Action, AutoReply, Bounce, Complaint, RecipientStatus, Returned

_LINK = re.compile(r"<(?:mailto:)?([^<>?\s]+)")
_POSTMASTER = ("postmaster", "abuse")  # RFC 5321 s4.5.1, RFC 2142 s4


class Sort(StrEnum):
    """What a returned mail is to us; each member reads as what is said of it."""

    BOUNCED = "a bounce: it did not arrive"
    NOTED = "a report on its delivery, which is no bounce"
    COMPLAINT = "a complaint"
    AUTO_REPLY = "a machine's answer"
    REPLY = "a person's answer"
    OPT_OUT = "a wish to get no more of it"
    FORGED = "an opt-out that is none of ours"
    FOR_POSTMASTER = "mail for the postmaster"
    REPORTED = "a receiver's report on our mail"
    UNREADABLE = "no report that can be read"
    TOO_MANY = "one too many on one day"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A returned mail as it was read; `content` is how a person's leaves, and empty otherwise."""

    said: Returned
    content: bytes = b""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The sort, what shows it, and of a bounce what the remote said.

    `gone` means that the very mailbox that we wrote to is not there.
    """

    sort: Sort
    note: str = ""
    status: str | None = None
    remote: str = ""
    gone: bool = False


def is_return_address(address: str, addressing: Addressing) -> bool:
    """Whether an address is one that we gave out: an envelope sender, proved, or an opt-out.

    Of the latter only the form is seen here; whether it is genuine, the store knows. A domain that
    is there for bounces alone has its postmaster, too, who must not write to himself.
    """
    if is_for_reports(address, addressing):
        return True
    local, domain = split(address)
    if domain != addressing.bounce_domain.lower():
        return False
    if local.lower() in _POSTMASTER:
        return domain not in (addressing.domain.lower(), split(addressing.postmaster)[1])
    if address.lower().startswith(UNSUBSCRIBE_PREFIX):
        return carries_token(address)
    return outgoing_of(address, addressing.verp_key) is not None


def is_for_reports(address: str, addressing: Addressing) -> bool:
    """Whether receivers' reports are read that come to an address."""
    return addressing.reports is not None and addressee(address) == addressee(addressing.reports)


def goes_to_postmaster(received: Received) -> bool:
    """Whether a returned mail came to the postmaster of our bounce domain."""
    return split(received.envelope.recipients[0].address)[0].lower() in _POSTMASTER


def evidence(complaint: Complaint) -> Iterator[str]:
    """Yield what of a complaint may prove which mail it is about, though addresses are redacted.

    Each is an address or a link of ours, if it is genuine: RFC 5965 lets reporters blank the rest.
    """
    yield from filter(None, (complaint.reverse_path, complaint.original.reverse_path))
    yield from _LINK.findall(complaint.original.list_unsubscribe)


def verdict(returned: Returned, recipient: str) -> Verdict:
    """Say what a returned mail is to us that came to the envelope sender of `recipient`'s mail."""
    match returned:
        case Bounce():
            return _of_bounce(returned, recipient)
        case Complaint():
            return Verdict(sort=Sort.COMPLAINT, note=f"{returned.feedback}, {returned.reporter}")
        case AutoReply():
            return Verdict(sort=Sort.AUTO_REPLY, note=returned.why)
        case _:
            return Verdict(sort=Sort.REPLY, note=returned.sender or "")


def _of_bounce(bounce: Bounce, recipient: str) -> Verdict:
    """Judge by what is said of our recipient, or else of those that a list or a forward made up.

    One of the latter that is gone proves nothing of the address that we wrote to: a list must not
    fall silent over a member who left.
    """
    name = addressee(recipient)
    ours = [each for each in bounce.recipients if addressee(each.recipient or name) == name]
    failed = [each for each in (ours or bounce.recipients) if each.action is Action.FAILED]
    if not failed:
        said = [each for each in (ours or bounce.recipients) if each.action is not Action.FAILED]
        return Verdict(sort=Sort.NOTED, note=_note(said[0]) if said else bounce.form)
    worst = max(failed, key=lambda each: each.permanent)
    return Verdict(
        sort=Sort.BOUNCED,
        note=_note(worst),
        status=worst.status,
        remote=worst.remote,
        gone=bool(ours) and worst.permanent and _is_gone(worst),
    )


def _is_gone(status: RecipientStatus) -> bool:
    """Whether the mailbox is not there; words know better than codes: `5.1.1 blocked`."""
    said = f"{status.status or ''} {status.text}"
    return diagnose(status.code, said).is_gone


def _note(status: RecipientStatus) -> str:
    code = str(status.code) if status.code and str(status.code) not in status.text else None
    enhanced = status.status if status.status and status.status not in status.text else None
    parts = (status.action, code, enhanced, status.text)
    return " ".join(str(part) for part in parts if part)


def forwarded(
    received: Received, content: bytes, mail: Outgoing | None, addressing: Addressing
) -> Outgoing:
    """Return a person's answer for whoever answers for the mail that it is about.

    `content` is the answer as any person's mail leaves. It leaves with the null reverse-path: if
    it bounces, it is held, and no mail tells of it.
    """
    to = mail.notice_to if mail is not None and mail.notice_to else addressing.postmaster
    return Outgoing(
        id=f"{received.id}-1",
        kind=OutgoingKind.NOTICE,
        message_id=received.id,
        since=received.at,
        recipient=to,
        reverse_path="",
        content=content,
        priority=ORDINARY,
        upstream=addressing.upstream_for(to),
        notice_to=None,
    )


def late(mail: Outgoing, addressing: Addressing) -> Outgoing:
    """Return a mail that bounced late as one that somebody is told of: nobody else would be."""
    if mail.notice_to is not None or addressee(mail.recipient) == addressee(addressing.postmaster):
        return mail
    return replace(mail, notice_to=addressing.postmaster)
