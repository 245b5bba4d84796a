"""How much of a mail may change, and whether its From must.

| mail                      | From               | may change             | From becomes ours |
|---------------------------|--------------------|------------------------|-------------------|
| a report                  | any                | all                    | yes               |
| a report                  | signed for by DKIM | header, but the signed | no                |
| a report, its claim false | signed for by DKIM | all                    | yes               |
| automated, no report      | ours               | all                    | no                |
| automated, no report      | local or foreign   | all                    | yes               |
| a bounce                  | local or foreign   | header                 | yes               |
| a person's                | ours               | header                 | no                |
| a person's                | local or foreign   | header                 | yes               |
| a person's                | signed for by DKIM | nothing                | no                |

Where the body is signed or encrypted (OpenPGP, S/MIME), "all" is the header.
"Ours" is our domain, and whatever is above or below it. "Signed for" means a DKIM signature whose
domain From is aligned with (RFC 9989 s4.4): such a mail stands for itself, and our edits would
only break it. A signature of any other domain makes no receiver trust From, so it does not count.
A false claim of success counts for more than a signature (P2).
What happens next: edits.py.
"""

from dataclasses import dataclass
from enum import StrEnum

from relay.mail.address import aligned, is_public, mailbox, split
from relay.mail.headers import every, flat
from relay.mail.message import Message
from relay.mail.protection import Protection, protection
from relay.policy.destinations import is_local
from relay.policy.settings import IdentitySettings
from relay.reports.report import Claim, Kind, Report, Verdict
from relay.rewrite.edits import Touch

_MOST_SIGNATURES = 20


class Sender(StrEnum):
    """What From is to us: a host's own name, an address of our domain, or anybody's."""

    LOCAL = "local"
    OURS = "ours"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True, kw_only=True)
class Originator:
    """The address in From, or else the envelope's, and what it is to us."""

    address: str
    sender: Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """How much may change, whether From must become ours, and why."""

    touch: Touch
    replace_from: bool
    why: str


def originator(message: Message, identity: IdentitySettings) -> Originator:
    """Return who sent `message`, as far as it says."""
    found = mailbox(message, "From")
    address = found.address if found else message.received.envelope.reverse_path
    if not is_public(address) or is_local(address, identity.local_domains):
        return Originator(address=address, sender=Sender.LOCAL)
    ours = aligned(split(address)[1], identity.domain)
    return Originator(address=address, sender=Sender.OURS if ours else Sender.FOREIGN)


def permitted(message: Message, report: Report, origin: Originator) -> Permission:
    """Return what may change in `message`."""
    if origin.sender is not Sender.LOCAL and _signed_for(message, origin.address):
        return _permitted_signed(report)
    strange = origin.sender is not Sender.OURS
    if not report.automated:
        return Permission(touch=Touch.HEADERS, replace_from=strange, why="a person wrote it")
    if report.kind is Kind.BOUNCE:
        return Permission(touch=Touch.HEADERS, replace_from=strange, why="it is a bounce")
    ours = strange or report.verdict is not Verdict.NONE
    if protection(message) is Protection.BODY:
        why = "its body is signed or encrypted"
        return Permission(touch=Touch.HEADERS, replace_from=ours, why=why)
    return Permission(touch=Touch.FULL, replace_from=ours, why="nothing protects it")


def _permitted_signed(report: Report) -> Permission:
    if is_lie(report):
        why = "its DKIM signature covers a false claim of success"
        return Permission(touch=Touch.FULL, replace_from=True, why=why)
    touch = Touch.HEADERS if report.automated else Touch.NONE
    return Permission(touch=touch, replace_from=False, why="its own DKIM signature stands for it")


def is_lie(report: Report) -> bool:
    """Say whether the sender claims a success that is not proved."""
    bad = report.verdict not in (Verdict.SUCCESS, Verdict.NONE)
    return bad and report.claim is Claim.SUCCESS


def _signed_for(message: Message, address: str) -> bool:
    """Say whether a DKIM signature is aligned with From; it is not verified here."""
    domain = split(address)[1]
    signers = (_signer(flat(each)) for each in every(message, "DKIM-Signature")[:_MOST_SIGNATURES])
    return any("." in signer and aligned(domain, signer) for signer in signers)


def _signer(signature: str) -> str:
    """Return the d= of a signature (RFC 6376 s3.5)."""
    tags = (tag.partition("=") for tag in signature.split(";"))
    return next((value.strip().lower() for name, _, value in tags if name.strip() == "d"), "")
